package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Parts is a pair that is to be taken apart. What is empty does not exist, or is none of this execution's business.
type Parts struct {
	Primary  string `json:"primary,omitempty"`
	PolicyID string `json:"policyId,omitempty"`
	Staging  string `json:"staging,omitempty"`
	// KeepPair is true where the policy is only switched off.
	KeepPair bool `json:"keepPair"`
	// Search is the look through the account's distributions.
	Search Search `json:"search"`
	// Notes say what is left alone, and why.
	Notes []string `json:"notes,omitempty"`
	// Record is where the pair is written down, so that a later execution finds what this one has left.
	Record string    `json:"record,omitempty"`
	At     time.Time `json:"at"`
}

// Search is a look through all distributions, which may take several calls.
type Search struct {
	// More is true until it is over; Step is how far it is.
	More bool `json:"more"`
	Step int  `json:"step"`
	// Marker is the last distribution that was looked at.
	Marker string `json:"marker,omitempty"`
	// Domain is the staging distribution's domain name, as the policy has it.
	Domain string `json:"domain,omitempty"`
	// Attachment is true where the primary that the policy is attached to has to be found as well: no config that was read
	// has shown it.
	Attachment bool `json:"attachment"`
	// AttachedTo is the primary that the policy was found attached to.
	AttachedTo string `json:"attachedTo,omitempty"`
	// Staging is the distribution that the policy names.
	Staging string `json:"staging,omitempty"`
	// Requests is how many it has taken so far.
	Requests int `json:"requests"`
}

// Detach is a policy that was detached from its primary distribution.
type Detach struct {
	Write

	// StillAttached is the policy that CloudFront keeps attached whatever it is sent: only the policy's deletion detaches it.
	StillAttached string `json:"stillAttached,omitempty"`
}

// Deletion is a policy or a staging distribution that exists no more.
type Deletion struct {
	// ID is empty where there was none.
	ID string `json:"id,omitempty"`
	// Deleted is false where it was gone already, perhaps by an earlier call that lost its answer.
	Deleted bool      `json:"deleted"`
	At      time.Time `json:"at"`
}

// PrimaryOfPair is the distribution that a policy is detached from: the plan's, unless Find Pair has found another, or none.
func (d *Document) PrimaryOfPair() string {
	if d.Parts != nil {
		return d.Parts.Primary
	}
	return d.Plan.Primary
}

// MadeSafe reports whether the policy was switched off after the death of the run from which the lock was taken over: by
// Recover, or by Disable Policy where there is no Recover.
func (d *Document) MadeSafe() bool {
	return d.Recovery != nil || d.Detach != nil || d.Deployed != nil && d.Deployed.Deployed && d.Deployed.What == OfDisable
}

// retireRequest is what an operator asks of retire.
type retireRequest struct {
	Primary string `json:"primary"`
	Reason  string `json:"reason"`
}

// ParseRetire reads a request of the retire workflow: {"primary": …, "reason": …}, in which unknown fields are refused.
func ParseRetire(request []byte) (Plan, error) {
	var asked retireRequest
	if err := decodeStrictly(request, &asked); err != nil {
		return Plan{}, err
	}
	var r refusals
	checkPrimary(&r, asked.Primary)
	checkReason(&r, asked.Reason)
	if len(r) > 0 {
		return Plan{}, errors.New(strings.Join(r, "; "))
	}
	return Plan{Primary: asked.Primary, Reason: asked.Reason, DeployedWithin: Duration(time.Hour)}, nil
}

// decodeStrictly reads one JSON object without unknown fields.
func decodeStrictly(text []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("read the request: %s", explain(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("read the request: there is more after its closing brace")
	}
	return nil
}

// concludeRetire decides the end of a retire execution:
//
//   - something failed once the pair was touched → Needs Operator
//   - the last part is gone → Retired
//   - else nothing had been touched → Rejected
func (d *Document) concludeRetire() Outcome {
	o := Outcome{}
	switch {
	case d.Stranded != nil:
		o.NeedsOperator, o.End, o.Cause = true, NeedsOperator, d.halfApart()
	case d.StagingDeleted != nil:
		o.Retired, o.End, o.Cause = true, Retired, d.apart()
	default:
		o.Rejected, o.End, o.Cause = true, Rejected, d.untouched()+" "+d.why()
	}
	return o
}

// apart says what became of each part.
func (d *Document) apart() string {
	text := fmt.Sprintf("The pair of %s is taken apart", d.Plan.Primary)
	if d.Parts != nil && d.Parts.PolicyID == "" && d.Parts.Staging == "" {
		return text + " already: there is neither a policy nor a staging distribution of it." + d.notes()
	}
	if d.PolicyDeleted != nil && d.PolicyDeleted.ID != "" {
		text += fmt.Sprintf("; the policy %s is deleted", d.PolicyDeleted.ID)
	}
	if d.StagingDeleted.ID != "" {
		text += fmt.Sprintf("; the staging distribution %s is deleted", d.StagingDeleted.ID)
	}
	if d.Parts != nil && d.Parts.Primary != "" {
		text += "; the primary has kept all its other settings"
	}
	return text + "." + d.notes()
}

func (d *Document) notes() string {
	if d.Parts == nil || len(d.Parts.Notes) == 0 {
		return ""
	}
	return " Left alone: " + strings.Join(d.Parts.Notes, "; ") + "."
}

// halfApart says what failed, what viewers get, and what to do. Whatever state the pair is left in, another retire goes on
// from there.
func (d *Document) halfApart() string {
	text := d.Stranded.sentence()
	if d.Plan == nil {
		return text + " No pair was touched: the request had not been accepted."
	}
	if d.Stranded.Error == lockLost {
		return text + " This execution has written nothing since: look at the one that holds the lock."
	}
	off := d.Detach != nil || d.Deployed != nil && d.Deployed.Deployed && d.Deployed.What == OfDisable
	viewers := fmt.Sprintf("The policy of %s may still be on, as it was before.", d.Plan.Primary)
	if off {
		viewers = fmt.Sprintf("Viewers are safe: the policy of %s is off everywhere.", d.Plan.Primary)
	}
	text += " " + viewers + " Once the reason is gone, start retire again: it goes on from whatever is left."
	if !off && d.Parts != nil && d.Parts.PolicyID != "" {
		text += switchOff + SwitchOffCommand(d.Parts.PolicyID)
	}
	return text
}
