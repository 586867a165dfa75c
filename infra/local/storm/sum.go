package storm

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// Many plays the plans of n seeds, on as many cores as there are, and hands the results over in the order of the seeds.
func Many(from, n uint64, workflow string, o Options, each func(Result)) {
	type place struct {
		result chan Result
		seed   uint64
	}
	places := make(chan place)
	order := make(chan place, 64) //nolint:mnd // how far the fastest may be ahead
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for p := range places {
				p.result <- Run(Draw(p.seed, workflow), o)
			}
		})
	}
	go func() {
		for seed := from; seed < from+n; seed++ {
			p := place{make(chan Result, 1), seed}
			order <- p
			places <- p
		}
		close(places)
		close(order)
	}()
	for p := range order {
		each(<-p.result)
	}
	workers.Wait()
}

// Sum is many results together.
type Sum struct {
	Storms, Calm, Executions, Events, Calls int
	// Took is how much time was simulated.
	Took time.Duration
	// Ends counts how executions ended.
	Ends map[string]int
	// Arrows are those that were taken in storms with a fault.
	Arrows map[Arrow]bool
	// Strikes counts how often each fault began in each state.
	Strikes map[Strike]int
	// Turns counts the storms in which each switch was turned.
	Turns map[string]int
	// Broken are the results with violations.
	Broken []Result
}

// NewSum is the sum of nothing.
func NewSum() *Sum {
	return &Sum{Ends: map[string]int{}, Arrows: map[Arrow]bool{}, Strikes: map[Strike]int{}, Turns: map[string]int{}}
}

// Add adds a result.
func (s *Sum) Add(r Result) {
	s.Storms++
	s.Executions += len(r.Ends)
	s.Events += r.Events
	s.Calls += r.Calls
	s.Took += r.Took
	for _, end := range r.Ends {
		_, title, _ := strings.Cut(end, ": ")
		s.Ends[title]++
	}
	if len(r.Plan.Faults) == 0 {
		s.Calm++
	} else {
		maps.Copy(s.Arrows, r.Arrows)
	}
	for strike, n := range r.Strikes {
		s.Strikes[strike] += n
	}
	for _, name := range r.Plan.Weather.Turns {
		s.Turns[name]++
	}
	if len(r.Violations) > 0 {
		s.Broken = append(s.Broken, r)
	}
}

// AllArrows are those of every workflow, in the order of the pictures.
func AllArrows() []Arrow {
	var all []Arrow
	for _, workflow := range release.Workflows() {
		for _, info := range machines()[workflow].States() {
			for _, a := range info.Arrows {
				all = append(all, Arrow{workflow, a})
			}
		}
	}
	return all
}

// NotTaken are the arrows that no storm with a fault has taken.
func (s *Sum) NotTaken() []Arrow {
	return slices.DeleteFunc(AllArrows(), func(a Arrow) bool { return s.Arrows[a] })
}

// NotStruck are the kinds of faults that have never begun while an execution ran.
func (s *Sum) NotStruck() []string {
	return slices.DeleteFunc(Kinds(), func(kind string) bool { return s.States(kind) > 0 })
}

// NotTurned are the switches that were never turned.
func (s *Sum) NotTurned() []string {
	return slices.DeleteFunc(switches(), func(name string) bool { return s.Turns[name] > 0 })
}

// States is in how many states of all workflows a kind of fault has begun.
func (s *Sum) States(kind string) int {
	n := 0
	for strike := range s.Strikes {
		if strike.Kind == kind && strike.Workflow != "" {
			n++
		}
	}
	return n
}

// Struck is how often a kind of fault has begun while an execution of a workflow ran.
func (s *Sum) Struck(kind, workflow string) int {
	n := 0
	for strike, times := range s.Strikes {
		if strike.Kind == kind && strike.Workflow == workflow {
			n += times
		}
	}
	return n
}

// States are those of every workflow, in the order of the pictures, as strikes of no kind.
func States() []Strike {
	var all []Strike
	for _, workflow := range release.Workflows() {
		for _, info := range machines()[workflow].States() {
			all = append(all, Strike{Workflow: workflow, State: info.Name})
		}
	}
	return all
}

// EndsByNumber are the ends, the most frequent first.
func (s *Sum) EndsByNumber() []string {
	return slices.SortedFunc(maps.Keys(s.Ends), func(a, b string) int { return cmp.Or(s.Ends[b]-s.Ends[a], strings.Compare(a, b)) })
}

// Found is where a planted bug was found: after how many storms, if at all, and the first invariant that it broke.
type Found struct {
	Bug    Bug
	Storms uint64 // zero if it was not found
	Breaks Violation
}

// FindAll looks for every planted bug in the same storms, on as many cores as there are.
func FindAll(from, n uint64) []Found {
	all := make([]Found, len(Bugs()))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				all[i].Bug = Bugs()[i]
				if seed, v, found := Find(all[i].Bug, from, n); found {
					all[i].Storms, all[i].Breaks = seed-from+1, v
				}
			}
		})
	}
	for i := range all {
		next <- i
	}
	close(next)
	workers.Wait()
	return all
}

// Find is the first seed in whose storm a planted bug is found, with the invariant that it breaks.
func Find(b Bug, from, n uint64) (seed uint64, v Violation, found bool) {
	for seed = from; seed < from+n; seed++ {
		if r := Run(Draw(seed, ""), Options{Bug: b.Name}); len(r.Violations) > 0 {
			return seed, r.Violations[0], true
		}
	}
	return 0, Violation{}, false
}

// String is the arrow as a person reads it.
func (a Arrow) String() string {
	text := a.Workflow + ": " + a.From + " → " + a.To
	if a.Kind == asl.ArrowCatch {
		text += " (catch " + a.Errors + ")"
	}
	return text
}
