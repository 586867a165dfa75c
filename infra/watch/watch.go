// Package watch shows a running release as an operator wants to see it: one line per state with its simulated time and
// what it found, propagations as they advance, viewers and error rates against the plan at every look, and the reasons
// whenever a verdict changes or a step ends. It says a thing once: what repeats is counted.
package watch

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// Printer writes the lines.
type Printer struct {
	Screen *Screen
	// Progress is how many of how many points of presence have the newest config of a distribution; nil where nobody can
	// know: CloudFront tells only whether all have it.
	Progress func(distribution string) (have, all int)
	// Names are the executions that will be shown; where they are several, each line carries its execution's name. Another
	// one is shown from when it does something: the rule starts recover at every failed end, mostly to find nothing.
	Names []string
	// Sparse shows looks that bring no news only every five minutes: a step may be judged for a day.
	Sparse bool

	runs []*run
}

// Execution is what a Printer has to know of one.
type Execution interface{ Name() string }

// run is what has been shown of one execution.
type run struct {
	*Printer

	x     Execution
	title string           // of the state that it is in
	doc   release.Document // as it came into that state
	wait  propagation
	proof string // of traffic, as it was shown last at this step
	look  looks
	said  map[string]int // how often each thing was said
	tries tries
	quiet bool
}

// Event shows what there is to show of one event of an execution's history.
func (p *Printer) Event(x Execution, e asl.Event) {
	r := p.run(x)
	if r.quiet = r.quiet && !r.wakes(e); r.quiet {
		return
	}
	switch {
	case e.StateEntered != nil:
		r.enter(e)
	case e.StateExited != nil:
		r.leave(e.Timestamp)
	case e.LambdaFunctionSucceeded != nil:
		r.succeeded(e.Timestamp, []byte(e.LambdaFunctionSucceeded.Output))
	case e.LambdaFunctionFailed != nil:
		r.failed(e.Timestamp, *e.LambdaFunctionFailed)
	case e.LambdaFunctionTimedOut != nil:
		r.failed(e.Timestamp, *e.LambdaFunctionTimedOut)
	case e.ExecutionAborted != nil:
		r.stopped(e.Timestamp, "the execution is stopped", *e.ExecutionAborted)
	case e.ExecutionTimedOut != nil:
		r.stopped(e.Timestamp, "the execution's time is over", *e.ExecutionTimedOut)
	case e.ExecutionFailed != nil && slices.Contains([]string{"States.Runtime", "States.DataLimitExceeded"}, e.ExecutionFailed.Error):
		r.stopped(e.Timestamp, "the execution breaks: "+e.ExecutionFailed.Error, *e.ExecutionFailed)
	}
}

func (p *Printer) run(x Execution) *run {
	for _, r := range p.runs {
		if r.x == x {
			return r
		}
	}
	r := &run{Printer: p, x: x, said: map[string]int{}, quiet: len(p.Names) > 0 && !slices.Contains(p.Names, x.Name())}
	p.runs = append(p.runs, r)
	return r
}

// wakes reports whether an event is worth showing an execution for that was not expected.
func (r *run) wakes(e asl.Event) bool {
	if e.StateEntered == nil || e.StateEntered.Name != "Recover At Once" {
		return false
	}
	r.Names = append(r.Names, r.x.Name())
	return true
}

func (r *run) enter(e asl.Event) {
	r.title, r.doc = e.StateEntered.Name, release.Document{}
	if err := json.Unmarshal([]byte(e.StateEntered.Input), &r.doc); err != nil {
		r.doc = release.Document{} // the first state's input is the request
	}
	switch {
	case r.title == "Wait For Viewers" || r.title == "Bake":
		r.announceLooks(e.Timestamp)
	case e.Type == "WaitStateEntered":
		r.enterWait(e.Timestamp)
	}
}

// stopped is an end for which no state stands.
func (r *run) stopped(at time.Time, how string, d asl.ErrorDetails) {
	r.wait = propagation{}
	r.Screen.Keep()
	if d.Cause != "" {
		how += ": " + d.Cause
	}
	r.line(at, how, Bad)
}

const (
	timeWidth  = len(time.TimeOnly) + 1
	titleWidth = len("Prove Traffic Again") + 2
)

// nameWidth is the column of the executions' names; none where there is one execution only.
func (p *Printer) nameWidth() int {
	if len(p.Names) < 2 {
		return 0
	}
	longest := slices.MaxFunc(p.Names, func(a, b string) int { return utf8.RuneCountInString(a) - utf8.RuneCountInString(b) })
	return utf8.RuneCountInString(longest) + 2
}

// column is where texts begin. One title is longer than its column; its text moves to the right.
func (p *Printer) column() int { return timeWidth + p.nameWidth() + titleWidth }

func (r *run) head(at time.Time) string {
	head := fmt.Sprintf("%-*s", timeWidth, at.Format(time.TimeOnly))
	if n := r.nameWidth(); n > 0 {
		head += fmt.Sprintf("%-*s", n, r.x.Name())
	}
	return head + r.title
}

// line is what the present state has to say.
func (r *run) line(at time.Time, text string, style Style) {
	r.Screen.Print(r.head(at), r.column(), text+r.tries.recovered(at), style)
	r.tries = tries{}
}

// more is a further line below the last one, indented by so many columns.
func (r *run) more(indent int, text string, style Style) {
	r.Screen.Print("", r.column()+indent, text, style)
}

// once is line, but for what is said again and again: then only how often.
func (r *run) once(at time.Time, text string, style Style) {
	if n := r.again(r.title + text); n == 1 {
		r.line(at, text, style)
	} else if milestone(n) {
		r.line(at, fmt.Sprintf("the same, %d times so far", n), style)
	}
}

// again counts how often a thing was to be said.
func (r *run) again(what string) int {
	r.said[what]++
	return r.said[what]
}

// milestone reports whether n is 5, 10, 20, 40 or further in that row.
func milestone(n int) bool {
	for n > 5 && n%2 == 0 {
		n /= 2
	}
	return n == 5
}
