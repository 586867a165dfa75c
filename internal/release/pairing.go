package release

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What enroll and maintenance put together: a primary, its staging distribution, and the policy that binds them.

// Copy is the staging distribution of the pair that is put together.
type Copy struct {
	ID     string `json:"id"`
	Domain string `json:"domain"`
	// Made is true where this execution has made it; false for one that was found.
	Made bool      `json:"made"`
	At   time.Time `json:"at"`
}

// Settling is a write that is repeated until a look at the deployed distribution finds nothing left to write: an answer may
// get lost, a read may lag, and somebody may change what was just put right.
type Settling struct {
	Write

	// Settled is true when there was nothing to write, and an earlier round has been deployed.
	Settled bool `json:"settled"`
	// Round counts the calls from 1.
	Round int `json:"round"`
	// Changes are the fields that were written.
	Changes []string `json:"changes,omitempty"`
}

// Policy is the policy that names the staging distribution.
type Policy struct {
	ID string `json:"id"`
	// Made is true where this execution has made it.
	Made bool `json:"made"`
	// SwitchedOff is true where it was on.
	SwitchedOff bool      `json:"switchedOff,omitempty"`
	At          time.Time `json:"at"`
}

// Door is the time in which nothing is attached to the primary, so that all of its fields can be changed.
type Door struct {
	// OpenedAt is zero until the policy is off the primary everywhere.
	OpenedAt time.Time `json:"openedAt,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	// Over is true once the operator has said so, or time is up.
	Over bool      `json:"over"`
	At   time.Time `json:"at"`
	Note string    `json:"note"`
}

// PolicyOfPair is the policy that is deleted: the one of the pair that is taken apart, or, where maintenance can get it off
// the primary in no other way, that one.
func (d *Document) PolicyOfPair() string {
	switch {
	case d.Parts != nil:
		return d.Parts.PolicyID
	case d.Detach != nil:
		return d.Detach.StillAttached
	}
	return ""
}

// puttingTogether reports whether the workflow makes or remakes a pair.
func (d *Document) puttingTogether() bool { return d.Workflow == Enroll || d.Workflow == Maintenance }

// concludePairing decides the end of enroll and of maintenance:
//
//   - something failed after the first write → Needs Operator
//   - a dead run had found the primary worse after its promotion, and had not taken that back → Needs Operator
//   - the finished pair was looked at, and a release could use it → Enrolled, Maintained
//   - it could not → Needs Operator
//   - else nothing had been touched → Rejected
func (d *Document) concludePairing() Outcome {
	o := Outcome{}
	switch {
	case d.Stranded != nil:
		o.NeedsOperator, o.End, o.Cause = true, NeedsOperator, d.strandedCause()
	case d.Regressed():
		o.NeedsOperator, o.End, o.Cause = true, NeedsOperator, "This execution has touched nothing. "+d.regressedCause()
	case d.Verification != nil && !d.Verification.Passed:
		o.NeedsOperator, o.End = true, NeedsOperator
		o.Cause = fmt.Sprintf("The pair is put together, but no release could use it: %s. %s %s",
			blockers(d.Verification.Findings), d.pairingViewers(), d.again())
	case d.Verification != nil && d.Workflow == Maintenance:
		o.Maintained, o.End = true, Maintained
		o.Cause = fmt.Sprintf("Maintained: %s The door was open from %s on; %s.%s", d.pair(),
			d.Door.OpenedAt.Format(time.RFC3339), d.Door.Note, d.beforeARelease())
	case d.Verification != nil:
		o.Enrolled, o.End = true, Enrolled
		o.Cause = fmt.Sprintf("Enrolled: %s%s The stack has to know the pair as %s:%s.%s", d.pair(), d.found(),
			d.Plan.Primary, d.Verification.Staging.ID, d.beforeARelease())
	default:
		o.Rejected, o.End, o.Cause = true, Rejected, d.untouched()+" "+d.why()
	}
	return o
}

// pair says what there is now.
func (d *Document) pair() string {
	v := d.Verification
	return fmt.Sprintf("%s has the staging distribution %s (%s), by the policy %s, which is off.", v.Primary.ID, v.Staging.ID, v.Staging.Domain, v.PolicyID)
}

func (d *Document) found() string {
	if d.Copy != nil && !d.Copy.Made && d.Policy != nil && !d.Policy.Made {
		return " Both were there already."
	}
	return ""
}

// beforeARelease is what a release would be refused for and only others can mend.
func (d *Document) beforeARelease() string {
	var texts []string
	for _, f := range d.Verification.Findings {
		if slices.Contains([]string{BucketPolicyRefusesStaging, BucketPolicyRefusesPrimary, CannotVerify}, f.Name) {
			texts = append(texts, fmt.Sprintf("%s: %s; %s", f.Name, f.Fact, f.Do))
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return " Before its first release: " + strings.Join(texts, BetweenFindings)
}

// pairingViewers says what viewers get while a pair is incomplete.
func (d *Document) pairingViewers() string {
	switch {
	case d.Plan == nil:
		return "No pair was touched: the request had not been accepted."
	case d.Door != nil && d.Attach == nil:
		return fmt.Sprintf("Viewers are safe: the policy was off when it was taken off %s, so that nobody gets staging.", d.Plan.Primary)
	case d.Policy != nil:
		return fmt.Sprintf("Viewers are safe: %s serves them, and its policy %s is off.", d.Plan.Primary, d.Policy.ID)
	}
	return fmt.Sprintf("This execution has sent no viewer of %s to staging.", d.Plan.Primary)
}

// again is how to go on: both workflows find what an earlier run has left.
func (d *Document) again() string {
	return fmt.Sprintf("What there is of the pair stays; clear the hold, then start %s again: it goes on from there.", d.Workflow)
}
