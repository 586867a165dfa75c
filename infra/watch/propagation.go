package watch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudfront-cd/internal/release"
)

// propagation is a wait for all points of presence.
type propagation struct {
	title        string
	distribution string
	since        time.Time
	shown        time.Time // when a line about it was printed
	quarters     int       // how many of its four were printed
}

// stuckAfter is how long a propagation may stand still before that is said.
const stuckAfter = 15 * time.Minute

// enterWait begins a propagation, or goes on with it: its Wait state is entered again with every look.
func (r *run) enterWait(at time.Time) {
	if r.title == "Wait For Lambdas" {
		r.line(at, "until no Lambda of the dead run can be writing any more: "+Short(release.StaleAfter), Plain)
	}
	distribution := r.propagating()
	if distribution == "" {
		return
	}
	if r.wait.title == r.title {
		r.advance(at)
		return
	}
	r.wait = propagation{title: r.title, distribution: distribution, since: at, shown: at}
	if r.Progress == nil {
		r.waiting(at, "until "+distribution+" is deployed everywhere, usually 3 to 10 minutes")
		return
	}
	if have, all := r.Progress(distribution); have < all {
		r.show(at, have, all)
	}
}

// propagating is the distribution that the present Wait state waits for.
func (r *run) propagating() string {
	switch {
	case r.title == "Wait For Staging" && r.doc.Staging != nil:
		return r.doc.Staging.Distribution
	case r.title == "Wait For Staging" && r.doc.Align != nil:
		return r.doc.Align.Distribution
	case slices.Contains([]string{
		"Wait For Operator", "Wait For Answer", "Wait For Others", "Wait For Lambdas", "Wait For Status", "Wait For Invalidation", "Wait For Routing",
	}, r.title), r.doc.Plan == nil:
		return ""
	}
	return r.doc.Plan.Primary
}

// Flip is for the CloudFront stand-in's hook: a point of presence has received something.
func (p *Printer) Flip(now time.Time, distribution string) {
	for _, r := range p.runs {
		if r.wait.distribution == distribution {
			r.advance(now)
		}
	}
}

// advance shows every flip to a terminal, and every quarter to a file; and that nothing moves, if so.
func (r *run) advance(now time.Time) {
	if r.Progress == nil {
		r.advanceBlindly(now)
		return
	}
	have, all := r.Progress(r.wait.distribution)
	switch {
	case have == all:
	case r.Screen.Terminal, have*4/all > r.wait.quarters:
		r.show(now, have, all)
	case now.Sub(r.wait.shown) >= stuckAfter:
		r.waiting(now, fmt.Sprintf("still %d of %d points of presence after %s; the plan allows %s",
			have, all, Short(now.Sub(r.wait.since)), r.doc.Plan.DeployedWithin))
	}
}

// advanceBlindly shows a terminal how long it has been, and a file that it is long.
func (r *run) advanceBlindly(now time.Time) {
	took := Short(now.Sub(r.wait.since))
	if r.Screen.Terminal {
		r.Screen.Draw(r.head(now), r.column(), r.wait.distribution+" is not everywhere after "+took)
		return
	}
	if now.Sub(r.wait.shown) >= stuckAfter {
		r.waiting(now, fmt.Sprintf("still not everywhere after %s; the plan allows %s", took, r.doc.Plan.DeployedWithin))
	}
}

func (r *run) show(now time.Time, have, all int) {
	const width = 20
	r.wait.quarters = have * 4 / all
	full := have * width / all
	text := fmt.Sprintf("%s%s %2d of %d points of presence", strings.Repeat("█", full), strings.Repeat("░", width-full), have, all)
	if !r.Screen.Terminal {
		r.waiting(now, text)
		return
	}
	title := r.title
	r.title = r.wait.title
	r.Screen.Draw(r.head(now), r.column(), text+" after "+Short(now.Sub(r.wait.since)))
	r.title = title
}

// waiting is a line of the Wait state, whatever state the run is in: a point of presence may flip during the check.
func (r *run) waiting(now time.Time, text string) {
	title := r.title
	r.title, r.wait.shown = r.wait.title, now
	r.line(now, text, Plain)
	r.title = title
}

// deployed is the end of a propagation; looks that find it still under way are not shown.
func (r *run) deployed(at time.Time, d release.Deployed) {
	if !d.Deployed {
		return
	}
	text := d.Distribution + " is Deployed"
	if !r.wait.since.IsZero() {
		text += " after " + Short(at.Sub(r.wait.since))
	}
	r.wait = propagation{}
	r.line(at, text, Plain)
}
