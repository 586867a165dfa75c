package asl

import (
	"errors"
	"slices"
	"time"
)

// Redrive: an execution that did not succeed goes on where it ended.
//
// What it does is documented (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html); which events it
// writes was recorded from AWS on 2026-09-24 (radkawar/stackd, testdata/aws/stepfunctions/redrive_execution.json), but not those
// of a redriven Map or Parallel state: here its unfinished iterations and branches write on as if they had not been interrupted.

// redrivable is how long after its end an execution can be redriven. Whether a redriven one counts from its first or its last
// end is not documented; here it is the last.
const redrivable = 14 * 24 * time.Hour

// RedriveCount is how often the execution was redriven.
func (x *Execution) RedriveCount() int { return x.redrives }

// RedriveDate is when the execution was last redriven; zero if never.
func (x *Execution) RedriveDate() time.Time { return x.redriven }

// NotRedrivable says why RedriveExecution would refuse the execution now, in the words of DescribeExecution's
// redriveStatusReason (API reference of DescribeExecution); empty when it would not.
func (x *Execution) NotRedrivable() string {
	now := x.engine.Clock.Now()
	switch {
	case x.status == Running || x.status == Succeeded:
		return "Execution is " + string(x.status) + " and cannot be redriven"
	case len(x.events) >= maxEvents-1:
		return "Execution history event limit exceeded"
	case !now.Before(x.start.Add(maxRun)):
		return "Execution has exceeded the max execution time"
	case !now.Before(x.stop.Add(redrivable)):
		return "Execution redrivable period exceeded"
	default:
		return ""
	}
}

// Redrive continues an execution that failed, timed out or was stopped, from the state in which it ended and with that
// state's input: a task runs again with all its retries and its whole timeout, a Choice chooses again, a Wait waits again, and
// a Fail fails again. Of a Map or Parallel state "only the iterations and branches that failed or aborted" go on, each from its
// own state (API reference of RedriveExecution). Nothing before that state is repeated, and no event says that it is entered
// again. The machine's timeout starts anew; start, name and ARN stay.
//
// A *StartError ExecutionNotRedrivable says that AWS would refuse, too. Any other error is this interpreter's limit: an
// execution cannot be redriven by its own OnEvent or Invoke (schedule it on the clock instead).
func (x *Execution) Redrive() error {
	if reason := x.NotRedrivable(); reason != "" {
		return &StartError{"ExecutionNotRedrivable", "Execution " + x.arn + " invalid for redrive as: " + reason}
	}
	if x.busy > 0 {
		return errors.New("redrive execution: not from within its own OnEvent or Invoke; schedule it on the clock")
	}
	x.status, x.err, x.cause, x.stop = Running, "", "", time.Time{}
	x.redrives++
	x.redriven = x.engine.Clock.Now()
	x.describeItself()
	x.startTimeout()
	x.root.resume(x.emit(Event{
		Type: "ExecutionRedriven", PreviousEventID: int64(len(x.events)), ExecutionRedriven: &Redriven{x.redrives},
	}))
	return nil
}

// resume attempts the interrupted state again, as a visit of its own so that nothing of the old one can go on. Its events follow
// the original StateEntered, but for a Fail state's, which follows ExecutionRedriven (both recorded). How long a Wait state with
// Seconds waits is not documented; here it is the full time again. A Pass or Succeed has no effect, so that doing it again is as
// good as leaving it, which is what AWS does.
func (t *thread) resume(redriven int64) {
	now := t.x.engine.Clock.Now()
	if t.visit == nil {
		t.on(now, t.proceed)
		return
	}
	v, begun := *t.visit, t.visit.begun
	v.retries, v.used, v.fork, v.begun = 0, make([]int, len(v.used)), nil, nil
	t.visit, t.prev = &v, v.id
	switch {
	case begun != nil:
		t.resumeFork(&v, begun, redriven)
		return
	case v.state.kind == kindFail:
		t.prev = redriven
	}
	t.on(now, func() { t.attempt(&v) })
}

// resumeFork goes on with the children that have not succeeded, and then with those that were not started yet.
func (t *thread) resumeFork(v *visit, old *fork, redriven int64) {
	f := *old
	f.t, f.v, f.running = t, v, 0
	f.children, f.outputs = slices.Clone(old.children), slices.Clone(old.outputs)
	v.fork, v.begun = &f, &f
	for i, c := range f.children {
		if c == nil || c.done {
			continue
		}
		child := *c
		c.dead, child.dead, child.fork = true, false, &f
		f.children[i] = &child
		f.running++
		child.resume(redriven)
	}
	t.on(t.x.engine.Clock.Now(), func() {
		f.start(t.prev)
		f.finishIfDone(t.prev)
	})
}
