package asl

import (
	"errors"
	"fmt"
	"time"
)

// Redrive: an execution that did not succeed goes on where it ended.
//
// What it does is documented (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html); which events it
// writes was recorded from AWS on 2026-09-24 (radkawar/stackd, testdata/aws/stepfunctions/redrive_execution.json).

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
// a Fail fails again. Nothing before that state is repeated, and no event says that it is entered again. The machine's timeout
// starts anew; start, name and ARN stay.
//
// A *StartError ExecutionNotRedrivable says that AWS would refuse, too. Any other error is this interpreter's limit: an
// execution that ended inside a Parallel or Map state, or in a Succeed state, cannot be redriven, nor can one be by its own
// OnEvent or Invoke (schedule it on the clock instead).
func (x *Execution) Redrive() error {
	if reason := x.NotRedrivable(); reason != "" {
		return &StartError{"ExecutionNotRedrivable", "Execution " + x.arn + " invalid for redrive as: " + reason}
	}
	if x.busy > 0 {
		return errors.New("redrive execution: not from within its own OnEvent or Invoke; schedule it on the clock")
	}
	t := x.root
	if v := t.visit; v != nil && !v.resumable() {
		return fmt.Errorf("redrive execution: it ended in %s, and redriving is not implemented for a %s state", v.state.name, v.state.kind)
	}
	x.status, x.err, x.cause, x.stop = Running, "", "", time.Time{}
	x.redrives++
	x.redriven = x.engine.Clock.Now()
	x.describeItself()
	x.startTimeout()
	t.resume(x.emit(Event{
		Type: "ExecutionRedriven", PreviousEventID: int64(len(x.events)), ExecutionRedriven: &Redriven{x.redrives},
	}))
	return nil
}

// resumable: a Pass has no effect, so that doing it again is as good as leaving it, which is what AWS does.
func (v *visit) resumable() bool {
	switch v.state.kind {
	case kindTask, kindChoice, kindWait, kindPass, kindFail:
		return true
	default:
		return false
	}
}

// resume attempts the interrupted state again, as a visit of its own so that nothing of the old one can go on. Its events follow
// the original StateEntered, but for a Fail state's, which follows ExecutionRedriven (both recorded). How long a Wait state with
// Seconds waits is not documented; here it is the full time again.
func (t *thread) resume(redriven int64) {
	now := t.x.engine.Clock.Now()
	if t.visit == nil {
		t.on(now, t.proceed)
		return
	}
	v := *t.visit
	v.retries, v.used, v.fork = 0, make([]int, len(v.used)), nil
	t.visit, t.prev = &v, v.id
	if v.state.kind == kindFail {
		t.prev = redriven
	}
	t.on(now, func() { t.attempt(&v) })
}
