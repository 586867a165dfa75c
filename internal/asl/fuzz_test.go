package asl_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/simtime"
)

func seeds(f *testing.F, add func(definition string)) {
	f.Helper()
	for _, definition := range []string{
		`{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"a.$":"States.Format('{}',$.x[-1:])"},"ResultPath":"$.y[0].z","Next":"B"},"B":{"Type":"Choice","Choices":[{"Not":{"Variable":"$.a","StringMatches":"*\\*"},"Next":"A"}],"Default":"C"},"C":{"Type":"Fail","CausePath":"$$.State.Name"}}}`,
		`{"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":2,"ItemSelector":{"v.$":"$$.Map.Item.Value"},"Iterator":{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"r","TimeoutSeconds":5,"Retry":[{"ErrorEquals":["States.ALL"],"BackoffRate":1e300}],"Catch":[{"ErrorEquals":["E"],"ResultPath":"$.e","Next":"T"}],"End":true}}},"Retry":[{"ErrorEquals":["States.Timeout"],"JitterStrategy":"FULL"}],"End":true}}}`,
		`{"StartAt":"P","TimeoutSeconds":50,"States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"W","States":{"W":{"Type":"Wait","SecondsPath":"$.s","End":true}}},{"StartAt":"F","States":{"F":{"Type":"Wait","TimestampPath":"$.t","Next":"S"},"S":{"Type":"Succeed","OutputPath":null}}}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"P"}],"Next":"P2"},"P2":{"Type":"Pass","Result":{"x.$":[1]},"End":true}}}`,
	} {
		add(definition)
	}
}

func FuzzLoad(f *testing.F) {
	seeds(f, func(definition string) { f.Add([]byte(definition)) })
	f.Fuzz(func(t *testing.T, definition []byte) {
		m, err := asl.Load(definition)
		if (m == nil) == (err == nil) {
			t.Fatalf("got %v and %v", m, err)
		}
		if m != nil && len(m.States()) == 0 {
			t.Fatal("a machine without states")
		}
	})
}

func FuzzRun(f *testing.F) {
	seeds(f, func(definition string) {
		f.Add([]byte(definition), []byte(`{"x":[1,"a",null],"s":3,"t":"2026-11-23T19:00:00Z"}`), uint64(1))
		f.Add([]byte(definition), []byte(`[1,[2],{"a":"b"}]`), uint64(7))
	})
	f.Fuzz(func(t *testing.T, definition, input []byte, seed uint64) {
		m, err := asl.Load(definition)
		if err != nil {
			return
		}
		run := func() string { return fuzzRun(t, m, input, seed) }
		if first, second := run(), run(); first != second {
			t.Fatalf("two runs differ:\n%s\n%s", first, second)
		}
	})
}

// fuzzRun runs at most some events and checks what must hold of any history.
func fuzzRun(t *testing.T, m *asl.Machine, input []byte, seed uint64) string {
	t.Helper()
	draw := rand.New(rand.NewPCG(seed, 0))
	e := &asl.Engine{Clock: simtime.New(time.Date(2026, 11, 23, 19, 0, 0, 0, time.UTC)), Rand: draw}
	e.Invoke = func(c asl.Call) asl.Result {
		switch draw.IntN(4) {
		case 0:
			return asl.Result{Failure: &asl.Failure{Error: []string{"E", "States.Timeout", "States.Runtime", ""}[draw.IntN(4)]}}
		case 1:
			return asl.Result{Took: time.Duration(draw.IntN(20)) * time.Second}
		default:
			return asl.Result{Output: c.Payload, Took: time.Second}
		}
	}
	x, err := e.Start(m, "fuzz", input)
	if err != nil {
		return err.Error()
	}
	for range 300 {
		if x.Status() != asl.Running || !e.Clock.Step() {
			break
		}
	}
	x.Stop("", "")
	events := x.History()
	for i, event := range events {
		if event.ID != int64(i)+1 || event.PreviousEventID >= event.ID {
			t.Fatalf("event %d: %+v", i, event)
		}
	}
	if x.Status() == asl.Running || x.Status() == asl.Succeeded && !json.Valid(x.Output()) {
		t.Fatalf("ended %s with %s", x.Status(), x.Output())
	}
	return brief(events) + x.Cause() + string(x.Output())
}
