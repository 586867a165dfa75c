package world

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/stepfunctions"
)

// delivery is how long EventBridge takes from an event to the start of its target: "about half a second" is typical, and
// there is no promise (https://aws.amazon.com/blogs/compute/introducing-amazon-eventbridge-event-bus-latency-improvements/, unverified here).
const delivery = time.Second

// RecoveryOf is the name of the recover execution that the rule starts at the nth unsafe end of executions of that name.
// EventBridge makes up a name; this one is readable.
func RecoveryOf(name string, n int) string {
	if n == 1 {
		return "recover-" + name
	}
	return fmt.Sprintf("recover-%s-%d", name, n)
}

// recoverRule is the stack's rule on the event "Step Functions Execution Status Change" of the workflows that write a pair:
// it starts the recover workflow with the event's detail.
func (w *World) recoverRule(x *asl.Execution, _ asl.Event) {
	isOurs := func(workflow string) bool { return x.Machine() == w.Machines[workflow] }
	if x.Status() == asl.Running || !slices.ContainsFunc(release.Recoverable(), isOurs) || !slices.Contains(release.UnsafeStatuses(), string(x.Status())) {
		return
	}
	if w.LoseEvents {
		return
	}
	detail, err := stepfunctions.StatusChange(x)
	if err != nil {
		panic(fmt.Sprintf("world: an execution's end cannot be written: %v", err))
	}
	w.ends[x.Name()]++
	name := RecoveryOf(x.Name(), w.ends[x.Name()])
	w.pending++
	w.Clock.After(delivery, func() {
		w.pending--
		// Start refuses only names that were used before.
		_, _ = w.StartWorkflow(release.Recover, name, detail)
	})
}

// Schedule starts the recover workflow at every interval from now on, as the stack's schedule does; stop ends it.
func (w *World) Schedule(every time.Duration) (stop func()) {
	cancel, n := func() {}, 0
	var next func()
	next = func() {
		n++
		request := fmt.Sprintf(`{"primary":%q,"reason":"schedule"}`, w.Pair.PrimaryID)
		_, _ = w.StartWorkflow(release.Recover, fmt.Sprintf("scheduled-recover-%d", n), json.RawMessage(request))
		cancel = w.Clock.After(every, next)
	}
	cancel = w.Clock.After(every, next)
	return func() { cancel() }
}
