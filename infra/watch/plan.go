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

// WayOf is what another workflow than a release will do, and how long it takes at most.
func WayOf(workflow string, p release.Plan) string {
	propagation := fmt.Sprintf("each propagation may take %s", p.DeployedWithin)
	switch workflow {
	case release.Enroll:
		first := "copy the primary to a staging distribution, unless it has one"
		if p.Staging != "" {
			first = "take " + p.Staging + " for its staging distribution"
		}
		return fmt.Sprintf("%s; make a policy of %s, switched off; attach it; look at the finished pair; %s, all of it %s",
			first, Percent(p.Weight), propagation, release.Duration(release.EnrollTimeout))
	case release.Maintenance:
		return fmt.Sprintf("take the policy, which is off, off the primary; hold the door open until the operator says done, %s at most; "+
			"give staging what the primary then has; attach the policy again; %s, all of it %s",
			Plural(p.Minutes, "minute"), propagation, release.Duration(release.MaintenanceTimeout))
	case release.Retire:
		return fmt.Sprintf("switch the policy off; detach it; delete it; disable the staging distribution; delete that; %s, all of it %s",
			propagation, release.Duration(release.RetireTimeout))
	case release.Cleanup:
		if !p.Apply {
			return fmt.Sprintf("look for orphans older than %s, and report them; touch nothing", p.MinimumAge)
		}
		return fmt.Sprintf("look for orphans older than %s; take them apart one by one, at most %d, the last begun within %s; report; %s",
			p.MinimumAge, release.MaxItems, release.Duration(release.CleanupWithin), propagation)
	}
	return ""
}
