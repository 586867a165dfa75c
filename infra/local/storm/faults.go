package storm

import (
	"math/rand/v2"
	"slices"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// kind is one thing that can go wrong: how it is drawn, and how it comes about.
type kind struct {
	name string
	// weight is how often it is drawn, compared with others.
	weight int
	draw   func(*drawer) Fault
	// begin makes it happen; what it returns, if anything, ends it.
	begin func(*storm, Fault) (end func())
}

// kinds is everything that can go wrong. What belongs to a new one is its entry alone.
func kinds() []kind {
	return slices.Concat(functionKinds(), requestKinds(), fleetKinds(), metricKinds(), peopleKinds(), executionKinds())
}

func kindNamed(name string) kind {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.name == name })
	if i < 0 {
		panic("storm: there is no fault " + name)
	}
	return all[i]
}

// Kinds are the names of all faults.
func Kinds() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// install arranges for a fault to begin.
func (s *storm) install(f Fault) {
	k := kindNamed(f.Kind)
	begin := func() {
		if s.over {
			return
		}
		s.struck(f)
		if end := k.begin(s, f); end != nil {
			s.until(f.For, end)
		}
	}
	if f.State == "" {
		s.w.Clock.After(f.At, begin)
		return
	}
	seen := 0
	s.w.Watch(func(x *asl.Execution, e asl.Event) {
		if e.StateEntered == nil || e.StateEntered.Name != f.State || s.workflow(x) != f.Workflow {
			return
		}
		if seen++; seen == f.Nth {
			if f.At == 0 && beginsAtOnce(f.Kind) {
				begin()
				return
			}
			s.w.Clock.After(f.At, begin)
		}
	})
}

// struck notes that a fault has begun, and in which states of which executions.
func (s *storm) struck(f Fault) {
	s.say(s.stamp() + "FAULT   " + f.String())
	running := false
	for _, x := range s.w.Executions {
		if x.Status() == asl.Running {
			running = true
			s.strikes[Strike{f.Kind, s.workflow(x), x.State()}]++
		}
	}
	if !running {
		s.strikes[Strike{f.Kind, "", ""}]++
	}
}

// until ends something after a while, or with the storm.
func (s *storm) until(after time.Duration, end func()) {
	done := false
	once := func() {
		if !done {
			done = true
			end()
		}
	}
	s.ends = append(s.ends, once)
	if after > 0 {
		s.w.Clock.After(after, once)
	}
}

// drawer draws a plan.
type drawer struct {
	*rand.Rand

	plan *Plan
}

// minutes draws a time of so many minutes.
func (d *drawer) minutes(from, to int) time.Duration {
	return time.Duration(from)*time.Minute + time.Duration(d.Int64N(int64(to-from)*int64(time.Minute))).Round(time.Second)
}

// sometime is a moment within the first two hours.
func (d *drawer) sometime() time.Duration { return d.minutes(0, 90) }

// inSomeState begins a fault in a state of the plan's workflow, or of recover; of a loop in one of its first turns.
func (d *drawer) inSomeState(tasksOnly bool) Fault {
	workflow := d.plan.Workflow
	if d.IntN(6) == 0 {
		workflow = release.Recover
	}
	titles := statesOf(workflow, tasksOnly)
	if d.IntN(3) == 0 {
		titles = pivots(workflow)
	}
	f := Fault{Workflow: workflow, State: titles[d.IntN(len(titles))], Nth: 1}
	if d.IntN(3) == 0 {
		f.Nth += d.IntN(6)
	}
	return f
}

// inLoop begins a fault in one of the turns in which a release watches its viewers, else somewhere.
func (d *drawer) inLoop() Fault {
	if d.plan.Workflow != release.Release || d.IntN(3) == 0 {
		return d.somewhere()
	}
	return Fault{Workflow: release.Release, State: "Wait For Viewers", Nth: 1 + d.IntN(16), At: time.Second}
}

// somewhere is inSomeState, or a moment.
func (d *drawer) somewhere() Fault {
	if d.IntN(3) == 0 {
		return Fault{At: d.sometime()}
	}
	f := d.inSomeState(false)
	f.At = time.Duration(d.Int64N(int64(40 * time.Second))).Round(time.Millisecond)
	return f
}

func (d *drawer) oneOf(names ...string) string { return names[d.IntN(len(names))] }
