package preflight_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/release"
)

func TestTrafficTooLowSaysWhatWouldDo(t *testing.T) {
	t.Parallel()
	// Tolerances of 100 points are told at once, so that the requests alone decide.
	request := func(ramp, minimum string) string {
		return `{"primary": "EPRIMARY1", "change": {"kind": "staged"}, "ramp": [` + ramp + `],
			"gates": {"minimumRequests": ` + minimum + `, "tolerance": {"5xx": 100, "4xx": 100}}}`
	}
	cases := map[string]struct {
		request   string
		perMinute float64
		want      []string // none: enough traffic
		not       []string
	}{
		"exactly enough": {
			// 100 a minute, of which 10 to staging, in 40 of the 45 minutes.
			request: request(`{"weight": 0.1, "observe": "10m", "deadline": "45m"}`, "400"), perMinute: 100,
		},
		"one request too few": {
			request(`{"weight": 0.1, "observe": "10m", "deadline": "45m"}`, "401"), 100,
			[]string{
				"step 1 (weight 0.1, deadline 45m) would get, in the 40 minutes that it can judge, about 400 requests, and gates.minimumRequests is 401",
				`ramp[0].deadline of at least "46m"`, "ramp[0].weight of at least 0.101", "gates.minimumRequests of at most 400",
			},
			nil,
		},
		"a weight that CloudFront does not allow is not proposed": {
			request(`{"weight": 0.1, "observe": "10m", "deadline": "45m"}`, "1000"), 100,
			[]string{`ramp[0].deadline of at least "1h45m"`, "gates.minimumRequests of at most 400"},
			[]string{"ramp[0].weight"},
		},
		"a deadline that does not fit an execution is not proposed": {
			request(`{"weight": 0.1, "observe": "10m", "deadline": "45m"}`, "1000000000000"), 100,
			[]string{"gates.minimumRequests of at most 400"},
			[]string{"ramp[0].deadline of", "ramp[0].weight"},
		},
		"only the second step is short, which then is the one named": {
			request(`{"weight": 0.1, "observe": "10m", "deadline": "2h"}, {"weight": 0.15, "observe": "10m", "deadline": "20m"}`, "400"), 100,
			[]string{"step 2 (weight 0.15, deadline 20m)", `ramp[1].deadline of at least "32m"`, "gates.minimumRequests of at most 225"},
			[]string{"step 1", "ramp[0]"},
		},
		"nothing in the plan helps against no viewers": {
			request(`{"weight": 0.1, "observe": "10m", "deadline": "45m"}`, "1"), 0,
			[]string{"about 0 requests", "wait until viewers use EPRIMARY1"},
			[]string{"any of"},
		},
		"error rates that cannot be told in time": {
			`{"primary": "EPRIMARY1", "change": {"kind": "staged"}, "ramp": [{"weight": 0.05, "observe": "10m", "deadline": "15m"}]}`, 6000,
			[]string{
				"would get, in the 10 minutes that it can judge, too few to tell 4xx from 1 points more, which takes 12 minutes nine times in ten",
				`ramp[0].deadline of at least "17m"`, "ramp[0].weight of at least 0.057", "gates.tolerance.4xx of at least 1.1",
			},
			[]string{"minimumRequests"},
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

// TestEachOfferSuffices: a plan that takes one of the offers passes, and one that takes a little less does not.
func TestEachOfferSuffices(t *testing.T) {
	t.Parallel()
	offers := regexp.MustCompile(`deadline of at least "([0-9hm]+)"|weight of at least ([0-9.]+)|tolerance.5xx of at least ([0-9.]+) with gates.tolerance.4xx of at least ([0-9.]+)`)
	for _, perMinute := range []float64{3000, 4500, 6000, 20_000} {
		t.Run(fmt.Sprint(perMinute), func(t *testing.T) {
			t.Parallel()
			passes := func(step release.RampStep, tolerance release.Tolerance) (bool, string) {
				w := newWorld(t)
				w.perMinute, w.rate5xx, w.rate4xx = perMinute, 0.5, 2
				plan, err := json.Marshal(map[string]any{
					"primary": primaryID, "change": map[string]string{"kind": "staged"}, "ramp": []release.RampStep{step},
					"gates": map[string]any{"tolerance": tolerance, "minimumRequests": 1},
				})
				if err != nil {
					t.Fatal(err)
				}
				w.request(string(plan))
				part := w.look()
				if part.Passed {
					return true, ""
				}
				return false, find(t, part, release.TrafficTooLow).Do
			}
			step := release.RampStep{Weight: 0.08, Observe: release.Duration(time.Minute), Deadline: release.Duration(7 * time.Minute)}
			tolerance := release.Tolerance{Errors5xx: 0.2, Errors4xx: 0.3}
			ok, text := passes(step, tolerance)
			if ok {
				t.Fatal("the plan passes as it is")
			}
			for _, o := range offers.FindAllStringSubmatch(text, -1) {
				enough, less, wide, narrow := step, step, tolerance, tolerance
				switch {
				case o[1] != "":
					d, err := time.ParseDuration(o[1])
					if err != nil {
						t.Fatal(err)
					}
					enough.Deadline, less.Deadline = release.Duration(d), release.Duration(d-time.Minute)
				case o[2] != "":
					enough.Weight = number(t, o[2])
					less.Weight = enough.Weight - 0.001
				default:
					wide = release.Tolerance{Errors5xx: number(t, o[3]), Errors4xx: number(t, o[4])}
					narrow = release.Tolerance{Errors5xx: wide.Errors5xx - 0.05, Errors4xx: wide.Errors4xx}
				}
				if ok, why := passes(enough, wide); !ok {
					t.Errorf("%s does not suffice: %s", o[0], why)
				}
				if ok, _ := passes(less, narrow); ok {
					t.Errorf("less than %s suffices", o[0])
				}
			}
		})
	}
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}
