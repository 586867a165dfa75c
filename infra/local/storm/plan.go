// Package storm runs whole workflows under seeded faults, by the hundred thousand: the golden state machines, the real
// handlers and the real SDK clients against the stand-ins, on one clock and one goroutine, while everything that can go
// wrong does, and invariants are checked at every event. It is deterministic simulation testing as FoundationDB (Zhou et al.,
// SIGMOD 2021) and TigerBeetle do it for databases, for a deployment workflow (issue 8).
//
// A seed makes a Plan (draw.go): a world, executions, and a schedule of faults (faults.go). Run plays it and returns a Result:
// what ended how, which arrows were taken, which faults struck where, and the violations of the invariants (invariants.go). A
// violation is shrunk to the fewest faults that still break it (shrink.go). The storm itself is tested with planted bugs
// (planted.go). The same seed gives the same run, to the byte.
package storm

import (
	"fmt"
	"strings"
	"time"
)

// Plan is everything that happens in one storm.
type Plan struct {
	// Seed draws what the plan leaves open: propagations, viewers, retries.
	Seed uint64
	// Workflow is the one that this storm is about.
	Workflow string
	Weather  Weather
	Runs     []Start
	// Faults are independent of each other: each can be left out without changing another.
	Faults []Fault
}

// Weather is the world before anything happens.
type Weather struct {
	// POPs is how many points of presence there are.
	POPs int
	// Rate is the site's requests per minute; zero is a site without viewers.
	Rate float64
	// Change is what the release's change is like to viewers: healthy, bad, bad-at-some-pops, overload, slow.
	Change string
	// Propagation is how long the last POP takes at most.
	Propagation time.Duration
	// Turns are the switches of the stand-ins that are set to another value than their default, by name.
	Turns []string
	// Header is true where the policy routes by header before the release.
	Header bool
	// AdditionalMetrics is true where both distributions publish them, which a latency gate needs.
	AdditionalMetrics bool
	// Alone is a primary without a pair.
	Alone bool
	// Behaviors is how many cache behaviours the configs have besides their own.
	Behaviors int
	// Orphans are the kinds of orphans in the account besides the pair.
	Orphans []string
	// StackDeleted is true where the pair's stack was deleted, so that the pair is an orphan.
	StackDeleted bool
	// DeadLock is true where a run that Step Functions has forgotten holds the lock, with the policy on.
	DeadLock bool
	// Repaired is true where the operator who was called clears the hold an hour later.
	Repaired bool
}

// What a change is like to viewers.
const (
	Healthy       = "healthy"
	Bad           = "bad"              // what it brings fails one time in eight
	BadAtSomePOPs = "bad-at-some-pops" // the same, at a part of the points of presence
	Overload      = "overload"         // it holds while few viewers use it
	Slow          = "slow"             // what it brings answers everything, and takes three times as long
)

// Start is one execution that the storm starts.
type Start struct {
	Workflow, Name, Request string
	// At is when, after the beginning.
	At time.Duration
}

// Fault is one thing that goes wrong. Its kind says which of the members it uses.
type Fault struct {
	Kind string
	// Workflow, State and Nth: it begins when an execution of the workflow enters the state, or calls its function, for the
	// nth time. Without a State it begins At after the beginning.
	Workflow, State string
	Nth             int
	At              time.Duration
	// For is how long it lasts.
	For time.Duration
	// Target is what it strikes: an operation, a distribution, an error's name.
	Target string
	// Size is how much of it.
	Size float64
}

// String is the fault as a person reads it.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.Kind)
	if f.Target != "" {
		b.WriteString(" " + f.Target)
	}
	if f.Size != 0 {
		fmt.Fprintf(&b, " (%.4g)", f.Size)
	}
	switch {
	case f.State != "" && f.At != 0:
		fmt.Fprintf(&b, ", %s after %s enters %s for time %d", f.At, f.Workflow, f.State, f.Nth)
	case f.State != "":
		fmt.Fprintf(&b, ", in %s of %s, time %d", f.State, f.Workflow, f.Nth)
	default:
		fmt.Fprintf(&b, ", after %s", f.At)
	}
	if f.For != 0 {
		fmt.Fprintf(&b, ", for %s", f.For)
	}
	return b.String()
}

// String is the plan as a person reads it, a line each for the weather, the runs and the faults.
func (p Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, %s\n", p.Seed, p.Workflow)
	w := p.Weather
	fmt.Fprintf(&b, "  weather  %d points of presence, propagation up to %s, %.0f requests a minute, a change that is %s", w.POPs, w.Propagation, w.Rate, w.Change)
	for _, f := range []struct {
		is   bool
		says string
	}{
		{w.Header, "the policy routes by header"},
		{w.AdditionalMetrics, "additional metrics"},
		{w.Alone, "no pair yet"},
		{w.StackDeleted, "the pair's stack was deleted"},
		{w.DeadLock, "a forgotten run holds the lock"},
		{w.Behaviors > 0, fmt.Sprintf("%d more cache behaviours", w.Behaviors)},
		{len(w.Orphans) > 0, "orphans: " + strings.Join(w.Orphans, ", ")},
		{len(w.Turns) > 0, "switches: " + strings.Join(w.Turns, ", ")},
		{w.Repaired, "a called operator clears the hold"},
	} {
		if f.is {
			b.WriteString("; " + f.says)
		}
	}
	b.WriteString("\n")
	for _, r := range p.Runs {
		fmt.Fprintf(&b, "  run      %s %s after %s: %s\n", r.Workflow, r.Name, r.At, r.Request)
	}
	for _, f := range p.Faults {
		fmt.Fprintf(&b, "  fault    %s\n", f)
	}
	return b.String()
}
