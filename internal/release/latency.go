package release

// Latency is by how many percent a percentile of the origins' latency may be greater on the canary than on the baseline. A
// percentile that is nil is not judged.
type Latency struct {
	P50 *float64 `json:"p50,omitempty"`
	P95 *float64 `json:"p95,omitempty"`
}

// The percentiles that can be judged, as CloudWatch writes them.
const (
	P50 = "p50"
	P95 = "p95"
)

// Percentile is one percentile of a latency gate, with its tolerance in percent.
type Percentile struct {
	Name      string
	Tolerance float64
}

// Percentiles are those that are judged; none without a gate.
func (l *Latency) Percentiles() []Percentile {
	if l == nil {
		return nil
	}
	var judged []Percentile
	if l.P50 != nil {
		judged = append(judged, Percentile{P50, *l.P50})
	}
	if l.P95 != nil {
		judged = append(judged, Percentile{P95, *l.P95})
	}
	return judged
}

// Limits of a latency gate, in percent. What is below a percent is lost in the noise of a minute.
const (
	leastSlower = 1
	mostSlower  = 1000
)

func (l *Latency) check(r *refusals) {
	if l == nil {
		return
	}
	judged := l.Percentiles()
	if len(judged) == 0 {
		r.add("gates.latency", "{}", "must have p50, p95 or both; without the whole gate latency is not judged")
	}
	for _, p := range judged {
		if !(p.Tolerance >= leastSlower && p.Tolerance <= mostSlower) {
			r.add("gates.latency."+p.Name, p.Tolerance, "must be a percentage from 1 to 1000")
		}
	}
}

// LatencyOf is a percentile of a series, minute by minute.
func (s Series) LatencyOf(percentile string) []float64 {
	if percentile == P50 {
		return s.LatencyP50
	}
	return s.LatencyP95
}

// SetLatency sets it.
func (s *Series) SetLatency(percentile string, minutes []float64) {
	if percentile == P50 {
		s.LatencyP50 = minutes
	} else {
		s.LatencyP95 = minutes
	}
}

// LatencyLooks is how many times a step's latencies may be compared: at its end, and once more at its deadline. Unlike an
// error rate's interval, the test holds for one look, so that the looks share the gate's alpha.
const LatencyLooks = 2

// LatencyAlpha is the alpha of one percentile at one look.
func (p *Plan) LatencyAlpha() float64 { return p.AlphaPerGate() / LatencyLooks }
