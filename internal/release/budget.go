package release

import (
	"fmt"
	"time"
)

// Step Functions fails an execution whose history reaches 25,000 events
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html), and no Catch runs then. A plan is refused
// when its longest course would need more than budgetEvents; the rest is head-room for retries, which write three events
// each (scheduled, started, failed). A test measures the constants against the history of a real run.
const (
	maxHistoryEvents = 25_000
	budgetEvents     = 20_000

	eventsFixed    = 250 // every state outside the loops, both ways back included
	eventsPerStep  = 30  // Shift Traffic, its announcement, the first look at its propagation
	eventsPerPoll  = 9   // wait, check, choice
	eventsPerLook  = 24  // wait, Check Pair, Prove Traffic, Observe, Judge Health, choice
	eventsPerTry   = 12  // Prove Traffic Again, choice, Promote: a look at the last step may lead there and back
	eventsPerBaked = 14  // wait, Observe Primary, Judge Primary, choice
	eventsPerAsked = 14  // wait, Promote Again, Confirm Promotion, choice

	eventsPerCarried = 7 // Carry Assets, choice
	// carryTurns is how many turns Carry Assets takes at most where the two sides share no key and it is slow besides.
	carryTurns = 2*MaxObjects/CarryPage + 2*MaxObjects/(ComparePages*CarryPage) + int(CarryWithin/CarryTurn)
)

// A turn of Carry Assets looks at one page of keys where it copies, at several where it only compares. After CarryTurn it
// leaves the rest to the next one: a Lambda's timeout is far.
const (
	CarryPage    = 1000 // the most that S3 lists at once
	ComparePages = 10
	CarryTurn    = 20 * time.Second
)

// propagations is how many times the plan may wait for deployedWithin: the recovery, staging, each step, the promotion,
// and the way back.
func (p *Plan) propagations() int { return len(p.Ramp) + 4 }

// Longest is how long the release may take by its own deadlines, the way back included.
func (p *Plan) Longest() time.Duration {
	total := PreflightWaits + DecideWithin + p.contentTakes() + p.smokeTakes() + 2*p.Bake.Std() + time.Duration(p.propagations())*p.DeployedWithin.Std()
	for _, s := range p.Ramp {
		total += s.Deadline.Std()
	}
	return total
}

// HistoryEvents is how many history events the longest course of the release writes, retries not counted.
func (p *Plan) HistoryEvents() int {
	polls := p.propagations()*int(p.DeployedWithin.Std()/PollEvery) + int(PreflightWaits/PollEvery)
	asked := int(DecideWithin / AskAgainAfter)
	looks := 0
	for _, s := range p.Ramp {
		looks += s.Deadline.minutes() + 1
	}
	baked := 2*p.Bake.minutes() + 1
	tries := p.Ramp[len(p.Ramp)-1].Deadline.minutes() + 1
	return eventsFixed + p.contentEvents() + p.smokeEvents() + tries*eventsPerTry + len(p.Ramp)*eventsPerStep + polls*eventsPerPoll + looks*eventsPerLook + baked*eventsPerBaked + asked*eventsPerAsked
}

func (p *Plan) checkLength(r *refusals) {
	if n := p.HistoryEvents(); n > budgetEvents {
		r.add("ramp, bake and deployedWithin", "together", fmt.Sprintf(
			"the longest course of this plan needs %d history events; Step Functions ends an execution at %d and %d are kept for retries: shorten the deadlines",
			n, maxHistoryEvents, maxHistoryEvents-budgetEvents))
	}
	// Beyond the plan's own deadlines come retries; a task that is retried to the end takes most of an hour, and then the
	// release is on its way to an end.
	if longest := p.Longest() + 2*time.Hour; longest > MachineTimeout {
		r.add("ramp, bake and deployedWithin", "together", fmt.Sprintf(
			"the longest course of this plan takes %s, the way back included; the state machine ends an execution after %s: shorten the deadlines",
			Duration(longest), Duration(MachineTimeout)))
	}
}

// contentTakes is how long the steps of a content release may take by their own deadlines.
func (p *Plan) contentTakes() time.Duration {
	if p.Change.Kind != KindContent {
		return 0
	}
	return CarryWithin + InvalidatedWithin
}

// contentEvents is how many events they write.
func (p *Plan) contentEvents() int {
	if p.Change.Kind != KindContent {
		return 0
	}
	return carryTurns*eventsPerCarried + int(InvalidatedWithin/PollEvery)*eventsPerPoll
}
