package judge

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/aclements/go-moremath/stats"
)

// maxLatency is beyond what an origin may take, in milliseconds: CloudFront gives up long before.
const maxLatency = 1e9

// Percentile is one percentile of both sides' latencies in milliseconds, in each of the same minutes; a minute without a
// datapoint is -1.
type Percentile struct {
	// Name is what the sentence calls it: p95.
	Name             string
	Canary, Baseline []float64
	// Tolerance is by how many percent the canary may be slower.
	Tolerance float64
}

// Latencies is all that CompareLatencies looks at.
type Latencies struct {
	// Canary and Baseline are what the sentences call the sides.
	Canary, Baseline string
	Percentiles      []Percentile
	// Alpha is the probability with which the verdict on one percentile may be wrong at this look. Unlike an error rate's
	// interval a rank test holds for one look only: whoever looks twice gives each look a part.
	Alpha float64
}

// Latency is one percentile's comparison in numbers.
type Latency struct {
	// Minutes is how many minutes have a datapoint on both sides. Nothing below is set where there is none.
	Minutes int
	// Canary and Baseline are the medians of the minutes, in milliseconds.
	Canary, Baseline float64
	// Slower is by how many percent the canary is slower: the median of all ratios of one of its minutes to one of the
	// baseline's, which is the Hodges-Lehmann estimate of a shift, taken of the logarithms because the tolerance is a ratio.
	Slower float64
	// PSlower and PWithin are the one-sided p of the Mann-Whitney U test: how probable such minutes are if the canary is not
	// slower at all, and if it is slower by the whole tolerance.
	PSlower, PWithin float64
	Verdict          Verdict
	// Problem is why there is nothing to compare.
	Problem string
}

// LatencyMinutes is how many minutes of each side the test needs before it can tell anything at this alpha. Of two times n
// minutes that do not overlap at all its p is 1 in (2n over n), and no p can be smaller: 1 in 252 for five minutes, 1 in
// 3,432 for seven.
func LatencyMinutes(alpha float64) int {
	if !(alpha > 0) {
		return math.MaxInt
	}
	p := 1.0
	for n := 1; ; n++ {
		if p *= float64(n) / float64(2*(2*n-1)); p < alpha {
			return n
		}
	}
}

// CompareLatency compares one percentile. The canary is unhealthy when it is slower by more than chance explains, and the
// estimate is beyond the tolerance. It is healthy when it has been told, just as surely, from a canary that is slower by the
// whole tolerance. Else it is inconclusive: that neither can be shown is no health.
//
// The test is that of Mann and Whitney ("On a test of whether one of two random variables is stochastically larger than the
// other", 1947), exact for up to 50 minutes of a side, or 25 with ties, and with the normal approximation beyond. It takes the
// minutes of a side for independent of each other. What moves both sides in the same minute only makes it slower to tell.
func CompareLatency(p Percentile, alpha float64) Latency {
	l := Latency{PSlower: 1, PWithin: 1, Verdict: Inconclusive}
	if !(p.Tolerance > 0 && p.Tolerance <= maxLatency) || !(alpha > 0 && alpha < 1) {
		l.Problem = fmt.Sprintf("cannot be judged with a tolerance of %v %% and an alpha of %v", p.Tolerance, alpha)
		return l
	}
	canary, baseline, problem := p.shared()
	if l.Minutes, l.Problem = len(canary), problem; problem != "" || len(canary) == 0 {
		return l
	}
	l.Canary, l.Baseline = median(canary), median(baseline)
	l.Slower = 100 * (median(ratios(canary, baseline)) - 1)
	within := scaled(baseline, 1+p.Tolerance/100)
	l.PSlower, l.PWithin = less(baseline, canary), less(canary, within)
	switch {
	case l.PSlower < alpha && l.Slower > p.Tolerance:
		l.Verdict = Unhealthy
	case l.PWithin < alpha && l.Slower < p.Tolerance:
		l.Verdict = Healthy
	}
	return l
}

// CompareLatencies compares every percentile and says so, each in one sentence that ends in its verdict. It accepts anything and
// never panics; without a percentile there is nothing that could be healthy.
func CompareLatencies(e Latencies) (Verdict, []string) {
	if len(e.Percentiles) == 0 {
		return Inconclusive, nil
	}
	worst := Healthy
	reasons := make([]string, len(e.Percentiles))
	for i, p := range e.Percentiles {
		l := CompareLatency(p, e.Alpha)
		reasons[i] = concluded(l.Verdict, l.sentence(e, p)).sentence
		if l.Verdict.rank() > worst.rank() {
			worst = l.Verdict
		}
	}
	return worst, reasons
}

// Ready is how many minutes can be compared: the fewest of any percentile.
func (e Latencies) Ready() int {
	least := math.MaxInt
	for _, p := range e.Percentiles {
		canary, _, _ := p.shared()
		least = min(least, len(canary))
	}
	if least == math.MaxInt {
		return 0
	}
	return least
}

// shared is the minutes that have a datapoint on both sides, or what is wrong with them.
func (p Percentile) shared() (canary, baseline []float64, problem string) {
	if len(p.Canary) != len(p.Baseline) {
		return nil, nil, fmt.Sprintf("one side has %d minutes and the other %d, which should be the same ones", len(p.Canary), len(p.Baseline))
	}
	for i, c := range p.Canary {
		b := p.Baseline[i]
		for _, v := range []float64{c, b} {
			if v != -1 && !(v > 0 && v <= maxLatency) {
				return nil, nil, fmt.Sprintf("a minute has a latency of %v ms, which cannot be", v)
			}
		}
		if c != -1 && b != -1 {
			canary, baseline = append(canary, c), append(baseline, b)
		}
	}
	return canary, baseline, ""
}

// less is the p of x not being less than y. All equal, it cannot be told at all.
func less(x, y []float64) float64 {
	test, err := stats.MannWhitneyUTest(x, y, stats.LocationLess)
	if err != nil || math.IsNaN(test.P) {
		return 1
	}
	return test.P
}

func ratios(canary, baseline []float64) []float64 {
	all := make([]float64, 0, len(canary)*len(baseline))
	for _, c := range canary {
		for _, b := range baseline {
			all = append(all, c/b)
		}
	}
	return all
}

func scaled(values []float64, by float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = v * by
	}
	return out
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// sentence says the numbers for people, without the verdict.
func (l Latency) sentence(e Latencies, p Percentile) string {
	needed := LatencyMinutes(e.Alpha)
	switch {
	case l.Problem != "":
		return fmt.Sprintf("latency %s: %s", p.Name, l.Problem)
	case l.Minutes < needed:
		return fmt.Sprintf("latency %s: %d minutes with a datapoint on both sides, of the %d below which nothing can be told", p.Name, l.Minutes, needed)
	}
	text := fmt.Sprintf("latency %s: %s %s ms, %s %s ms in the median of %d minutes: %s %%; tolerance %s %%", p.Name,
		e.Canary, milliseconds(l.Canary), e.Baseline, milliseconds(l.Baseline), l.Minutes, percent(l.Slower), short(p.Tolerance))
	allowed := "(below " + chance(e.Alpha) + " needed)"
	switch exceeded := l.Slower > p.Tolerance; {
	case l.Verdict == Healthy:
		return fmt.Sprintf("%s, kept with p %s %s", text, chance(l.PWithin), allowed)
	case l.Verdict == Unhealthy:
		return fmt.Sprintf("%s, exceeded, and slower with p %s %s", text, chance(l.PSlower), allowed)
	case exceeded:
		return fmt.Sprintf("%s, exceeded, but it may be chance: slower with p %s %s", text, chance(l.PSlower), allowed)
	default:
		return fmt.Sprintf("%s, which it may still exceed: kept with p %s %s", text, chance(l.PWithin), allowed)
	}
}

// DescribeLatency says how a percentile was at two different times. It has no verdict: a test needs minutes that differ in
// nothing but the release, and those of an hour ago had another load. The sides may have different numbers of minutes.
func DescribeLatency(e Latencies) []string {
	var notes []string
	for _, p := range e.Percentiles {
		canary, baseline := measured(p.Canary), measured(p.Baseline)
		if len(canary) == 0 || len(baseline) == 0 {
			notes = append(notes, fmt.Sprintf("latency %s: no datapoint on one side or the other; it is not judged here", p.Name))
			continue
		}
		now, then := median(canary), median(baseline)
		notes = append(notes, fmt.Sprintf("latency %s: %s %s ms in the median of %d minutes, %s %s ms of %d: %s %%; not judged, because the load was another then",
			p.Name, e.Canary, milliseconds(now), len(canary), e.Baseline, milliseconds(then), len(baseline), percent(100*(now/then-1))))
	}
	return notes
}

// measured are the minutes that have a datapoint.
func measured(values []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return !(v > 0 && v <= maxLatency) })
}

// milliseconds writes a latency as precisely as people read one: 212, 8.4.
func milliseconds(ms float64) string {
	if ms < 10 {
		return strconv.FormatFloat(ms, 'f', 1, 64)
	}
	return strconv.FormatFloat(ms, 'f', 0, 64)
}

// percent writes a change with its sign, with a decimal below ten.
func percent(x float64) string {
	decimals := 0
	if math.Abs(x) < 9.95 {
		decimals = 1
	}
	sign := "+"
	if x < 0 {
		sign = "−"
	}
	return sign + strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
}

// chance writes a probability with two significant digits, and without exponents.
func chance(p float64) string {
	const least = 1e-6
	if p < least {
		return "below 0.000001"
	}
	digits := 1 - int(math.Floor(math.Log10(p)))
	text := strconv.FormatFloat(p, 'f', max(digits, 0), 64)
	return text
}
