package scenario

import "cloudfront-cd/internal/release"

// All is every scenario, in the order in which the demo lists them.
func All() []Scenario {
	var all []Scenario
	all = append(all, promoted()...)
	all = append(all, content()...)
	all = append(all, rejected()...)
	all = append(all, rolledBack()...)
	all = append(all, mistakes()...)
	all = append(all, afterTheDoor()...)
	all = append(all, severalRuns()...)
	all = append(all, recovered()...)
	all = append(all, apart()...)
	all = append(all, together()...)
	return all
}

func one(title string) []Ending { return []Ending{{Execution: First, Titles: []string{title}}} }

func toPromoted() []Ending   { return one(release.Promoted) }
func toRejected() []Ending   { return one(release.Rejected) }
func toRolledBack() []Ending { return one(release.RolledBack) }
