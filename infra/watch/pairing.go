package watch

import (
	"fmt"
	"strings"
	"time"

	"cloudfront-cd/internal/release"
)

// pairing shows what enroll and maintenance do to a pair, and reports whether the state is one of theirs.
func (r *run) pairing(at time.Time, part []byte) bool {
	switch r.title {
	case "Copy Primary":
		show(r, at, part, func(at time.Time, c release.Copy) {
			r.line(at, c.ID+map[bool]string{true: " is made", false: " is there already"}[c.Made], Plain)
		})
	case "Align Staging":
		show(r, at, part, r.aligned)
	case "Create Policy":
		show(r, at, part, r.policy)
	case "Attach Policy":
		show(r, at, part, func(at time.Time, s release.Settling) {
			if len(s.Changes) > 0 {
				r.line(at, "the policy, which is off, is attached to "+s.Distribution, Plain)
			}
		})
	case "Open Door", "Check Signal":
		show(r, at, part, func(at time.Time, d release.Door) { r.once(at, d.Note, Plain) })
	case "Detach Policy":
		show(r, at, part, func(at time.Time, d release.Detach) {
			switch {
			case d.StillAttached != "":
				r.line(at, "CloudFront keeps the policy attached: only its deletion takes it off", Doubt)
			case d.LastModified.IsZero(): // nothing was written
				r.line(at, "no policy is attached", Plain)
			default:
				r.line(at, "the policy is taken off "+d.Distribution, Plain)
			}
		})
	case "Preflight Again":
		show(r, at, part, r.preflight)
	default:
		return false
	}
	return true
}

func (r *run) aligned(at time.Time, s release.Settling) {
	if len(s.Changes) > 0 {
		r.line(at, s.Distribution+" gets the primary's "+strings.Join(s.Changes, ", "), Plain)
	}
}

func (r *run) policy(at time.Time, p release.Policy) {
	switch {
	case p.Made:
		r.line(at, p.ID+" is made, switched off", Plain)
	case p.SwitchedOff:
		r.line(at, p.ID+" was on, and is switched off", Plain)
	default:
		r.line(at, p.ID+" is there already, and off", Plain)
	}
}

// accepted is the plan of enroll or of maintenance.
func (r *run) accepted(at time.Time, plan release.Plan) {
	text := plan.Primary
	if plan.Minutes > 0 {
		text += fmt.Sprintf(": the door is open for %s at most", Plural(plan.Minutes, "minute"))
	}
	if plan.Staging != "" {
		text += ": with " + plan.Staging
	}
	r.line(at, text, Plain)
}
