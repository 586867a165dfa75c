package watch

import (
	"fmt"
	"strings"

	"cloudfront-cd/internal/release"
)

// Target is what the origin of a change of kind "origin" gets: "path /green", "domain d.example and no path".
func Target(c release.Change) string {
	var to []string
	if c.Domain != nil {
		to = append(to, "domain "+*c.Domain)
	}
	switch {
	case c.Path != nil && *c.Path == "":
		to = append(to, "no path")
	case c.Path != nil:
		to = append(to, "path "+*c.Path)
	}
	return strings.Join(to, " and ")
}

// Way is the steps of a plan in one sentence.
func Way(p release.Plan) string {
	steps := make([]string, len(p.Ramp))
	for i, step := range p.Ramp {
		steps[i] = fmt.Sprintf("%s of the viewers to staging until %s are judged", Percent(step.Weight), step.Observe)
		if i > 0 {
			steps[i] = fmt.Sprintf("%s until %s", Percent(step.Weight), step.Observe)
		}
	}
	return fmt.Sprintf("%s; promote; watch the primary for %s", strings.Join(steps, ", "), p.Bake)
}
