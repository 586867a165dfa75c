package watch

import (
	"fmt"
	"strings"
	"time"

	"cloudfront-cd/internal/release"
)

// content shows what was found of a new build, like Preflight.
func (r *run) content(at time.Time, c release.Content) {
	switch {
	case c.Same:
		r.line(at, fmt.Sprintf("the primary serves %s already", c.New), Plain)
	case c.Passed:
		r.line(at, fmt.Sprintf("passed: %s is complete, with %s that %s refers to%s", c.New, Plural(c.References, "object"), c.Root, tally(c.Findings)), Plain)
	default:
		r.line(at, "refuses the release"+tally(c.Findings), Bad)
	}
	for _, finding := range c.Findings {
		r.finding(finding, !c.Passed)
	}
}

// carry shows what there is to carry once the sides were compared, and the end.
func (r *run) carry(at time.Time, c release.Carry) {
	switch {
	case c.Refused:
		r.line(at, "refuses the release"+tally(c.Findings), Bad)
		for _, finding := range c.Findings {
			r.finding(finding, true)
		}
	case c.Done && c.Copied > 0:
		text := fmt.Sprintf("%s carried: the new side lacked %s, the old one %s", Plural(c.Copied, "asset"), Count(int64(c.ToNew)), Count(int64(c.ToOld)))
		if c.LeftOut > 0 {
			text += fmt.Sprintf("; %s of earlier releases left out", Count(int64(c.LeftOut)))
		}
		r.line(at, text, Plain)
	case c.Done:
		r.line(at, "nothing to carry", Plain)
	case c.Copying:
		r.once(at, fmt.Sprintf("sides of %s and %s objects are compared; copies what is missing", Count(int64(c.NewObjects)), Count(int64(c.OldObjects))), Plain)
	}
}

// smoke shows what a look waits for when that changes, and the verdict.
func (r *run) smoke(at time.Time, s release.SmokeTest) {
	switch {
	case s.Again:
		r.once(at, "waits: "+s.Note, Doubt)
	case s.Passed:
		r.line(at, "passed: "+s.Note, Good)
	default:
		r.line(at, "failed: "+s.Note+tally(s.Findings), Bad)
		for _, finding := range s.Findings {
			r.finding(finding, true)
		}
	}
}

func (r *run) invalidation(at time.Time, i release.Invalidation) {
	switch {
	case i.Completed:
		r.line(at, "the caches of both distributions have forgotten "+strings.Join(i.Paths, ", "), Plain)
	case i.Over:
		r.line(at, "not completed in time; goes on without", Doubt)
	case r.title != "Check Invalidation":
		r.line(at, strings.Join(i.Paths, ", ")+" of both distributions", Plain)
	}
}
