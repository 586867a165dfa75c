package release_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/release"
)

func TestParsePlanFillsInDefaults(t *testing.T) {
	plan, err := release.ParsePlan([]byte(`{"primary": "E1PRIMARY", "change": {"kind": "staged"}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"primary":"E1PRIMARY","change":{"kind":"staged"},` +
		`"ramp":[{"weight":0.05,"observe":"10m","deadline":"40m"},{"weight":0.15,"observe":"15m","deadline":"55m"}],` +
		`"gates":{"minimumRequests":1000,"tolerance":{"5xx":0.5,"4xx":1},"alpha":0.01},"bake":"15m","deployedWithin":"1h"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	again, err := release.ParsePlan(got)
	if err != nil {
		t.Fatalf("a plan is a request itself, got %s", err)
	}
	if gotAgain, _ := json.Marshal(again); string(gotAgain) != want {
		t.Errorf("read again, got %s, want %s", gotAgain, want)
	}
}

func TestParsePlanRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		want    []string // field, value and rule, all in the message
	}{
		"no JSON":                    {`primary: E1`, []string{"read the request"}},
		"an array":                   {`[]`, []string{"read the request", "array", "must be an object"}},
		"a number for a name":        {`{"primary":5}`, []string{"read the request: primary: a JSON number is not what is expected here"}},
		"null for everything":        {`null`, []string{"primary", "change.kind"}},
		"something after the end":    {`{"primary":"E1PRIMARY","change":{"kind":"staged"}} {}`, []string{"closing brace"}},
		"an unknown field":           {`{"primary":"E1PRIMARY","change":{"kind":"staged"},"wieght":1}`, []string{"unknown field", "wieght"}},
		"an unknown nested field":    {`{"primary":"E1PRIMARY","change":{"kind":"staged","pfad":"/x"}}`, []string{"unknown field", "pfad"}},
		"no primary":                 {`{"change":{"kind":"staged"}}`, []string{`primary ""`, "must be the id"}},
		"a domain for the primary":   {`{"primary":"d1.cloudfront.net","change":{"kind":"staged"}}`, []string{`primary "d1.cloudfront.net"`}},
		"an unknown kind":            {`{"primary":"E1PRIMARY","change":{"kind":"magic"}}`, []string{`change.kind "magic"`, `"origin", "staged", "content" or "none"`}},
		"an origin without target":   {`{"primary":"E1PRIMARY","change":{"kind":"origin","origin":"site"}}`, []string{"needs a path or a domain"}},
		"a target without origin":    {`{"primary":"E1PRIMARY","change":{"kind":"origin","path":"/green"}}`, []string{`change.origin ""`}},
		"a path without slash":       {`{"primary":"E1PRIMARY","change":{"kind":"origin","origin":"site","path":"green"}}`, []string{`change.path "green"`, "begin with /"}},
		"a path ending in a slash":   {`{"primary":"E1PRIMARY","change":{"kind":"origin","origin":"site","path":"/green/"}}`, []string{`change.path "/green/"`}},
		"a URL for the domain":       {`{"primary":"E1PRIMARY","change":{"kind":"origin","origin":"site","domain":"https://x.example"}}`, []string{`change.domain "https://x.example"`}},
		"a staged change with path":  {`{"primary":"E1PRIMARY","change":{"kind":"staged","path":"/x"}}`, []string{"takes no origin"}},
		"weight 0":                   {staged(`"ramp":[{"weight":0,"observe":"10m"}]`), []string{"ramp[0].weight 0", "above 0"}},
		"a negative weight":          {staged(`"ramp":[{"weight":-0.01,"observe":"10m"}]`), []string{"ramp[0].weight -0.01"}},
		"more than CloudFront does":  {staged(`"ramp":[{"weight":0.2,"observe":"10m"}]`), []string{"ramp[0].weight 0.2", "at most 0.15"}},
		"a falling ramp":             {staged(`"ramp":[{"weight":0.1,"observe":"10m"},{"weight":0.05,"observe":"10m"}]`), []string{"ramp[1].weight 0.05", "above the step before, which has 0.1"}},
		"a level ramp":               {staged(`"ramp":[{"weight":0.1,"observe":"10m"},{"weight":0.1,"observe":"10m"}]`), []string{"ramp[1].weight 0.1"}},
		"an empty ramp":              {staged(`"ramp":[]`), []string{"ramp of 0 steps"}},
		"a number for a duration":    {staged(`"bake":15`), []string{"15", "write a text"}},
		"a word for a duration":      {staged(`"bake":"soon"`), []string{`"soon"`, "write a text"}},
		"a negative duration":        {staged(`"bake":"-5m"`), []string{`bake "-5m"`, "from 10m to 24h"}},
		"an endless propagation":     {staged(`"deployedWithin":"7h"`), []string{`deployedWithin "7h"`, "from 5m to 6h"}},
		"a step without time":        {staged(`"ramp":[{"weight":0.1,"observe":"10m","deadline":"12m"}]`), []string{`ramp[0].deadline "12m"`, "at least 15m"}},
		"no minimum of requests":     {staged(`"gates":{"minimumRequests":0}`), []string{"gates.minimumRequests 0", "no evidence"}},
		"a latency gate of nothing":  {staged(`"gates":{"latency":{}}`), []string{"gates.latency {}", "p50, p95 or both"}},
		"no latency tolerance":       {staged(`"gates":{"latency":{"p50":0,"p95":-5}}`), []string{"gates.latency.p50 0", "gates.latency.p95 -5"}},
		"a latency of whatever":      {staged(`"gates":{"latency":{"p95":1001}}`), []string{"gates.latency.p95 1001: must be a percentage from 1 to 1000"}},
		"another percentile":         {staged(`"gates":{"latency":{"p99":30}}`), []string{`unknown field "p99"`}},
		"a latency in words":         {staged(`"gates":{"latency":{"p95":"30%"}}`), []string{"gates.latency.p95", "string"}},
		"a tolerance of everything":  {staged(`"gates":{"tolerance":{"5xx":101}}`), []string{"gates.tolerance.5xx 101"}},
		"a name for an alarm":        {staged(`"gates":{"alarms":["5xx"]}`), []string{`gates.alarms[0] "5xx"`, "ARN"}},
		"an alarm elsewhere":         {staged(`"gates":{"alarms":["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:x"]}`), []string{"eu-west-1", "us-east-1"}},
		"an unknown finding":         {staged(`"acknowledge":["everything"]`), []string{`acknowledge[0] "everything"`, "custom-error-responses"}},
		"a finding that blocks":      {staged(`"acknowledge":["http3"]`), []string{`acknowledge[0] "http3"`}},
		"more events than there are": {staged(`"ramp":[{"weight":0.1,"observe":"24h"}]`), []string{"history events", "25000"}},
		"more time than there is":    {staged(`"deployedWithin":"6h","bake":"10m","ramp":[` + ramp(10) + `]`), []string{"the way back included", "36h"}},
		"a request too large":        {staged(`"reason":"` + strings.Repeat("x", 40_000) + `"`), []string{"at most 32768"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := release.ParsePlan([]byte(c.request))
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to contain %q", err, want)
				}
			}
		})
	}
}

func TestParsePlanNamesEveryBrokenRule(t *testing.T) {
	_, err := release.ParsePlan([]byte(`{"primary":"x","change":{"kind":"y"},"bake":"1s"}`))
	for _, want := range []string{"primary", "change.kind", "bake"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to name %s", err, want)
		}
	}
}

func TestLongestIsBelowTheMachineTimeout(t *testing.T) {
	plan, err := release.ParsePlan([]byte(staged(`"bake":"1h"`)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := plan.Longest(), 6*time.Hour+2*time.Hour+40*time.Minute+55*time.Minute+45*time.Minute; got != want {
		t.Errorf("got %s, want %s: six propagations, two bakes, two steps, preflight and decision", got, want)
	}
}

// FuzzParsePlan: a plan that is accepted keeps every rule that a later step relies on, whatever the input.
func FuzzParsePlan(f *testing.F) {
	f.Add(staged(`"bake":"15m"`))
	f.Add(`{"primary":"E1PRIMARY","change":{"kind":"origin","origin":"site","path":"/green"}}`)
	f.Add(content(`,"prefix":"/releases/a","invalidate":["/*"],"documents":["/robots.txt"]`, `,"smoke":{"paths":["/a"],"header":"aws-cf-cd-x"}`))
	f.Add(content(`,"domain":"site.s3.eu-central-1.amazonaws.com"`, `,"smoke":{"off":true}`))
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, request string) {
		plan, err := release.ParsePlan([]byte(request))
		if err != nil {
			return
		}
		if plan.HistoryEvents() > 20_000 || plan.Longest() > release.MachineTimeout {
			t.Errorf("a plan of %d events and %s was accepted", plan.HistoryEvents(), plan.Longest())
		}
		checkContentPlan(t, plan)
		last := 0.0
		for _, s := range plan.Ramp {
			if s.Weight <= last || s.Weight > release.MaxWeight {
				t.Errorf("weight %v after %v was accepted", s.Weight, last)
			}
			last = s.Weight
		}
	})
}

func staged(fields string) string {
	return `{"primary":"E1PRIMARY","change":{"kind":"staged"},` + fields + `}`
}

func ramp(steps int) string {
	texts := make([]string, steps)
	for i := range texts {
		texts[i] = `{"weight":0.0` + string(rune('0'+i)) + `5,"observe":"5m"}`
	}
	return strings.Join(texts, ",")
}
