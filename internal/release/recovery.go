package release

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// DeadRun is who holds the lock on the primary, as the recover workflow found it.
type DeadRun struct {
	// Found is true for a run that has ended without making the pair safe.
	Found bool `json:"found"`
	// Wait is true while Step Functions still shows as running what its event has announced as ended.
	Wait bool `json:"wait"`
	// ClearHold is true where an operator has asked for it.
	ClearHold bool `json:"clearHold"`
	// Execution is the holder's ARN, empty when the lock is free.
	Execution string `json:"execution,omitempty"`
	// Status and Error are how it ended, as DescribeExecution spells them.
	Status  string    `json:"status,omitempty"`
	Error   string    `json:"error,omitempty"`
	EndedAt time.Time `json:"endedAt,omitzero"`
	Note    string    `json:"note"`
}

// Examination is what the dead run had done to the primary, seen once the policy is off everywhere.
type Examination struct {
	// Execution is the run that this is about: the last one that came as far as saving the primary's config.
	Execution string `json:"execution,omitempty"`
	// Promoted is true when the primary has the config that was judged.
	Promoted bool `json:"promoted"`
	// Restored is true when a promoted config was taken back.
	Restored bool `json:"restored"`
	// Regressed is true when the promoted primary was found worse than before.
	Regressed bool `json:"regressed"`
	// Record is the key of that run's evidence, with the primary's config from before.
	Record string    `json:"record,omitempty"`
	At     time.Time `json:"at"`
	Note   string    `json:"note"`
}

// Recovering is the execution whose lock this one has taken over; empty where the lock was free or is not ours yet.
func (d *Document) Recovering() string {
	if d.Lock == nil {
		return ""
	}
	return d.Lock.TakenOverFrom
}

// HoldCleared says what became of the hold.
type HoldCleared struct {
	Cleared bool   `json:"cleared"`
	Note    string `json:"note"`
}

// recoverRequest is what an operator or the schedule asks of recover.
type recoverRequest struct {
	Primary   string `json:"primary"`
	Reason    string `json:"reason"`
	ClearHold bool   `json:"clearHold"`
}

// ClearHoldRequest is what an operator starts the recover workflow with to let releases of a primary go on.
func ClearHoldRequest(primary string) string {
	return fmt.Sprintf(`{"primary":%q,"clearHold":true,"reason":"…"}`, primary)
}

// endOfExecution is the part that matters of the detail of an event "Step Functions Execution Status Change".
// (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html)
type endOfExecution struct {
	ExecutionARN string `json:"executionArn"`
	// Input is the execution's input as a JSON text; absent when it was too large for the event.
	Input string `json:"input"`
}

// ParseRecovery reads a request of the recover workflow: {"primary": …, "reason": …, "clearHold": true} of an operator or
// the schedule, in which unknown fields are refused, or the detail of the event that an execution has ended.
func ParseRecovery(request []byte) (Plan, error) {
	plan := Plan{DeployedWithin: Duration(time.Hour)}
	if ended := EndedExecution(request); ended != "" {
		primary, err := primaryOf(request)
		plan.Primary, plan.Reason = primary, "the end of "+ended
		return plan, err
	}
	var asked recoverRequest
	if err := decodeStrictly(request, &asked); err != nil {
		return Plan{}, err
	}
	var r refusals
	checkPrimary(&r, asked.Primary)
	checkReason(&r, asked.Reason)
	if asked.ClearHold && strings.TrimSpace(asked.Reason) == "" {
		r.add("reason", quote(asked.Reason), "must say why the hold may be cleared")
	}
	if len(r) > 0 {
		return Plan{}, errors.New(strings.Join(r, "; "))
	}
	plan.Primary, plan.Reason, plan.ClearHold = asked.Primary, asked.Reason, asked.ClearHold
	return plan, nil
}

// EndedExecution is the ARN of the execution whose end is the reason for this request; empty when a person or the
// schedule has made it.
func EndedExecution(request []byte) string {
	var ended endOfExecution
	if json.Unmarshal(request, &ended) != nil {
		return ""
	}
	return ended.ExecutionARN
}

// primaryOf is the primary in the request of the execution that has ended. One that named none was refused before it
// could take a lock.
func primaryOf(event []byte) (string, error) {
	var ended endOfExecution
	if err := json.Unmarshal(event, &ended); err != nil {
		return "", fmt.Errorf("read the event: %s", explain(err))
	}
	var asked struct {
		Primary string `json:"primary"`
	}
	if json.Unmarshal([]byte(ended.Input), &asked) != nil || !distributionID.MatchString(asked.Primary) {
		return "", fmt.Errorf("the request of %s names no primary distribution", ended.ExecutionARN)
	}
	return asked.Primary, nil
}

// concludeRecovery decides the end of a recover execution from what the document says happened:
//
//   - something that was to make the pair safe failed → Needs Operator
//   - the request was refused → Rejected
//   - another execution works on the pair → Nothing To Recover; Rejected where a hold was to be cleared
//   - the dead run has given its lock back after all, or another has for it → Nothing To Recover
//   - the primary was found worse after a promotion that was not taken back, and no operator says that it may stay →
//     Needs Operator
//   - the policy is off everywhere, or there is no hold any more that an operator asked to clear → Recovered
//   - else there was nothing to do → Nothing To Recover
func (d *Document) concludeRecovery() Outcome {
	o := Outcome{}
	switch {
	case d.Stranded != nil:
		o.NeedsOperator, o.End, o.Cause = true, NeedsOperator, d.strandedCause()
	case d.Lock != nil && d.Lock.TakenOverFrom == "" && d.HoldCleared == nil:
		o.NothingToRecover, o.End, o.Cause = true, NothingToRecover, "Whoever held the lock has given it back meanwhile."
	case d.Regressed() && d.HoldCleared == nil:
		o.NeedsOperator, o.End, o.Cause = true, NeedsOperator, d.regressedCause()
	case d.Examination != nil:
		o.Recovered, o.End = true, Recovered
		o.Cause = fmt.Sprintf("Viewers are safe: the policy of %s is off everywhere. %s%s", d.Plan.Primary, d.Examination.Note, d.holdLeft())
	case d.HoldCleared != nil: // or there is none, perhaps because an earlier call of Clear Hold has lost its answer
		o.Recovered, o.End, o.Cause = true, Recovered, d.HoldCleared.Note
	case d.Failure != nil && d.Failure.Error == lockHeld && d.Plan != nil && d.Plan.ClearHold:
		o.Rejected, o.End, o.Cause = true, Rejected, "The hold was not cleared: another execution works on the pair. "+d.Failure.sentence()
	case d.Failure != nil && d.Failure.Error == lockHeld:
		o.NothingToRecover, o.End, o.Cause = true, NothingToRecover, "Another execution works on the pair: "+d.Failure.sentence()
	case d.Failure != nil && d.Failure.Error == invalidRequest && EndedExecution(d.Request) != "":
		o.NothingToRecover, o.End, o.Cause = true, NothingToRecover, "It cannot have taken a lock: "+d.Failure.sentence()
	case d.Failure != nil:
		o.Rejected, o.End, o.Cause = true, Rejected, "Nothing was touched. "+d.Failure.sentence()
	default:
		o.NothingToRecover, o.End, o.Cause = true, NothingToRecover, "There was nothing to do."
	}
	return o
}

// Regressed reports whether a dead run has left a promoted config that it had found worse than the one before.
func (d *Document) Regressed() bool {
	return d.Examination != nil && d.Examination.Regressed && !d.Examination.Restored
}

func (d *Document) regressedCause() string {
	return fmt.Sprintf("%s That is what viewers of %s get.%s Put the config from before back, which is in the record %s (runbook, By hand), or start recover with clearHold to keep what is live.",
		d.Examination.Note, d.Plan.Primary, d.holdLeft(), d.Examination.Record)
}

// holdLeft says whether releases are still refused.
func (d *Document) holdLeft() string {
	switch {
	case d.HoldCleared != nil:
		return " " + d.HoldCleared.Note
	case d.Failure != nil:
		return " The hold was not cleared: " + d.Failure.sentence()
	}
	return ""
}
