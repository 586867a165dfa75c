package watch

import (
	"fmt"
	"strings"
	"time"

	"cloudfront-cd/internal/release"
)

// look is what one look found: at staging beside the primary, or at the primary beside itself before the release.
type look struct {
	seen    string // how far the step is
	share   string // of the viewers' requests, that staging got
	other   string // what the second rates are of
	counts  *release.Observation
	verdict string
	reasons []string
	ends    bool // the step or the bake ends with it
}

// judgement is one look at staging.
func (r *run) judgement(at time.Time, j release.Judgement) {
	d := &r.doc
	if d.Plan == nil || d.Step == nil || d.Step.Index >= len(d.Plan.Ramp) {
		return
	}
	step := d.Plan.Ramp[d.Step.Index]
	share := ""
	if t := d.Traffic; t != nil && t.From.Before(t.To) {
		share = fmt.Sprintf("share %.1f %% of %s", 100*t.Share, Percent(d.Step.Weight))
	}
	reasons := j.Reasons
	if estimate := estimated(d.Preflight, j); estimate != "" && !j.Observe {
		reasons = append(reasons, estimate)
	}
	r.looked(at, look{
		seen: minutes(float64(j.JudgedMinutes), step.Observe), share: share, other: "primary", counts: d.Observation,
		verdict: j.Verdict, reasons: reasons, ends: !j.Observe,
	})
}

// estimated sets how long the gates took against Preflight's estimate; empty where there is none, or no verdict.
func estimated(p *release.Preflight, j release.Judgement) string {
	if p == nil || j.Step >= len(p.Estimates) {
		return ""
	}
	e := p.Estimates[j.Step]
	switch {
	case j.HealthyAfter > 0 && e.Healthy != nil && e.Likely != nil:
		return fmt.Sprintf("estimate: the gates were healthy after %s; Preflight expected about %d, nine times in ten at most %d",
			Plural(j.HealthyAfter, "judged minute"), *e.Healthy, *e.Likely)
	case j.Verdict == "unhealthy" && e.Catch != nil:
		return fmt.Sprintf("estimate: caught after %s; Preflight expected about %d for errors of twice the tolerance more",
			Plural(j.JudgedMinutes, "judged minute"), *e.Catch)
	}
	return ""
}

// bake is one look at the primary after the promotion.
func (r *run) bake(at time.Time, b release.Bake) {
	if r.doc.Plan == nil {
		return
	}
	length, extended := r.doc.Plan.Bake, r.doc.Bake != nil && r.doc.Bake.Extended
	if extended {
		length *= 2
	}
	reasons := b.Reasons
	switch {
	case b.Regressed:
		reasons = append(reasons, "worse than before the release: the saved config comes back")
	case b.Inconclusive:
		reasons = append(reasons, "the bake ends without a verdict; the promotion stands")
	case b.Extended && !extended:
		reasons = append(reasons, fmt.Sprintf("no verdict at the end of the bake: it is extended once, by %s", length))
	}
	r.looked(at, look{
		seen: minutes(b.At.Sub(b.Since).Minutes(), length), other: "before", counts: r.doc.Observation,
		verdict: b.Verdict, reasons: reasons, ends: !b.Continue,
	})
}

// minutes is how far a step is, padded so that the lines of a step stand below each other.
func minutes(have float64, of release.Duration) string {
	all := fmt.Sprintf("%.4g", of.Std().Minutes())
	return fmt.Sprintf("%*d of %s min", len(all), int(have), all)
}

// visible reports whether any minute has come into sight, or it was not possible to look.
func (l look) visible() bool {
	o := l.counts
	return o == nil || o.Error != "" || len(o.Canary.Requests) > 0
}

// found is the evidence in one line; the short form leaves out whose the second rates are.
func (l look) found(long bool) string {
	text := ""
	if l.share != "" {
		text = " · " + l.share
	}
	if l.counts == nil || l.counts.Error != "" {
		return text + " · metrics could not be read"
	}
	now, then := sum(l.counts.Canary), sum(l.counts.Baseline)
	if now.requests == 0 {
		return text + " · no requests"
	}
	return text +
		l.rates("5xx", Rate(now.errors5xx, now.requests), Rate(then.errors5xx, then.requests), long) +
		l.rates("4xx", Rate(now.errors4xx, now.requests), Rate(then.errors4xx, then.requests), long)
}

func (l look) rates(name, now, then string, long bool) string {
	if long {
		return fmt.Sprintf(" · %s %s (%s %s)", name, now, l.other, then)
	}
	return fmt.Sprintf(" · %s %s / %s", name, strings.TrimSuffix(now, " %"), then)
}

type sums struct{ requests, errors4xx, errors5xx int64 }

// sum adds up a series; a minute without a datapoint is -1 in every column.
func sum(s release.Series) sums {
	var out sums
	for i, n := range s.Requests {
		if n < 0 || i >= len(s.Errors4xx) || i >= len(s.Errors5xx) {
			continue
		}
		out.requests += n
		out.errors4xx += max(s.Errors4xx[i], 0)
		out.errors5xx += max(s.Errors5xx[i], 0)
	}
	return out
}
