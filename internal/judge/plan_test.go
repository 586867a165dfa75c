package judge_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/standin/sample"
)

// TestTheEstimateIsWhatHappens: of simulated canaries half are told by the estimated minute, and nine in ten by the other.
func TestTheEstimateIsWhatHappens(t *testing.T) {
	t.Parallel()
	const releases, alpha = 400, 0.01 / 6
	for name, c := range map[string]struct {
		traffic               judge.Traffic
		regression, tolerance float64
	}{
		"healthy, one error in a thousand":    {judge.Traffic{CanaryPerMinute: 450, BaselinePerMinute: 2550, ErrorRate: 0.001}, 0, 0.5},
		"healthy, two in a hundred":           {judge.Traffic{CanaryPerMinute: 1500, BaselinePerMinute: 28_500, ErrorRate: 0.02}, 0, 0.5},
		"a regression of twice the tolerance": {judge.Traffic{CanaryPerMinute: 450, BaselinePerMinute: 2550, ErrorRate: 0.005}, 1, 0.5},
		"a regression of twice a point":       {judge.Traffic{CanaryPerMinute: 900, BaselinePerMinute: 5100, ErrorRate: 0.02}, 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(5, 5))
			want := judge.Healthy
			if c.regression > 0 {
				want = judge.Unhealthy
			}
			took := make([]int, releases)
			for i := range took {
				var canary, baseline judge.Tally
				for took[i] = 1; ; took[i]++ {
					n, m := int64(c.traffic.CanaryPerMinute), int64(c.traffic.BaselinePerMinute)
					canary.Add(n, sample.Poisson(random, float64(n)*(c.traffic.ErrorRate+c.regression/100)))
					baseline.Add(m, sample.Poisson(random, float64(m)*c.traffic.ErrorRate))
					if v := judge.Compare(canary, baseline, 1, c.tolerance, alpha).Verdict; v != judge.Inconclusive {
						if v != want {
							t.Errorf("a release was told to be %s", v)
						}
						break
					}
				}
			}
			slices.Sort(took)
			for share, slack := range map[float64]float64{0.5: 0.25, 0.9: 0.35} {
				got, estimate := float64(took[int(share*releases)]), c.traffic.Healthy(1, c.tolerance, alpha, share)
				if c.regression > 0 {
					if share != 0.5 {
						continue
					}
					estimate = c.traffic.Caught(c.regression, 1, c.tolerance, alpha)
				}
				if math.Abs(got-estimate) > 1+slack*estimate {
					t.Errorf("%v of the releases were told by minute %v, the estimate was %v", share, got, estimate)
				}
			}
		})
	}
}

func TestWhatIsNeverToldTakesForEver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]judge.Traffic{
		"no viewers":       {},
		"none on staging":  {BaselinePerMinute: 1000, ErrorRate: 0.01},
		"a viewer an hour": {CanaryPerMinute: 1.0 / 60, BaselinePerMinute: 1, ErrorRate: 0.01},
	} {
		if got := c.Healthy(1, 0.5, 0.01, 0.5); !math.IsInf(got, 1) {
			t.Errorf("%s: got %v minutes", name, got)
		}
	}
}
