package main

import (
	"encoding/json"
	"strings"
	"time"

	"cloudfront-cd/internal/release"
)

// execution is what a history shows of what AWS bills.
type execution struct {
	start, end time.Time
	// last is the title of the last state that was entered.
	last   string
	events int

	entered, waits, retried, redriven int

	invocations []invocation
	// alarms is whether the request names any: without, nothing asks for their states.
	alarms bool
	// logged is the length of its events in the workflow's log, in bytes.
	logged int
}

// invocation is one call of a Lambda.
type invocation struct {
	resource string
	billed   time.Duration
}

// logEntry is what an event of the workflow's log has beyond that of the history: the execution's ARN, its redrive count,
// longer names (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html). An estimate, in bytes.
const logEntry = 200

// count counts; the events are whole and in order.
func count(events []event) execution {
	first, last := events[0], events[len(events)-1]
	x := execution{start: first.Timestamp.Time, end: last.Timestamp.Time, events: len(events)}
	if first.Started != nil {
		x.alarms = namesAlarms(first.Started.Input)
	}
	for i, e := range events {
		x.logged += e.size + logEntry
		switch {
		case entersState(e):
			x.enter(e)
		case e.Type == executionRedriven:
			x.redriven++
		case e.Type == scheduled:
			if !follows(events, e) {
				x.retried++
			}
			x.invocations = append(x.invocations, invocationOf(events[i:]))
		}
	}
	return x
}

func entersState(e event) bool { return strings.HasSuffix(e.Type, "StateEntered") }

// follows tells a task's first try from its retries, which follow the failure of the one before.
func follows(events []event, e event) bool {
	before := int(e.Previous) - 1
	return before >= 0 && before < len(events) && entersState(events[before])
}

func (x *execution) enter(e event) {
	x.entered++
	if e.Type == waitEntered {
		x.waits++
	}
	if e.Entered != nil {
		x.last = e.Entered.Name
	}
}

// startAndEnd are the two nodes that the drawing of every workflow has beside its states. AWS counts them: its example
// comes to its transitions by "counting the nodes on the graph, including Start and End nodes"
// (https://aws.amazon.com/step-functions/pricing/, as quoted by others in August 2026; unverified).
const startAndEnd = 2

// transitions is how many state transitions are billed: "each time a step of your workflow is executed", "including
// retries" (https://aws.amazon.com/step-functions/pricing/). A retry enters no state: it is a task that is scheduled again.
// A redrive counts as one more, as do the states that it runs again, which are entered again
// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-transitions.html).
func (x execution) transitions() int { return startAndEnd + x.entered + x.retried + x.redriven }

// length is how long the execution took.
func (x execution) length() time.Duration { return x.end.Sub(x.start) }

// invocationOf follows the Lambda that the first of the events schedules to its end. The time from the schedule is more
// than the billed duration: it has the time that Step Functions and Lambda took to start the function. A function has no
// more than its timeout, whatever happens to its caller; one that was cut off may have gone on that long.
func invocationOf(events []event) invocation {
	begin := events[0]
	call := invocation{billed: release.LambdaTimeout}
	if begin.Scheduled != nil {
		call.resource = begin.Scheduled.Resource
	}
	at := begin.ID
	for _, e := range events[1:] {
		if e.Previous != at || !strings.HasPrefix(e.Type, "LambdaFunction") {
			continue
		}
		if at = e.ID; e.Type == lambdaStarted {
			continue
		}
		if e.Type != lambdaTimedOut {
			// "rounded up to the nearest 1 ms" (https://aws.amazon.com/lambda/pricing/).
			took := e.Timestamp.Sub(begin.Timestamp.Time) + time.Millisecond - 1
			call.billed = min(took.Truncate(time.Millisecond), release.LambdaTimeout)
		}
		break
	}
	return call
}

func namesAlarms(input string) bool {
	var request struct {
		Gates struct {
			Alarms []string `json:"alarms"`
		} `json:"gates"`
	}
	return json.Unmarshal([]byte(input), &request) == nil && len(request.Gates.Alarms) > 0
}
