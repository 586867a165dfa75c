package preflight_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cloudfront-cd/internal/release"
)

func TestEachFindingNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for title, c := range findingCases() {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.change(w)
			part := w.look()
			f := find(t, part, c.name)
			if f.Level != c.level || f.Acknowledged {
				t.Errorf("got level %s, acknowledged %t; want %s", f.Level, f.Acknowledged, c.level)
			}
			text := f.Fact + "\n" + f.Why + "\n" + f.Do
			for _, want := range c.says {
				if !strings.Contains(text, want) {
					t.Errorf("got %s\nwant it to say %q", text, want)
				}
			}
			if f.Fact == "" || f.Why == "" || f.Do == "" || strings.HasSuffix(f.Fact, ".") {
				t.Errorf("got %+v, want a fact, a reason and a remedy, each a clause", f)
			}
			want := append([]string{c.name}, c.beside...)
			if c.name != release.TrafficTooLow && c.name != release.MetricsUnreadable {
				want = append(want, release.TrafficEstimate)
			}
			slices.Sort(want)
			if got := names(part.Findings); !slices.Equal(got, want) {
				t.Errorf("got findings %v, want %v", got, want)
			}
			if blocks := slices.ContainsFunc(part.Findings, release.Finding.Blocks); part.Passed == blocks {
				t.Errorf("got passed %t with blocking findings %t", part.Passed, blocks)
			}
		})
	}
}

func TestACleanPairPassesWithAnEstimateOnly(t *testing.T) {
	t.Parallel()
	part := newWorld(t).look()
	if got := names(part.Findings); !part.Passed || part.Wait || !slices.Equal(got, []string{release.TrafficEstimate}) {
		t.Errorf("got passed %t, wait %t, findings %v", part.Passed, part.Wait, got)
	}
	f := find(t, part, release.TrafficEstimate)
	for _, want := range []string{
		"6000 requests a minute",
		"step 1 (weight 0.05): healthy after about 8 minutes of judging (nine times in ten by 12; the plan judges at least 10)",
		"step 2 (weight 0.15): healthy after about 3 minutes of judging (nine times in ten by 5; the plan judges at least 15)",
	} {
		if !strings.Contains(f.Fact, want) {
			t.Errorf("got %q, want it to say %q", f.Fact, want)
		}
	}
}

func TestEveryFindingNameIsProduced(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../../internal/release/findings.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	// The estimate is on the clean pair; unknown fields need the XML (TestFieldsThatTheSDKDropsBlock).
	produced := []string{release.TrafficEstimate, release.UnknownFields}
	for _, c := range findingCases() {
		produced = append(append(produced, c.name), c.beside...)
	}
	for _, c := range togetherCases() {
		produced = append(produced, c.name)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, v := range spec.Values {
			literal, ok := v.(*ast.BasicLit)
			if !ok {
				continue
			}
			if name, err := strconv.Unquote(literal.Value); err != nil || !slices.Contains(produced, name) {
				t.Errorf("no case here produces %s (%s)", spec.Names[i].Name, literal.Value)
			}
		}
		return true
	})
}

func TestAnAcknowledgedFindingDoesNotBlock(t *testing.T) {
	t.Parallel()
	tried := 0
	for title, c := range findingCases() {
		acknowledgeable := slices.Contains(release.Acknowledgeable(), c.name)
		if c.level == release.Note {
			continue
		}
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.change(w)
			w.doc.Plan.Acknowledge = []string{c.name}
			part := w.look()
			if f := find(t, part, c.name); f.Acknowledged != acknowledgeable || part.Passed != acknowledgeable {
				t.Errorf("got acknowledged %t, passed %t; want %t", f.Acknowledged, part.Passed, acknowledgeable)
			}
		})
		tried++
	}
	if tried < 20 {
		t.Errorf("got %d cases", tried)
	}
}

func TestTheExamplesNeedOnlyTheAcknowledgementsThatTheirConfigsCallFor(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		example, request string
		want             []string
		passed           bool
	}{
		"the SPA, not acknowledged": {
			"spa", `{"primary": "EPRIMARY1", "change": {"kind": "origin", "origin": "site", "path": "/green"}}`,
			[]string{release.CustomErrorResponses, release.TrafficEstimate},
			false,
		},
		"the SPA, acknowledged": {
			"spa", `{"primary": "EPRIMARY1", "change": {"kind": "origin", "origin": "site", "path": "/green"}, "acknowledge": ["custom-error-responses"]}`,
			[]string{release.CustomErrorResponses, release.TrafficEstimate},
			true,
		},
		"the API as it is staged": {
			"api", `{"primary": "EPRIMARY1", "change": {"kind": "staged"}, "acknowledge": ["custom-error-responses"]}`,
			[]string{release.CustomErrorResponses, release.EdgeFunctionShared, release.StagedDifferences, release.TrafficEstimate},
			true,
		},
		"the API by an origin, which would throw away what is staged": {
			"api", `{"primary": "EPRIMARY1", "change": {"kind": "origin", "origin": "api", "path": "/v43"}, "acknowledge": ["custom-error-responses"]}`,
			[]string{release.CustomErrorResponses, release.EdgeFunctionShared, release.StagingCarriesOtherChanges, release.TrafficEstimate},
			false,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := worldOf(t, c.example)
			w.request(c.request)
			part := w.look()
			if got := names(part.Findings); !slices.Equal(got, c.want) || part.Passed != c.passed {
				t.Errorf("got %v, passed %t; want %v, %t", got, part.Passed, c.want, c.passed)
			}
		})
	}
}

func TestBlockingFindingsComeFirst(t *testing.T) {
	t.Parallel()
	w := worldOf(t, "spa")
	w.policy.TrafficConfig.SingleWeightConfig.SessionStickinessConfig = nil
	w.status[primaryID] = "InProgress"
	w.perMinute = 1
	blocked := true
	for _, f := range w.look().Findings {
		if f.Blocks() && !blocked {
			t.Errorf("got %s after a finding that does not block", f.Name)
		}
		blocked = f.Blocks()
	}
}
