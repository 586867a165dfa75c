package watch

import (
	"fmt"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// tries are the failed tries of the present state, which Step Functions may repeat.
type tries struct {
	failed int
	first  time.Time
	last   asl.ErrorDetails
	shown  bool // whether the last one was
}

// failed shows a failed try once; repetitions of the same trouble in the same state are counted.
func (r *run) failed(at time.Time, d asl.ErrorDetails) {
	t := r.tries
	if t.failed == 0 {
		t.first = at
	}
	t.failed, t.last = t.failed+1, d
	text := describe(d)
	n := r.again(r.title + " " + d.Error + reasonOf(text))
	t.shown = n == 1
	r.tries = tries{}
	switch {
	case t.shown:
		r.line(at, text, Doubt)
	case milestone(n):
		r.line(at, fmt.Sprintf("%s again, %d times so far", d.Error, n), Doubt)
	}
	r.tries = t
}

// leave shows what a state failed with in the end, if that has not been shown.
func (r *run) leave(at time.Time) {
	t := r.tries
	r.tries = tries{}
	switch {
	case t.failed == 0 || t.failed == 1 && t.shown:
	case t.shown:
		r.line(at, fmt.Sprintf("gives up after %d tries in %s", t.failed, Short(at.Sub(t.first))), Doubt)
	case t.failed == 1:
		r.line(at, describe(t.last), Doubt)
	default:
		r.line(at, fmt.Sprintf("gives up after %d tries in %s: %s", t.failed, Short(at.Sub(t.first)), describe(t.last)), Doubt)
	}
}

// recovered is added to what a state says when it succeeds after failing several times.
func (t tries) recovered(at time.Time) string {
	if t.failed < 2 {
		return ""
	}
	return fmt.Sprintf(" (after %d failures in %s)", t.failed, Short(at.Sub(t.first)))
}

func describe(d asl.ErrorDetails) string {
	failure := release.Failure{Error: d.Error, Cause: d.Cause}
	if message := Plainly(failure.Message()); message != "" {
		return d.Error + ": " + message
	}
	return d.Error
}
