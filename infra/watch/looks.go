package watch

import (
	"fmt"
	"strings"
	"time"

	"cloudfront-cd/internal/release"
)

// looks are the looks at one ramp step, or at the bake.
type looks struct {
	verdict string          // of the last one
	kinds   map[string]bool // of the reasons that were shown since the verdict changed; nil before the first look
	found   string          // in the last one that was shown
	at      time.Time       // when that was
}

// longLook is how many columns a look takes in its long form.
const longLook = 110

// quietFor is how long looks that find the same are not repeated.
const quietFor = 5 * time.Minute

// announceLooks says once what is being waited for: after a deployment no metric is visible for minutes.
func (r *run) announceLooks(at time.Time) {
	if r.look.kinds != nil {
		return
	}
	r.look = looks{kinds: map[string]bool{}}
	text := fmt.Sprintf("waiting for the first judged minute (warm-up %s, metric delay %s)",
		release.Duration(release.WarmUp), release.Duration(release.MetricDelay))
	if !r.Screen.Fits(r.column()+longLook, "") {
		text += map[bool]string{true: "; rates: now/before", false: "; rates: staging/primary"}[r.title == "Bake"]
	}
	r.line(at, text, Plain)
}

// looked shows a look in one line, and below it the reasons that are news: all of them when the step ends with it, else
// those that a reader of the line does not expect and has not read yet.
func (r *run) looked(at time.Time, l look) {
	last := &r.look
	if last.kinds == nil || l.verdict != last.verdict && l.visible() {
		last.kinds, last.verdict = map[string]bool{}, l.verdict
	}
	var news []string
	for _, reason := range l.reasons {
		if l.ends && !excluded(reason) || !last.kinds[kind(reason)] && !l.expects(reason) {
			news = append(news, reason)
			last.kinds[kind(reason)] = true
		}
	}
	found := l.found(true)
	repeats := (r.Sparse || found == last.found) && at.Sub(last.at) < quietFor
	if len(news) > 0 || l.visible() && !repeats {
		last.found, last.at = found, at
		r.showLook(at, l, news)
	}
	if l.ends {
		r.look = looks{}
	}
}

func (r *run) showLook(at time.Time, l look, reasons []string) {
	text := l.seen + l.found(r.Screen.Fits(r.column()+longLook, "")) + " · " + l.verdict
	r.Screen.Whole(r.head(at), r.column(), text, styleOf(l.verdict))
	for _, reason := range reasons {
		r.more(2, reason, styleOf(verdictOf(reason)))
	}
}

// expects reports whether the lines say as much as a reason does: gates that pass, minutes still to come, the proof of
// traffic, and no counts while none is visible.
func (l look) expects(reason string) bool {
	gate, _, _ := strings.Cut(reason, ":")
	switch gate {
	case "observe", "traffic": // Prove Traffic has a line of its own
		return true
	case "requests":
		return !l.visible()
	}
	return verdictOf(reason) == "healthy" || excluded(reason)
}

// excluded reports whether a reason is what is left out of the minutes, which the wait for the first of them has said; the
// record has it with each verdict.
func excluded(reason string) bool { return strings.HasPrefix(reason, "excluded:") }

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
