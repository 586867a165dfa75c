package storm

import "slices"

// Shrink takes away from a plan whatever its violation of an invariant does not need, one thing at a time until nothing can go
// (delta debugging with the smallest steps: Zeller & Hildebrandt, IEEE TSE 2002), and returns the last result that still
// violates it. A plan's faults do not depend on each other, so that those that stay are what they were.
func Shrink(found Result, o Options) Result {
	invariant := found.Violations[0].Invariant
	o.Timeline = nil
	best := found
	for {
		smaller, ok := step(best, invariant, o)
		if !ok {
			return best
		}
		best = smaller
	}
}

// step is the first smaller plan that still violates the invariant.
func step(r Result, invariant string, o Options) (Result, bool) {
	for _, plan := range smaller(r.Plan) {
		if again := Run(plan, o); slices.ContainsFunc(again.Violations, func(v Violation) bool { return v.Invariant == invariant }) {
			return again, true
		}
	}
	return Result{}, false
}

// smaller are the plans that have one thing less.
func smaller(p Plan) []Plan {
	var all []Plan
	for i := range p.Faults {
		q := p
		q.Faults = slices.Delete(slices.Clone(p.Faults), i, i+1)
		all = append(all, q)
	}
	for i := 1; i < len(p.Runs); i++ {
		q := p
		q.Runs = slices.Delete(slices.Clone(p.Runs), i, i+1)
		all = append(all, q)
	}
	for i := range p.Weather.Turns {
		q := p
		q.Weather.Turns = slices.Delete(slices.Clone(p.Weather.Turns), i, i+1)
		all = append(all, q)
	}
	for _, plainer := range []func(*Weather){
		func(w *Weather) { w.Change = Healthy }, func(w *Weather) { w.Behaviors = 0 }, func(w *Weather) { w.Header = false },
		func(w *Weather) { w.Repaired = false }, func(w *Weather) { w.StackDeleted = false }, func(w *Weather) { w.POPs = 2 },
		func(w *Weather) { w.AdditionalMetrics = false },
	} {
		q := p
		if plainer(&q.Weather); !sameWeather(q.Weather, p.Weather) {
			all = append(all, q)
		}
	}
	return all
}

func sameWeather(a, b Weather) bool {
	return a.Change == b.Change && a.Behaviors == b.Behaviors && a.Header == b.Header && a.Repaired == b.Repaired &&
		a.StackDeleted == b.StackDeleted && a.POPs == b.POPs && a.AdditionalMetrics == b.AdditionalMetrics
}
