package judge_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cloudfront-cd/internal/judge"
)

// around are minutes around a latency, evenly spread over so many percent either way.
func around(ms, percent float64, minutes int) []float64 {
	all := make([]float64, minutes)
	for i := range all {
		all[i] = ms * (1 + percent/100*(2*float64(i)/float64(minutes-1)-1))
	}
	return all
}

func constant(ms float64, minutes int) []float64 { return slices.Repeat([]float64{ms}, minutes) }

func TestCompareLatencies(t *testing.T) {
	t.Parallel()
	missing := func(values []float64, at ...int) []float64 {
		for _, i := range at {
			values[i] = -1
		}
		return values
	}
	cases := map[string]struct {
		canary, baseline []float64
		tolerance, alpha float64
		want             judge.Verdict
		reason           string // where the words matter
	}{
		"a canary as fast as the baseline is healthy": {
			canary: around(180, 4, 10), baseline: around(181, 5, 10), tolerance: 30, want: judge.Healthy,
		},
		"a faster one too": {
			canary: around(90, 4, 10), baseline: around(181, 5, 10), tolerance: 30, want: judge.Healthy,
		},
		"slower for certain, but surely within the tolerance, is healthy": {
			canary: around(212, 3, 15), baseline: around(180, 3, 15), tolerance: 30, want: judge.Healthy,
			reason: "latency p95: staging 212 ms, primary 180 ms in the median of 15 minutes: +18 %; tolerance 30 %, kept with p below 0.000001 (below 0.00050 needed) → healthy",
		},
		"slower than the tolerance for certain is unhealthy": {
			canary: around(360, 5, 15), baseline: around(180, 5, 15), tolerance: 30, want: judge.Unhealthy,
			reason: "latency p95: staging 360 ms, primary 180 ms in the median of 15 minutes: +100 %; tolerance 30 %, exceeded, and slower with p below 0.000001 (below 0.00050 needed) → unhealthy",
		},
		"close to the tolerance is inconclusive": {
			canary: around(231, 10, 10), baseline: around(180, 10, 10), tolerance: 30, want: judge.Inconclusive,
			reason: "latency p95: staging 231 ms, primary 180 ms in the median of 10 minutes: +28 %; tolerance 30 %, which it may still exceed: kept with p 0.37 (below 0.00050 needed) → inconclusive",
		},
		"beyond the tolerance, but scattered, is inconclusive": {
			canary: around(140, 80, 10), baseline: around(100, 80, 10), tolerance: 30, want: judge.Inconclusive,
			reason: "latency p95: staging 140 ms, primary 100 ms in the median of 10 minutes: +40 %; tolerance 30 %, exceeded, but it may be chance: slower with p 0.12 (below 0.00050 needed) → inconclusive",
		},
		"too few minutes cannot tell however clear it looks": {
			canary: around(900, 1, 6), baseline: around(180, 1, 6), tolerance: 30, want: judge.Inconclusive,
			reason: "latency p95: 6 minutes with a datapoint on both sides, of the 7 below which nothing can be told → inconclusive",
		},
		"as many minutes as are needed can": {
			canary: around(900, 1, 7), baseline: around(180, 1, 7), tolerance: 30, want: judge.Unhealthy,
		},
		"minutes that are missing on one side count on neither": {
			canary: missing(around(180, 1, 9), 0, 1), baseline: missing(around(180, 1, 9), 7, 8), tolerance: 30, want: judge.Inconclusive,
			reason: "latency p95: 5 minutes with a datapoint on both sides, of the 7 below which nothing can be told → inconclusive",
		},
		"some missing minutes leave enough": {
			canary: missing(around(180, 1, 9), 0), baseline: missing(around(180, 1, 9), 8), tolerance: 30, want: judge.Healthy,
		},
		"a silent canary is inconclusive": {canary: constant(-1, 20), baseline: around(180, 1, 20), tolerance: 30, want: judge.Inconclusive},
		"a silent baseline too":           {canary: around(180, 1, 20), baseline: constant(-1, 20), tolerance: 30, want: judge.Inconclusive},
		"no minutes are inconclusive":     {tolerance: 30, want: judge.Inconclusive},
		"all minutes equal are evidence":  {canary: constant(50, 10), baseline: constant(50, 10), tolerance: 10, want: judge.Healthy},
		"equal minutes of each side too":  {canary: constant(80, 10), baseline: constant(50, 10), tolerance: 10, want: judge.Unhealthy},
		"all equal at the tolerance are inconclusive": {
			canary: constant(150, 10), baseline: constant(100, 10), tolerance: 50, want: judge.Inconclusive,
		},
		"ties are ranked, not counted as differences": {
			canary: []float64{5, 6, 5, 6, 5, 6, 5, 6, 5, 6}, baseline: []float64{5, 6, 5, 6, 6, 5, 6, 5, 6, 5}, tolerance: 50, want: judge.Healthy,
		},
		"a NaN is no evidence":     {canary: append(around(180, 1, 19), math.NaN()), baseline: around(180, 1, 20), tolerance: 30, want: judge.Inconclusive},
		"an infinity is none":      {canary: around(180, 1, 20), baseline: append(around(180, 1, 19), math.Inf(1)), tolerance: 30, want: judge.Inconclusive},
		"no latency at all is not": {canary: append(around(180, 1, 19), 0), baseline: around(180, 1, 20), tolerance: 30, want: judge.Inconclusive},
		"different minutes are not comparable": {
			canary: around(180, 1, 20), baseline: around(180, 1, 19), tolerance: 30, want: judge.Inconclusive,
			reason: "latency p95: one side has 20 minutes and the other 19, which should be the same ones → inconclusive",
		},
		"a tolerance of nothing is no gate": {canary: around(90, 1, 20), baseline: around(180, 1, 20), want: judge.Inconclusive},
		"an alpha of nothing is none":       {canary: around(90, 1, 20), baseline: around(180, 1, 20), tolerance: 30, alpha: math.NaN(), want: judge.Inconclusive},
		"hundreds of minutes are compared by the normal approximation": {
			canary: around(212, 20, 300), baseline: around(180, 20, 300), tolerance: 30, want: judge.Healthy,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.alpha == 0 {
				c.alpha = 0.0005
			}
			verdict, reasons := judge.CompareLatencies(judge.Latencies{
				Canary: "staging", Baseline: "primary", Alpha: c.alpha,
				Percentiles: []judge.Percentile{{Name: "p95", Canary: c.canary, Baseline: c.baseline, Tolerance: c.tolerance}},
			})
			if verdict != c.want {
				t.Errorf("got %s, want %s; %q", verdict, c.want, reasons)
			}
			if c.reason != "" && (len(reasons) != 1 || reasons[0] != c.reason) {
				t.Errorf("got\n%s\nwant\n%s", reasons, c.reason)
			}
		})
	}
}

func TestTheWorstPercentileDecides(t *testing.T) {
	t.Parallel()
	fine := judge.Percentile{Name: "p50", Canary: around(40, 3, 12), Baseline: around(40, 3, 12), Tolerance: 20}
	slow := judge.Percentile{Name: "p95", Canary: around(90, 3, 12), Baseline: around(40, 3, 12), Tolerance: 20}
	short := judge.Percentile{Name: "p95", Canary: around(40, 3, 3), Baseline: around(40, 3, 3), Tolerance: 20}
	for want, percentiles := range map[judge.Verdict][]judge.Percentile{
		judge.Healthy: {fine, fine}, judge.Unhealthy: {fine, slow, short}, judge.Inconclusive: {fine, short},
	} {
		if got, reasons := judge.CompareLatencies(judge.Latencies{Percentiles: percentiles, Alpha: 0.001}); got != want || len(reasons) != len(percentiles) {
			t.Errorf("got %s, want %s: %q", got, want, reasons)
		}
	}
	if got, reasons := judge.CompareLatencies(judge.Latencies{Alpha: 0.001}); got != judge.Inconclusive || len(reasons) != 0 {
		t.Errorf("got %s, %q of no percentile at all", got, reasons)
	}
	if got := (judge.Latencies{Percentiles: []judge.Percentile{fine, short}}).Ready(); got != 3 {
		t.Errorf("got %d minutes that can be compared, want 3", got)
	}
	if got := (judge.Latencies{}).Ready(); got != 0 {
		t.Errorf("got %d minutes of nothing", got)
	}
}

// TestLatencyMinutes: with one minute less, even samples that do not overlap have a p that is not small enough.
func TestLatencyMinutes(t *testing.T) {
	t.Parallel()
	for alpha, want := range map[float64]int{0.5: 2, 0.01: 5, 0.0039: 6, 0.0005: 7, 0.0001: 8, 1e-6: 12} {
		n := judge.LatencyMinutes(alpha)
		if n != want {
			t.Errorf("alpha %v: got %d minutes, want %d", alpha, n, want)
		}
		for minutes, told := range map[int]bool{n: true, n - 1: false} {
			l := judge.CompareLatency(judge.Percentile{Canary: around(900, 0.1, minutes), Baseline: around(100, 0.1, minutes), Tolerance: 10}, alpha)
			if (l.PSlower < alpha) != told || (l.Verdict == judge.Unhealthy) != told {
				t.Errorf("alpha %v: %d minutes came to %s with p %v", alpha, minutes, l.Verdict, l.PSlower)
			}
		}
	}
}

// TestLatencyErrsSeldom simulates releases with two looks each, ten minutes and thirty, log-normal minutes, and a common
// load that moves both sides: a canary that is no slower is hardly ever unhealthy, and one at the tolerance hardly ever
// healthy.
func TestLatencyErrsSeldom(t *testing.T) {
	t.Parallel()
	const releases, gate, looked = 1500, 0.01, 2
	random := rand.New(rand.NewPCG(1, 2))
	looks := func(slower float64) map[judge.Verdict]int {
		got := map[judge.Verdict]int{}
		for range releases {
			p := judge.Percentile{Name: "p95", Tolerance: 30}
			for range 30 {
				load := math.Exp(0.1 * random.NormFloat64())
				p.Canary = append(p.Canary, 180*slower*load*math.Exp(0.15*random.NormFloat64()))
				p.Baseline = append(p.Baseline, 180*load*math.Exp(0.05*random.NormFloat64()))
			}
			first := p
			first.Canary, first.Baseline = p.Canary[:10], p.Baseline[:10]
			l := judge.CompareLatency(first, gate/looked)
			if l.Verdict == judge.Inconclusive {
				l = judge.CompareLatency(p, gate/looked)
			}
			got[l.Verdict]++
		}
		return got
	}
	if got := looks(1); got[judge.Unhealthy] > releases*gate || got[judge.Healthy] < releases*95/100 {
		t.Errorf("no slower: got %v", got)
	}
	if got := looks(1.3); got[judge.Healthy] > releases*gate {
		t.Errorf("at the tolerance: got %v", got)
	}
	if got := looks(2); got[judge.Unhealthy] < releases*95/100 || got[judge.Healthy] > 0 {
		t.Errorf("twice as slow: got %v", got)
	}
}

func TestDescribeLatency(t *testing.T) {
	t.Parallel()
	got := judge.DescribeLatency(judge.Latencies{Canary: "primary after the promotion", Baseline: "primary before the release", Percentiles: []judge.Percentile{
		{Name: "p50", Canary: []float64{9, 9.6, -1}, Baseline: []float64{8}},
		{Name: "p95", Canary: []float64{-1}, Baseline: []float64{8}},
	}})
	want := []string{
		"latency p50: primary after the promotion 9.3 ms in the median of 2 minutes, primary before the release 8.0 ms of 1: +16 %; not judged, because the load was another then",
		"latency p95: no datapoint on one side or the other; it is not judged here",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
