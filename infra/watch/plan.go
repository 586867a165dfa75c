package watch

import (
	"fmt"
	"strings"

	"cloudfront-cd/internal/release"
)

// Target is what the origin of a change that repoints one gets: "path /green", "domain d.example and no path".
func Target(c release.Change) string {
	var to []string
	path, domain := c.Target()
	if domain != nil {
		to = append(to, "domain "+*domain)
	}
	switch {
	case path != nil && *path == "":
		to = append(to, "no path")
	case path != nil:
		to = append(to, "path "+*path)
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
