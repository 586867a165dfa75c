package watch

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"cloudfront-cd/internal/release"
)

// looks are the looks at one ramp step, or at the bake.
type looks struct {
	announced bool
	verdict   string          // of the last look
	kinds     map[string]bool // of the sentences that were shown since the verdict changed
	text      string          // of the last line
	at        time.Time       // when that was printed
}

// quietFor is how long looks that all say the same are not repeated.
const quietFor = 5 * time.Minute

// announceLooks says once what the coming minutes are for: no metric is visible yet.
func (r *run) announceLooks(at time.Time) {
	if r.look.announced {
		return
	}
	r.look = looks{announced: true, kinds: map[string]bool{}}
	what := "rates are staging against primary"
	if r.title == "Bake" {
		what = "rates are the primary's, now against before the release"
	}
	r.line(at, fmt.Sprintf("waiting for the first judged minute (warm-up %s, metric delay %s); %s",
		release.Duration(release.WarmUp), release.Duration(release.MetricDelay), what), Plain)
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
	r.looked(at, look{
		seen: minutes(float64(j.JudgedMinutes), step.Observe), share: share, other: "primary",
		verdict: j.Verdict, reasons: j.Reasons, ends: !j.Observe,
	})
}

// bake is one look at the primary after the promotion.
func (r *run) bake(at time.Time, b release.Bake) {
	if r.doc.Plan == nil {
		return
	}
	length := r.doc.Plan.Bake
	if b.Extended && r.doc.Bake != nil && r.doc.Bake.Extended {
		length *= 2
	}
	reasons := b.Reasons
	switch {
	case b.Regressed:
		reasons = append(reasons, "back to the saved config")
	case b.Inconclusive:
		reasons = append(reasons, "the bake ends without a verdict; the promotion stands")
	case b.Extended && length == r.doc.Plan.Bake:
		reasons = append(reasons, fmt.Sprintf("the bake is extended once, by %s", length))
	}
	r.looked(at, look{
		seen: minutes(b.At.Sub(b.Since).Minutes(), length), other: "before",
		verdict: b.Verdict, reasons: reasons, ends: !b.Continue,
	})
}

// minutes is how far a step is, padded so that the lines of a step stand below each other.
func minutes(have float64, of release.Duration) string {
	all := fmt.Sprintf("%.0f", of.Std().Minutes())
	return fmt.Sprintf("%*d of %s min", len(all), int(have), all)
}

// look is what one look found.
type look struct {
	seen, share, other string
	verdict            string
	reasons            []string
	ends               bool // the step or the bake ends with it
}

// looked shows a look in one line, and below it the reasons that are news: all of them when the step ends; before that,
// those that a reader of the line would not expect.
func (r *run) looked(at time.Time, l look) {
	o := r.doc.Observation
	nothing := o != nil && o.Error == "" && len(o.Canary.Requests) == 0
	var news []string
	if l.verdict != r.look.verdict && !nothing {
		clear(r.look.kinds)
	}
	for _, reason := range l.reasons {
		if l.ends || !expected(reason, nothing) && !r.look.kinds[kind(reason)] {
			news = append(news, reason)
		}
		if r.look.kinds != nil {
			r.look.kinds[kind(reason)] = true
		}
	}
	r.look.verdict = l.verdict
	if nothing && len(news) == 0 {
		return // what is being waited for has been said
	}
	text := r.sentence(l)
	if len(news) > 0 || evidence(text) != evidence(r.look.text) || at.Sub(r.look.at) >= quietFor {
		r.look.text, r.look.at = text, at
		r.Screen.Whole(r.head(at), r.column(), text, styleOf(l.verdict))
		for _, reason := range news {
			r.more(2, reason, styleOf(verdictOf(reason)))
		}
	}
	if l.ends {
		r.look = looks{}
	}
}

// expected reports whether a reason says only what the line says: a gate that passes, minutes still to come, or that there
// is nothing yet to look at.
func expected(reason string, nothing bool) bool {
	switch name, _, _ := strings.Cut(reason, ":"); name {
	case "4xx", "5xx":
		return verdictOf(reason) == "healthy"
	case "alarm":
		return verdictOf(reason) == "healthy"
	case "observe":
		return true
	case "requests", "traffic":
		return nothing && !strings.Contains(reason, "override") && !strings.Contains(reason, "quiet-site")
	}
	return strings.HasPrefix(reason, "alarm ") && verdictOf(reason) == "healthy"
}

// verdictOf is the verdict that a reason ends with.
func verdictOf(reason string) string {
	_, verdict, _ := strings.Cut(reason, "→ ")
	return verdict
}

func styleOf(verdict string) Style {
	switch verdict {
	case "healthy":
		return Good
	case "unhealthy":
		return Bad
	}
	return Plain
}

// evidence is the part of a look's line that is more than the passing of time.
func evidence(text string) string {
	_, after, _ := strings.Cut(text, " · ")
	return after
}

// sentence is a look in one line. A terminal that is not wide enough gets the rates without saying whose they are, which
// was said before.
func (r *run) sentence(l look) string {
	parts := []string{l.seen}
	if l.share != "" {
		parts = append(parts, l.share)
	}
	canary, baseline := totals(r.doc.Observation)
	long := append([]string(nil), parts...)
	switch {
	case r.doc.Observation != nil && r.doc.Observation.Error != "":
		long = append(long, "metrics could not be read")
	case canary.requests == 0:
		long = append(long, "no requests")
	default:
		long = append(long, both("5xx", "%s (%s %s)", l.other, rate(canary.e5xx, canary.requests), rate(baseline.e5xx, baseline.requests)),
			both("4xx", "%s (%s %s)", l.other, rate(canary.e4xx, canary.requests), rate(baseline.e4xx, baseline.requests)))
	}
	long = append(long, l.verdict)
	text := strings.Join(long, " · ")
	if !r.Screen.Terminal || canary.requests == 0 || r.column()+utf8.RuneCountInString(text) < r.Screen.width() {
		return text
	}
	return text
}
