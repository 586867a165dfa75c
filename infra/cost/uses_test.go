package main_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"

	cost "cloudfront-cd/infra/cost"
	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// meter sits in a world and counts what each invocation asks of the services that bill by the request.
type meter struct {
	world *world.World
	now   cost.Use
	most  map[string]cost.Use
}

func install(t *testing.T, w *world.World, most map[string]cost.Use) {
	t.Helper()
	m := &meter{world: w, most: most}
	m.listen(t, "monitoring.us-east-1.amazonaws.com", m.monitoring)
	m.listen(t, "events.us-east-1.amazonaws.com", m.events)
	inner := w.Intercept
	w.Intercept = func(call asl.Call, run func() asl.Result) asl.Result {
		metered := func() asl.Result { return m.invoke(call, run) }
		if inner != nil {
			return inner(call, metered)
		}
		return metered()
	}
}

// listen hands the bodies of a host's requests to hear before they are served.
func (m *meter) listen(t *testing.T, host string, hear func(path string, body []byte)) {
	t.Helper()
	served := m.world.Transport.Hosts[host]
	m.world.Transport.Hosts[host] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		hear(r.URL.Path, body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		served.ServeHTTP(w, r)
	})
}

func (m *meter) monitoring(path string, body []byte) {
	if strings.HasSuffix(path, "/DescribeAlarms") {
		m.now.Alarms++
	}
	if decoded, err := cbor.Decode(body); err == nil {
		in, _ := decoded.(cbor.Map)
		queries, _ := in["MetricDataQueries"].(cbor.List)
		m.now.Metrics += len(queries)
	}
}

func (m *meter) events(_ string, body []byte) {
	var in struct {
		Entries []json.RawMessage `json:"Entries"`
	}
	if json.Unmarshal(body, &in) == nil {
		m.now.Events += len(in.Entries)
	}
}

func (m *meter) invoke(call asl.Call, run func() asl.Result) asl.Result {
	before := len(m.world.Transport.Log())
	m.now = cost.Use{}
	result := run()
	for _, c := range m.world.Transport.Log()[before:] {
		switch {
		case c.Service != "S3" || c.Operation == "DeleteObject":
		case slices.Contains([]string{"PutObject", "CopyObject", "ListObjectsV2"}, c.Operation): // one price
			m.now.Puts++
		default:
			m.now.Gets++
		}
	}
	folder, was := cost.FolderOf(call.Resource), m.most[cost.FolderOf(call.Resource)]
	m.most[folder] = cost.Use{
		Puts: max(was.Puts, m.now.Puts), Gets: max(was.Gets, m.now.Gets), Metrics: max(was.Metrics, m.now.Metrics),
		Alarms: max(was.Alarms, m.now.Alarms), Events: max(was.Events, m.now.Events),
	}
	return result
}

// withAlarms is a request after which every judgement asks for the state of an alarm.
const withAlarms = `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"}, "bake": "10m",
	"ramp": [{"weight": 0.05, "observe": "5m"}], "acknowledge": ["custom-error-responses"],
	"gates": {"alarms": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:site"]}}`

// TestTheTableOfUsesIsWhatTheLocalEngineSees: in every scenario, what the handlers send is counted where it arrives, and
// the most of each function is what its row says.
func TestTheTableOfUsesIsWhatTheLocalEngineSees(t *testing.T) {
	most := map[string]cost.Use{}
	play := func(s scenario.Scenario, request []byte) {
		stage, err := s.Build(scenario.Inputs{Seed: 1, Request: request})
		if err != nil {
			t.Fatal(err)
		}
		stage.World.CloudWatch.SetAlarm("arn:aws:cloudwatch:us-east-1:123456789012:alarm:site", "OK", "")
		install(t, stage.World, most)
		stage.World.Clock.RunUntil(stage.Done)
		// Whatever happened, an operator looks, and says so.
		x, err := stage.World.StartWorkflow(release.Recover, "operator",
			json.RawMessage(`{"primary": "`+stage.World.Pair.PrimaryID+`", "reason": "looked at it", "clearHold": true}`))
		if err != nil {
			t.Fatal(err)
		}
		stage.World.Clock.RunUntil(func() bool { return x.Status() != asl.Running })
	}
	for _, s := range scenario.All() {
		if s.Name == "content-50000" || strings.Contains(s.Request, `"latency"`) {
			continue // as content, many times; a gate that asks for more metrics than the table's release
		}
		play(s, nil)
		if s.Name == "healthy" {
			play(s, []byte(withAlarms))
		}
	}
	table := cost.Uses()
	for _, folder := range slices.Sorted(maps.Keys(table)) {
		if folder == "idleside" {
			continue // no scenario has a pipeline
		}
		got, visited := most[folder]
		if !visited {
			t.Errorf("no scenario invokes %s, so its row is not tested", folder)
		} else if want := table[folder]; got != want {
			t.Errorf("%s: got %+v at most, want what the table says, %+v", folder, got, want)
		}
	}
}

// TestEveryFunctionHasItsRow: a function without a row would be taken for somebody else's.
func TestEveryFunctionHasItsRow(t *testing.T) {
	folders, err := os.ReadDir("../../lambdas")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range folders {
		want = append(want, f.Name())
	}
	if got := slices.Sorted(maps.Keys(cost.Uses())); !slices.Equal(got, want) {
		t.Errorf("got rows for %v, want %v", got, want)
	}
}

func TestAFunctionIsFoundByItsResource(t *testing.T) {
	for name, c := range map[string]struct{ resource, want string }{
		"as the local engine writes it":        {"${observe}", "observe"},
		"as the stack names it":                {"arn:aws:lambda:us-east-1:123456789012:function:cloudfront-cd-observe", "observe"},
		"with an alias":                        {"arn:aws:lambda:us-east-1:123456789012:function:cloudfront-cd-observe:live", "observe"},
		"in another partition":                 {"arn:aws-cn:lambda:cn-north-1:123456789012:function:cloudfront-cd-recover:7", "recover"},
		"with a prefix and a suffix":           {"arn:aws:lambda:us-east-1:123456789012:function:Test_CloudFront-CD-StopTraffic-1A2B3C", "stoptraffic"},
		"whose account has a function's name":  {"arn:aws:lambda:us-east-1:123456789012:function:promote-nothing", "promote"},
		"of somebody else":                     {"arn:aws:lambda:us-east-1:123456789012:function:resize-images", ""},
		"whose name only begins with a folder": {"arn:aws:lambda:us-east-1:123456789012:function:observers", ""},
		"of no function":                       {"arn:aws:states:::sns:publish", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := cost.FolderOf(c.resource); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
