package preflight_test

import (
	"strings"
	"testing"

	"cloudfront-cd/internal/release"
)

func TestTrafficTooLowSaysWhatWouldDo(t *testing.T) {
	t.Parallel()
	request := func(ramp, gates string) string {
		return `{"primary": "EPRIMARY1", "change": {"kind": "staged"}, "ramp": [` + ramp + `], "gates": {` + gates + `}}`
	}
	cases := map[string]struct {
		request   string
		perMinute float64
		want      []string // none: enough traffic
		not       []string
	}{
		"exactly enough": {
			// 100 a minute, of which 10 to staging, in 40 of the 45 minutes.
			request: request(`{"weight": 0.1, "observe": "10m", "deadline": "45m"}`, `"minimumRequests": 400`), perMinute: 100,
		},
		"one request too few": {
			request(`{"weight": 0.1, "observe": "10m", "deadline": "45m"}`, `"minimumRequests": 401`), 100,
			[]string{"step 1 (weight 0.1, deadline 45m) would get about 400 requests in the 40 minutes", `ramp[0].deadline of at least "46m"`, "ramp[0].weight of at least 0.101", "gates.minimumRequests of at most 400"},
			nil,
		},
		"a weight that CloudFront does not allow is not proposed": {
			request(`{"weight": 0.1, "observe": "10m", "deadline": "45m"}`, `"minimumRequests": 1000`), 100,
			[]string{`ramp[0].deadline of at least "1h45m"`, "gates.minimumRequests of at most 400"},
			[]string{"ramp[0].weight"},
		},
		"a deadline that does not fit an execution is not proposed": {
			request(`{"weight": 0.1, "observe": "10m", "deadline": "45m"}`, `"minimumRequests": 1000000000000`), 100,
			[]string{"gates.minimumRequests of at most 400"},
			[]string{"ramp[0].deadline of", "ramp[0].weight"},
		},
		"only the second step is short, which then is the one named": {
			request(`{"weight": 0.1, "observe": "10m", "deadline": "2h"}, {"weight": 0.15, "observe": "10m", "deadline": "20m"}`, `"minimumRequests": 400`), 100,
			[]string{"step 2 (weight 0.15, deadline 20m)", `ramp[1].deadline of at least "32m"`, "gates.minimumRequests of at most 225"},
			[]string{"step 1", "ramp[0]"},
		},
		"nothing in the plan helps against no viewers": {
			request(`{"weight": 0.1, "observe": "10m", "deadline": "45m"}`, `"minimumRequests": 1`), 0,
			[]string{"would get about 0 requests", "wait until viewers use EPRIMARY1"},
			[]string{"any of"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.request(c.request)
			w.perMinute = c.perMinute
			part := w.look()
			if len(c.want) == 0 {
				if !part.Passed {
					t.Errorf("got findings %v", part.Findings)
				}
				return
			}
			f := find(t, part, release.TrafficTooLow)
			for _, want := range c.want {
				if !strings.Contains(f.Fact+"\n"+f.Do, want) {
					t.Errorf("got %s\n%s\nwant it to say %q", f.Fact, f.Do, want)
				}
			}
			for _, not := range c.not {
				if strings.Contains(f.Fact+"\n"+f.Do, not) {
					t.Errorf("got %s\n%s\nwant it not to say %q", f.Fact, f.Do, not)
				}
			}
		})
	}
}
