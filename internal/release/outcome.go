package release

import (
	"fmt"
	"strings"
)

// Conclude decides the end of an execution from what the document says happened. It looks only at facts that a step has
// recorded, so that every way into Finish, foreseen or not, gets the true end. A Cause ends with the name of its section in
// the runbook.
func (d *Document) Conclude() Outcome {
	var o Outcome
	switch d.Workflow {
	case Recover:
		o = d.concludeRecovery()
	case Enroll, Maintenance:
		o = d.concludePairing()
	case Retire:
		o = d.concludeRetire()
	default:
		o = d.concludeRelease()
	}
	return o.signed(d.Execution)
}

// signed is the outcome with a readable Cause that says where to read on.
func (o Outcome) signed(execution Execution) Outcome {
	o.Cause = shorten(o.Cause)
	if o.Rejected || o.RolledBack || o.NeedsOperator {
		o.Cause += fmt.Sprintf("%s%s; runbook: %s)", signature, execution.Name, o.End)
	}
	return o
}

// What a Cause ends with: a command, which nothing may follow but the execution and the runbook's section.
const (
	findPolicy = " Find its policy: "
	switchOff  = " Switch the policy off, if it is on: "
	signature  = " (execution "
)

// Add puts a sentence at the end of the Cause's prose.
func (o *Outcome) Add(sentence string) {
	end := len(o.Cause)
	for _, mark := range []string{findPolicy, switchOff, signature} {
		if i := strings.LastIndex(o.Cause, mark); i >= 0 {
			end = min(end, i)
		}
	}
	o.Cause = o.Cause[:end] + " " + sentence + o.Cause[end:]
}

// concludeRelease decides the end of a release:
//
//   - something that was to make the pair safe failed → Needs Operator
//   - a dead run had found the primary worse after its promotion, and had not taken that back → Needs Operator
//   - the primary was restored → Rolled Back
//   - the promotion is confirmed → Promoted
//   - traffic was stopped after two equal sides had passed every step → Calibrated
//   - traffic was stopped → Rolled Back
//   - staging equals the primary → Nothing To Release
//   - else nothing had been touched → Rejected
func (d *Document) concludeRelease() Outcome {
	o := Outcome{}
	switch {
	case d.Stranded != nil:
		o.NeedsOperator, o.End, o.Cause = true, NeedsOperator, d.strandedCause()
	case d.Regressed():
		o.NeedsOperator, o.End, o.Cause = true, NeedsOperator, "This release has touched nothing. "+d.regressedCause()
	case d.Restore != nil:
		o.RolledBack, o.End = true, RolledBack
		o.Cause = "The promoted config was taken back: the primary has its config from before the release, deployed. " + d.why()
	case d.Promotion != nil && d.Promotion.Confirmed:
		o.Promoted, o.End, o.Cause = true, Promoted, d.promotedCause()
	case d.Stop != nil && d.Failure == nil && d.Judgement != nil && d.Judgement.Calibrated:
		o.Calibrated, o.End, o.Cause = true, Calibrated, d.calibratedCause()
	case d.Stop != nil:
		o.RolledBack, o.End = true, RolledBack
		o.Cause = "No viewer gets the staging config: the policy is off and the primary, unchanged by this release, is deployed. " + d.why()
	case d.Staging != nil && !d.Staging.Differs && !d.Staging.Judge && d.Failure == nil:
		o.NothingToRelease, o.End = true, NothingToRelease
		o.Cause = "Staging equals the primary: there is nothing to release."
	default:
		o.Rejected, o.End = true, Rejected
		o.Cause = d.untouched() + " " + d.why()
	}
	return o
}

// The names, as package fault spells them, of the failures that change what an operator has to know. This package imports
// nothing of ours; a test compares.
const (
	invalidRequest = "InvalidRequest"
	lockHeld       = "LockHeld"
	lockLost       = "LockLost"
	configChanged  = "ConfigChanged"
)

// maxCause keeps a Cause readable, and far below the 32,768 characters that Step Functions takes; the record has it all.
const maxCause = 4000

func shorten(text string) string {
	if len(text) <= maxCause {
		return text
	}
	return strings.ToValidUTF8(text[:maxCause], "") + " … (the evidence record has it all)"
}

// untouched says what a refused release has done to AWS.
func (d *Document) untouched() string {
	if d.Recovery != nil && d.Recovery.Needed {
		return "The policy that a dead run had left was switched off; nothing else was touched."
	}
	if d.Carry != nil && d.Carry.Copied > 0 {
		return "Nothing was touched but S3: assets were copied between the two sides, which harms nobody, and nothing was overwritten."
	}
	return "Nothing was touched."
}

// why is the reason for going back or for refusing, in the words of whoever found it.
func (d *Document) why() string {
	switch {
	case d.Failure != nil:
		return d.Failure.sentence()
	case d.Bake != nil && d.Bake.Regressed:
		return "The primary got worse after the promotion: " + strings.Join(d.Bake.Reasons, "; ") + "."
	case d.Judgement != nil && d.Judgement.Stop:
		return fmt.Sprintf("Staging was %s at step %d: %s.", d.Judgement.Verdict, d.Judgement.Step+1, strings.Join(d.Judgement.Reasons, "; "))
	case d.Preflight != nil && !d.Preflight.Passed:
		return "Preflight: " + blockers(d.Preflight.Findings) + "."
	case d.Content != nil && !d.Content.Passed:
		return "Check Content: " + blockers(d.Content.Findings) + "."
	case d.Smoke != nil && !d.Smoke.Passed && !d.Smoke.Again:
		return "Smoke Test: " + blockers(d.Smoke.Findings) + "."
	case d.Carry != nil && d.Carry.Refused:
		return "Carry Assets: " + blockers(d.Carry.Findings) + "."
	}
	return "No step has recorded why."
}

// BetweenFindings stands between two findings in a Cause.
const BetweenFindings = " · "

func blockers(findings []Finding) string {
	var texts []string
	for _, f := range findings {
		if f.Blocks() {
			texts = append(texts, fmt.Sprintf("%s (%s): %s; %s", f.Name, f.Level, f.Fact, f.Do))
		}
	}
	return strings.Join(texts, BetweenFindings)
}

func (d *Document) promotedCause() string {
	text := fmt.Sprintf("Promoted: the primary %s has the judged config.", d.Plan.Primary)
	if d.Bake != nil && d.Bake.ChangedSince {
		text = fmt.Sprintf("Promoted: the primary %s got the judged config; since then someone else has changed it, and what was watched last includes their change.", d.Plan.Primary)
	}
	if i := d.Invalidation; i != nil && !i.Completed {
		text += " The caches were not seen to forget " + strings.Join(d.Plan.Change.Invalidate, ", ") +
			": viewers may get the page from before until it expires there. Invalidate by hand (runbook, By hand)."
	}
	if d.Bake != nil && d.Bake.Inconclusive {
		text += " The bake could not tell whether it is healthy: " + strings.Join(d.Bake.Reasons, "; ") + "."
	}
	return text
}

// calibratedCause says what noise the gates saw between two equal sides.
func (d *Document) calibratedCause() string {
	steps := make([]string, len(d.Judgement.Passed))
	for i, p := range d.Judgement.Passed {
		gates := make([]string, len(p.Gates))
		for n, g := range p.Gates {
			gates[n] = fmt.Sprintf("%s %+.2f points (between %+.2f and %+.2f, dispersion %.1f)", g.Gate, g.Estimate, g.Lower, g.Upper, g.Dispersion)
		}
		steps[i] = fmt.Sprintf("step %d in %d minutes %s", p.Step+1, p.JudgedMinutes, strings.Join(gates, ", "))
	}
	text := "Calibrated: nothing was promoted, and no viewer gets the staging config any more. Between two equal configs the gates saw, at " +
		strings.Join(steps, "; at ") + "."
	return strings.ReplaceAll(text, "-", "−")
}

// strandedCause says what failed, what viewers get, and what to do.
func (d *Document) strandedCause() string {
	text := d.Stranded.sentence()
	if d.Failure != nil {
		text += " This came while going back because of " + d.Failure.sentence()
	}
	if d.Plan == nil && d.Workflow == Recover {
		return text + " Nothing was touched. A dead run may have left viewers on its staging distribution: ask the runbook's first question."
	}
	if d.Plan == nil {
		return text + " No pair was touched: the request had not been accepted."
	}
	primary := d.Plan.Primary
	if d.Stranded.Error == lockLost { // to write anything now, even by hand, would be to meddle
		return text + " This execution has written nothing since: look at the one that holds the lock, it makes the pair safe. Do not redrive this one."
	}
	if d.puttingTogether() && d.Preflight != nil {
		return text + " " + d.pairingViewers() + " " + d.again()
	}
	viewers, safe := d.viewers(primary)
	if text += " " + viewers; !safe {
		text += d.commands(primary)
	}
	return text
}

// commands are the first ones for the operator: to see what viewers get, and to switch the policy off.
func (d *Document) commands(primary string) string {
	policy := ""
	switch {
	case d.Preflight != nil:
		policy = d.Preflight.PolicyID
	case d.Recovery != nil:
		policy = d.Recovery.PolicyID
	}
	if policy == "" {
		return findPolicy + "aws cloudfront get-distribution-config --id " + primary +
			" --query DistributionConfig.ContinuousDeploymentPolicyId"
	}
	return switchOff + SwitchOffCommand(policy)
}

// SwitchOffCommand disables a policy and keeps its other fields. The ETag is read first, so that an edit between the reads
// is refused and not overwritten.
func SwitchOffCommand(policyID string) string {
	return strings.ReplaceAll(`etag=$(aws cloudfront get-continuous-deployment-policy --id POLICY --query ETag --output text) && `+
		`aws cloudfront get-continuous-deployment-policy-config --id POLICY --query ContinuousDeploymentPolicyConfig --output json `+
		`| sed 's/"Enabled": true/"Enabled": false/' > policy.json && `+
		`aws cloudfront update-continuous-deployment-policy --id POLICY --if-match "$etag" --continuous-deployment-policy-config file://policy.json`,
		"POLICY", policyID)
}

// viewers says what viewers get when a workflow could not be finished, and whether that is safe beyond doubt.
func (d *Document) viewers(primary string) (text string, safe bool) {
	at := d.Deployed
	switch {
	case at != nil && at.Deployed && (at.What == OfStop || d.Workflow == Recover):
		return fmt.Sprintf("Viewers are safe: the policy of %s is off everywhere.", primary), true
	case at != nil && at.Deployed && at.What == OfRestore:
		return fmt.Sprintf("Viewers are safe: %s has its config from before the release everywhere.", primary), true
	case d.Restore != nil:
		return fmt.Sprintf("The config from before the release was written to %s, but may not be everywhere yet.", primary), false
	case d.Promotion != nil && d.Promotion.Confirmed && d.Bake != nil && d.Bake.Regressed:
		return fmt.Sprintf("What was promoted to %s got worse and was not taken back.", primary), false
	case d.Promotion != nil && d.Promotion.Confirmed:
		return fmt.Sprintf("The promotion happened: viewers get the promoted config from %s.", primary), false
	case d.Promotion != nil || d.Doubt != nil:
		return fmt.Sprintf("It is not known whether %s has the old config or the promoted one, which was judged healthy; its policy may still be on.", primary), false
	case d.Stop != nil || d.Workflow == Recover && d.Recovery != nil && d.Recovery.Needed:
		return fmt.Sprintf("The policy of %s was switched off, but some points of presence may still send viewers to staging.", primary), false
	case d.Workflow == Recover, d.Lock != nil && d.Lock.TakenOverFrom != "" && d.Preflight == nil:
		return fmt.Sprintf("A dead run may have left viewers of %s on its staging distribution.", primary), false
	case d.Staging == nil:
		return fmt.Sprintf("This release has sent no viewer of %s to staging.", primary), false
	}
	return fmt.Sprintf("Some viewers of %s may still get the staging config.", primary), false
}
