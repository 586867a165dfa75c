package viewers_test

import (
	"math"
	"testing"
	"time"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/viewers"
)

func start() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

type edge []viewers.Serving

func (e edge) POPs() int { return len(e) }

func (e edge) Serving(pop int, primaryID string) (viewers.Serving, bool) {
	return e[pop], e[pop].PrimaryID == primaryID
}

type metrics map[string]viewers.Counts

func (m metrics) Record(id string, at time.Time, requests, errors4xx, errors5xx int64) {
	for _, key := range []string{id, id + at.Format(" 15:04")} {
		m[key] = m[key].Plus(viewers.Counts{Requests: requests, Errors4xx: errors4xx, Errors5xx: errors5xx})
	}
}

func fleet(n int, s viewers.Serving) edge {
	e := make(edge, n)
	for i := range e {
		e[i] = s
	}
	return e
}

func weighted(weight float64) viewers.Serving {
	return viewers.Serving{PrimaryID: "P", StagingID: "S", PolicyEnabled: true, Weight: weight, Primary: "old", Staging: "new"}
}

func healthy(side viewers.Side, config any, _ int, _ time.Time) viewers.Rates {
	if (side == viewers.Primary) != (config == "old") {
		return viewers.Rates{E5xx: 1} // the wrong handle
	}
	return viewers.Rates{}
}

func perMinute(n float64) viewers.Rate { return func(time.Time) float64 { return n } }

type world struct {
	*viewers.Population
	clock   *simtime.Clock
	metrics metrics
}

func build(e edge, health viewers.Health, rate float64) world {
	w := world{clock: simtime.New(start()), metrics: metrics{}}
	w.Population = viewers.New(w.clock, e, w.metrics, health, 1)
	w.Add("P", perMinute(rate))
	return w
}

// near fails unless got is within five standard deviations of a binomial share of n.
func near(t *testing.T, what string, got, n int64, share float64) {
	t.Helper()
	want := float64(n) * share
	if tolerance := 5 * math.Sqrt(want*(1-share)); math.Abs(float64(got)-want) > tolerance {
		t.Errorf("got %s %d of %d, want %.0f ± %.0f", what, got, n, want, tolerance)
	}
}

func TestShareOfStaging(t *testing.T) {
	tests := map[string]struct {
		change func(e edge, w *world)
		want   float64
	}{
		"follows the weight":                  {want: 0.1},
		"nobody while the policy is disabled": {change: func(e edge, _ *world) { each(e, func(s *viewers.Serving) { s.PolicyEnabled = false }) }},
		"nobody without a staging id":         {change: func(e edge, _ *world) { each(e, func(s *viewers.Serving) { s.StagingID = "" }) }},
		"nobody with a header policy":         {change: func(e edge, _ *world) { each(e, func(s *viewers.Serving) { s.HeaderPolicy = true }) }},
		"those who send the header": {change: func(e edge, w *world) {
			each(e, func(s *viewers.Serving) { s.HeaderPolicy = true })
			w.HeaderShare = 0.02
		}, want: 0.02},
		"half of it while half of the POPs do not know the policy": {change: func(e edge, _ *world) {
			each(e[:5], func(s *viewers.Serving) { s.PolicyEnabled = false })
		}, want: 0.05},
		"nobody in override": {change: func(_ edge, w *world) {
			w.Override(viewers.AllPOPs, start(), start().Add(time.Hour))
		}},
		"less while one POP is in override": {change: func(_ edge, w *world) {
			w.Override(3, start(), start().Add(time.Hour))
		}, want: 0.09},
		"half of it while the override lasts half of the time": {change: func(_ edge, w *world) {
			w.Override(viewers.AllPOPs, start(), start().Add(30*time.Minute))
		}, want: 0.05},
		"all of it again after overrides were ended": {change: func(_ edge, w *world) {
			w.Override(viewers.AllPOPs, start(), start().Add(time.Hour))
			w.EndOverrides()
		}, want: 0.1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := fleet(10, weighted(0.1))
			w := build(e, healthy, 10_000)
			if tt.change != nil {
				tt.change(e, &w)
			}
			w.Start()
			w.clock.Advance(time.Hour)
			got := w.Total("P")
			all := got.Primary.Requests + got.Staging.Requests
			near(t, "staging", got.Staging.Requests, all, tt.want)
			if math.Abs(float64(all)-600_000) > 5*math.Sqrt(600_000) {
				t.Errorf("got %d requests, want about 600000", all)
			}
			if got.Harmed() != 0 || w.metrics["P"] != got.Primary || w.metrics["S"] != got.Staging {
				t.Errorf("got %+v with metrics %+v %+v", got, w.metrics["P"], w.metrics["S"])
			}
		})
	}
}

func each(e edge, change func(*viewers.Serving)) {
	for i := range e {
		change(&e[i])
	}
}

func TestErrorsFollowHealth(t *testing.T) {
	health := func(side viewers.Side, _ any, pop int, at time.Time) viewers.Rates {
		if side == viewers.Staging && pop == 0 && at.After(start().Add(30*time.Minute)) {
			return viewers.Rates{E4xx: 0.2, E5xx: 0.5}
		}
		return viewers.Rates{E4xx: 0.03, E5xx: 0.001}
	}
	w := build(fleet(2, weighted(0.15)), health, 100_000)
	w.Start()
	w.clock.Advance(time.Hour)
	got := w.Total("P")
	near(t, "primary's 4xx", got.Primary.Errors4xx, got.Primary.Requests, 0.03)
	near(t, "primary's 5xx", got.Primary.Errors5xx, got.Primary.Requests, 0.001)
	near(t, "staging's 4xx", got.Staging.Errors4xx, got.Staging.Requests, 0.75*0.03+0.25*0.2)
	near(t, "staging's 5xx", got.Staging.Errors5xx, got.Staging.Requests, 0.75*0.001+0.25*0.5)
	if got.Harmed() != got.Primary.Errors5xx+got.Staging.Errors5xx {
		t.Errorf("got %d harmed", got.Harmed())
	}
}

func TestCustomErrorResponsesFailOnStagingOnly(t *testing.T) {
	tests := map[string]struct {
		responses, header bool
		want              float64
	}{
		"with custom error responses":    {responses: true, want: 0.1},
		"without custom error responses": {},
		"with a header policy":           {responses: true, header: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := weighted(0.15)
			s.CustomErrorResponses, s.HeaderPolicy = tt.responses, tt.header
			w := build(fleet(4, s), healthy, 10_000)
			w.CustomErrorResponseBug, w.HeaderShare = 0.1, 0.15
			w.Start()
			w.clock.Advance(10 * time.Minute)
			got := w.Total("P")
			near(t, "5xx", got.Staging.Errors5xx, got.Staging.Requests, tt.want)
			if got.Staging.Requests == 0 || got.Primary.Errors5xx != 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestThePrimarysMetricsMayIncludeStaging(t *testing.T) {
	w := build(fleet(4, weighted(0.15)), func(viewers.Side, any, int, time.Time) viewers.Rates {
		return viewers.Rates{E5xx: 0.1}
	}, 10_000)
	w.RequestsIncludeStaging = true
	w.Start()
	w.clock.Advance(10 * time.Minute)
	got := w.Total("P")
	if w.metrics["P"] != got.Primary.Plus(got.Staging) || w.metrics["S"] != got.Staging {
		t.Errorf("got metrics %+v %+v of %+v", w.metrics["P"], w.metrics["S"], got)
	}
}

func TestAStickyShareFollowsTheWeightSlowly(t *testing.T) {
	s := weighted(0.05)
	s.Sticky = true
	e := fleet(4, s)
	w := build(e, healthy, 1_000_000)
	w.StickyLag = 5 * time.Minute
	w.Start()
	steps := []struct {
		after  time.Duration
		change func(*viewers.Serving)
		want   float64
	}{
		{time.Minute, func(*viewers.Serving) {}, 0.05},
		{time.Minute, func(s *viewers.Serving) { s.Weight = 0.15 }, 0.07},
		{time.Minute, func(*viewers.Serving) {}, 0.086},
		{30 * time.Minute, func(*viewers.Serving) {}, 0.15},
		{time.Minute, func(s *viewers.Serving) { s.PolicyEnabled = false }, 0},
		{time.Minute, func(s *viewers.Serving) { s.PolicyEnabled = true }, 0.15},
	}
	for i, step := range steps {
		each(e, step.change)
		w.clock.Advance(step.after)
		last, _ := w.Last("P")
		if math.Abs(last.Share()-step.want) > 0.002 {
			t.Errorf("step %d: got a share of %.4f, want %.4f", i, last.Share(), step.want)
		}
	}
}

func TestBackfillIsHistoryOnly(t *testing.T) {
	w := build(fleet(3, weighted(0)), healthy, 300)
	w.clock.Advance(90 * time.Second)
	w.Backfill(10)
	if _, ok := w.Last("P"); ok || w.Total("P").Primary.Requests != 0 {
		t.Error("got the past in Last or Total")
	}
	for _, m := range []string{"08:51", "09:00"} {
		if w.metrics["P "+m].Requests == 0 {
			t.Errorf("got no requests at %s", m)
		}
	}
	for _, m := range []string{"08:50", "09:01"} {
		if w.metrics["P "+m].Requests != 0 {
			t.Errorf("got requests at %s", m)
		}
	}
	before := w.metrics["P"].Requests
	w.Start()
	w.Stop()
	w.Start()
	w.clock.Advance(10 * time.Second)
	w.Stop()
	w.Start()
	w.clock.Advance(20 * time.Second)
	last, ok := w.Last("P")
	if !ok || last.Start.Format("15:04") != "09:01" || w.metrics["P"].Requests-before != last.Primary.Requests {
		t.Errorf("got %+v, want the present minute once", last)
	}
}

func TestNobodyComesWhereNothingIsServed(t *testing.T) {
	e := fleet(2, weighted(0.1))
	e[1].PrimaryID = "another"
	w := build(e, healthy, 10_000)
	w.Start()
	w.clock.Advance(10 * time.Minute)
	if got := w.Total("P").Primary.Requests + w.Total("P").Staging.Requests; math.Abs(float64(got)-50_000) > 1500 {
		t.Errorf("got %d requests, want about 50000, those of the other POP", got)
	}
	w.SetRate("P", perMinute(0))
	w.clock.Advance(time.Minute)
	if last, _ := w.Last("P"); last.Primary.Requests != 0 || last.Share() != 0 {
		t.Errorf("got %+v from a site without viewers", last)
	}
}

func TestOneSeedGivesOneRun(t *testing.T) {
	run := func(sites ...string) viewers.Minute {
		w := build(fleet(5, weighted(0.1)), healthy, 777)
		for _, id := range sites {
			w.Add(id, perMinute(10))
		}
		w.Start()
		w.clock.Advance(20 * time.Minute)
		return w.Total("P")
	}
	if a, b := run(), run("Q", "R"); a != b {
		t.Errorf("got %+v beside other sites, want %+v", b, a)
	}
}

func BenchmarkMinute(b *testing.B) {
	w := build(fleet(40, weighted(0.1)), func(viewers.Side, any, int, time.Time) viewers.Rates {
		return viewers.Rates{E4xx: 0.02, E5xx: 0.002}
	}, 100_000)
	w.Start()
	for b.Loop() {
		w.clock.Advance(time.Minute)
	}
}
