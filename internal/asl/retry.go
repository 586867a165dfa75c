package asl

import (
	"math"
	"time"
)

// Retrier is one entry of a Retry field, with AWS's defaults filled in.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
type Retrier struct {
	ErrorEquals []string
	Interval    time.Duration
	MaxAttempts int
	BackoffRate float64
	MaxDelay    time.Duration // 0: not capped
	FullJitter  bool
}

// Catcher is one entry of a Catch field.
type Catcher struct {
	ErrorEquals []string
	ResultPath  string // "" when the error output is discarded (null)
	Next        string
}

type catcher struct {
	errors []string
	result resultPath
	next   *target
}

// longest is the largest number of seconds that the States Language has room for.
const longest = 99_999_999

// delay is how long to wait before retry number n (from 0). Full jitter draws evenly from 0 to the delay.
func (r *Retrier) delay(n int, e *Engine) time.Duration {
	seconds := r.Interval.Seconds() * math.Pow(r.BackoffRate, float64(n))
	d := time.Duration(math.Min(seconds, longest) * float64(time.Second))
	if r.MaxDelay > 0 {
		d = min(d, r.MaxDelay)
	}
	if r.FullJitter && d > 0 {
		d = time.Duration(e.draw().Int64N(int64(d) + 1))
	}
	return d
}

// matches says whether a list of ErrorEquals covers an error.
//
// States.Runtime is never matched: it "is not retriable, and will always cause the execution to fail". The wildcards do not
// match States.DataLimitExceeded, "a terminal error that can't be caught by the States.ALL error type"; see
// Engine.WildcardsCatchDataLimit. States.TaskFailed matches any error but States.Timeout.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
func (e *Engine) matches(list []string, name string) bool {
	if name == StatesRuntime {
		return false
	}
	wild := name != StatesDataLimitExceeded || e.WildcardsCatchDataLimit
	for _, listed := range list {
		switch {
		case listed == name,
			listed == StatesALL && wild,
			listed == StatesTaskFailed && wild && name != StatesTimeout:
			return true
		}
	}
	return false
}

// fail handles an error of the current state: first its retriers, then its catchers. The first retrier that names the error
// decides; when its attempts are used up, later ones are not asked.
func (t *thread) fail(v *visit, name, cause string) {
	if !t.at(v) {
		return
	}
	started := v.fork != nil
	v.fork = nil
	for i := range v.state.retry {
		r := &v.state.retry[i]
		if !t.x.engine.matches(r.ErrorEquals, name) {
			continue
		}
		if v.used[i] < r.MaxAttempts {
			delay := r.delay(v.used[i], t.x.engine)
			v.used[i]++
			v.retries++
			v.begun = nil
			t.later(v, t.x.engine.Clock.Now().Add(delay), func() { t.attempt(v) })
			return
		}
		break
	}
	if started {
		t.prev = t.x.emit(Event{Type: v.state.kind + "StateFailed", PreviousEventID: t.prev})
	}
	for i := range v.state.catch {
		if c := &v.state.catch[i]; t.x.engine.matches(c.errors, name) {
			t.catch(v, c, name, cause)
			return
		}
	}
	t.die(name, cause)
}

// catch goes on with the catcher's state. OutputPath does not apply on this way out (recorded: localstack snapshot
// test_raise_exception_catch_output_path). An output that cannot be made ends the state for good, or a catcher for
// that very error would go round for ever.
func (t *thread) catch(v *visit, c *catcher, name, cause string) {
	output := &object{fields: []field{{"Error", name}, {"Cause", cause}}}
	doc, err := c.result.apply(v.input, newDocument(output))
	if err == nil {
		err = tooLarge(doc, v.state.name)
	}
	if err != nil {
		t.die(err.name, err.cause)
		return
	}
	t.exit(v, doc, c.next)
}
