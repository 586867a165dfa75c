// Package release is the document that travels through the workflows, and the pure decisions about it.
//
// Every task state receives the whole document and returns only its own part, which the state machine puts back under one
// key; a step cannot trample another's. The keys below are what an operator sees as a state's input and output in the
// Step Functions console. Configs never travel: they are kept in the record bucket, the document carries their
// fingerprints and ETags, so that it stays far below the 256 KiB that Step Functions allows whatever the configs' size
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
//
// Executions outlive deployments of this code, so fields are only ever added and unknown ones are ignored; the one
// exception is the request, where an unknown field is a typing error and refused.
package release

import (
	"encoding/json"
	"strings"
	"time"
)

// Document is the state of one release.
type Document struct {
	// Workflow is the name of the workflow; empty in documents from before there were two, which are of a release.
	Workflow string `json:"workflow,omitempty"`
	// Execution is who we are, from the Step Functions context object.
	Execution Execution `json:"execution"`
	// Request is the execution's input as it was given, any JSON.
	Request json.RawMessage `json:"request,omitempty"`
	// Plan is the request once accepted, with defaults filled in; frozen from then on. (Validate Request)
	Plan *Plan `json:"plan,omitempty"`
	// Lock is the lock on the primary that this execution holds. (Acquire Lock)
	Lock *Lock `json:"lock,omitempty"`
	// Dead is the run that holds the lock without running any more. (Find Dead Run)
	Dead *DeadRun `json:"dead,omitempty"`
	// Recovery is what was done about a run that died. (Recover At Once, Recover)
	Recovery *Recovery `json:"recovery,omitempty"`
	// Examination is what the dead run had done to the primary. (Examine Pair)
	Examination *Examination `json:"examination,omitempty"`
	// HoldCleared is what became of the hold. (Clear Hold)
	HoldCleared *HoldCleared `json:"holdCleared,omitempty"`
	// Preflight is the pair as it was found, and the findings about it. (Preflight)
	Preflight *Preflight `json:"preflight,omitempty"`
	// Content is the build that a content release brings, and the findings about it. (Check Content)
	Content *Content `json:"content,omitempty"`
	// Carry is the assets that each side had and the other lacked. (Carry Assets)
	Carry *Carry `json:"carry,omitempty"`
	// Staging is the config that this release judges and promotes. (Change Staging)
	Staging *Staging `json:"staging,omitempty"`
	// Route is the policy routing the smoke test's header. (Route Header)
	Route *Route `json:"route,omitempty"`
	// Smoke is what the smoke test has seen. (Smoke Test)
	Smoke *SmokeTest `json:"smoke,omitempty"`
	// Step is the ramp step in force. (Shift Traffic)
	Step *Step `json:"step,omitempty"`
	// Deployed is the latest answer to "has it propagated?". (Check Staging, Check Traffic, …)
	Deployed *Deployed `json:"deployed,omitempty"`
	// Pair is the two configs' ETags, read after both were found unchanged. (Check Pair)
	Pair *Pair `json:"pair,omitempty"`
	// Traffic is the latest proof, or lack of it, that staging receives viewers' requests. (Prove Traffic)
	Traffic *Traffic `json:"traffic,omitempty"`
	// Observation is the per-minute counts to be judged. (Observe, Observe Primary)
	Observation *Observation `json:"observation,omitempty"`
	// Judgement is the latest verdict on staging and those of the steps before. (Judge Health)
	Judgement *Judgement `json:"judgement,omitempty"`
	// Promote is CloudFront's answer to the promotion. (Promote)
	Promote *PromoteAnswer `json:"promote,omitempty"`
	// Doubt is why there is no such answer.
	Doubt *Failure `json:"doubt,omitempty"`
	// Promotion says whether the promotion happened. (Confirm Promotion)
	Promotion *Promotion `json:"promotion,omitempty"`
	// Invalidation is what the caches were told to forget after the promotion. (Invalidate, Check Invalidation)
	Invalidation *Invalidation `json:"invalidation,omitempty"`
	// Bake is the verdict on the primary after the promotion. (Judge Primary)
	Bake *Bake `json:"bake,omitempty"`
	// Stop is the policy switched off. (Stop Traffic)
	Stop *Write `json:"stop,omitempty"`
	// Restore is the primary put back to its saved config. (Restore Primary)
	Restore *Write `json:"restore,omitempty"`
	// Copy is the staging distribution of the pair that is put together. (Copy Primary)
	Copy *Copy `json:"copy,omitempty"`
	// Door is the time in which nothing is attached to the primary. (Open Door, Check Signal)
	Door *Door `json:"door,omitempty"`
	// Align is staging given what it must have in common with the primary. (Align Staging)
	Align *Settling `json:"align,omitempty"`
	// Policy is the policy that names the staging distribution, switched off. (Create Policy)
	Policy *Policy `json:"policy,omitempty"`
	// Attach is the policy attached to the primary. (Attach Policy)
	Attach *Settling `json:"attach,omitempty"`
	// Verification is the finished pair, and what a release would be told about it. (Preflight Again)
	Verification *Preflight `json:"verification,omitempty"`
	// Look is the look through the account. (Look Around)
	Look *Look `json:"look,omitempty"`
	// Orphans is what it has shown. (Find Orphans)
	Orphans *Orphans `json:"orphans,omitempty"`
	// Orphan is the one that an iteration of Clean Up is about.
	Orphan *Orphan `json:"orphan,omitempty"`
	// Parts is the pair that is taken apart, as it was found. (Find Pair)
	Parts *Parts `json:"parts,omitempty"`
	// Disable is the policy switched off before it is detached. (Disable Policy)
	Disable *Write `json:"disable,omitempty"`
	// Detach is the policy detached from the primary. (Detach Policy)
	Detach *Detach `json:"detach,omitempty"`
	// PolicyDeleted is the policy gone. (Delete Policy)
	PolicyDeleted *Deletion `json:"policyDeleted,omitempty"`
	// StagingOff is the staging distribution disabled. (Disable Staging)
	StagingOff *Write `json:"stagingOff,omitempty"`
	// StagingDeleted is the staging distribution gone. (Delete Staging)
	StagingDeleted *Deletion `json:"stagingDeleted,omitempty"`
	// Failure is why the release went back.
	Failure *Failure `json:"failure,omitempty"`
	// Stranded is why the way back, or the way on after the promotion, could not be finished.
	Stranded *Failure `json:"stranded,omitempty"`
	// Outcome is how the release ended. (Finish, Place Hold)
	Outcome Outcome `json:"outcome"`
}

// Execution identifies a Step Functions execution.
type Execution struct {
	ARN       string    `json:"arn"`
	Name      string    `json:"name"`
	StartTime time.Time `json:"startTime"`
}

// Failure is what a Catch leaves: the error name and its cause, spelled as Step Functions spells them. For an error of a
// Lambda the cause is a JSON text with errorMessage and errorType.
type Failure struct {
	Error string `json:"Error"`
	Cause string `json:"Cause"`
}

// Message is the human part of the cause.
func (f *Failure) Message() string {
	var lambda struct {
		ErrorMessage string `json:"errorMessage"`
	}
	if err := json.Unmarshal([]byte(f.Cause), &lambda); err == nil && lambda.ErrorMessage != "" {
		return lambda.ErrorMessage
	}
	return f.Cause
}

// sentence is the failure in one sentence: its name, and the message where there is one.
func (f *Failure) sentence() string {
	if m := strings.TrimSuffix(f.Message(), "."); m != "" {
		return f.Error + ": " + m + "."
	}
	return f.Error + "."
}

// Lock is the lock object of a primary distribution in the record bucket.
type Lock struct {
	Key  string `json:"key"`
	ETag string `json:"etag"`
	// TakenOverFrom is the execution whose stale lock this was; empty for a lock that was free.
	TakenOverFrom string `json:"takenOverFrom,omitempty"`
}

// Recovery is what Recover found of a run that died without making the pair safe.
type Recovery struct {
	// Needed is true when the policy was switched off (or found switched off by an earlier try of ours) and has to
	// propagate before anything else.
	Needed   bool   `json:"needed"`
	PolicyID string `json:"policyId,omitempty"`
	Write    *Write `json:"write,omitempty"`
	Note     string `json:"note,omitempty"`
}

// Write is one mutation of a distribution or of its policy.
type Write struct {
	// Distribution is the one that has to propagate afterwards: a policy write redeploys its primary.
	Distribution string `json:"distribution"`
	// Written is false when everything was already as wanted, so that no propagation of ours has to be waited for.
	Written bool      `json:"written"`
	At      time.Time `json:"at"`
	// LastModified is the distribution's LastModifiedTime in the write's answer; zero when the answer did not carry one.
	LastModified time.Time `json:"lastModified,omitzero"`
	// Deadline is when the propagation must be over.
	Deadline time.Time `json:"deadline"`
}

// WriteTo is a mutation at this time of a distribution, or of its policy, whose propagation has to be waited for.
func (p *Plan) WriteTo(distribution string, at time.Time) Write {
	return Write{Distribution: distribution, Written: true, At: at, Deadline: at.Add(p.DeployedWithin.Std())}
}

// Preflight is the pair as found before anything was touched.
type Preflight struct {
	Passed bool `json:"passed"`
	// Wait is true while either distribution is being changed by someone else and the deadline has not come.
	Wait  bool      `json:"wait"`
	Since time.Time `json:"since"`
	At    time.Time `json:"at"`

	Primary  Distribution `json:"primary"`
	Staging  Distribution `json:"staging"`
	PolicyID string       `json:"policyId"`
	// MaximumTTL is the policy's session stickiness in seconds; 0 when off.
	MaximumTTL int32 `json:"maximumTtl,omitempty"`
	// Header is the policy's header routing, to be put back (disabled) at every end.
	Header *Header `json:"header,omitempty"`
	// Weighted is its routing by weight, to be put back where the smoke test has replaced it by a header.
	Weighted *Weighted `json:"weighted,omitempty"`
	// RequestsPerMinute is the primary's traffic of the last half hour, Past that of three hours.
	RequestsPerMinute float64 `json:"requestsPerMinute"`
	Past              Past    `json:"past"`
	// Estimates are how long each ramp step will take by it.
	Estimates []Estimate `json:"estimates,omitempty"`
	Record    string     `json:"record"`
	Findings  []Finding  `json:"findings"`
	// Content is true where the release brings content, which is checked next.
	Content bool `json:"content"`
}

// Distribution is one side of the pair at Preflight.
type Distribution struct {
	ID          string `json:"id"`
	Domain      string `json:"domain"`
	Fingerprint string `json:"fingerprint"`
}

// Header is a SingleHeader traffic config of a continuous deployment policy.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Staging is what Change Staging left on the staging distribution.
type Staging struct {
	Write

	Fingerprint string `json:"fingerprint"`
	// Differs is false when staging equals the primary.
	Differs bool `json:"differs"`
	// Judge is true when there is something to judge: a difference, or two equal sides that calibrate the gates. The Choice
	// "Anything To Release?" takes its arrow from it.
	Judge bool `json:"judge"`
	// Changes are the paths in which staging differs from the primary, as AWS spells them.
	Changes []string `json:"changes,omitempty"`
	// Smoke is true where a smoke test comes next.
	Smoke bool `json:"smoke"`
}

// Step is the ramp step whose weight is in force.
type Step struct {
	Write

	Index  int     `json:"index"`
	Weight float64 `json:"weight"`
	Last   bool    `json:"last"`
	// Shifts are all weights that this release has set so far: sessions stick to an earlier one for MaximumTTL.
	Shifts []Shift `json:"shifts"`
}

// Shift is a weight and when it was written.
type Shift struct {
	Weight float64   `json:"weight"`
	At     time.Time `json:"at"`
}

// Deployed is the state of one propagation.
type Deployed struct {
	What         string `json:"what"`
	Distribution string `json:"distribution"`
	// Deployed is true when CloudFront reports Deployed and the report cannot be one from before the write.
	Deployed bool      `json:"deployed"`
	Status   string    `json:"status"`
	At       time.Time `json:"at"`
}

// Pair is the two ETags whose configs carry the fingerprints that are being judged.
type Pair struct {
	PrimaryETag string    `json:"primaryEtag"`
	StagingETag string    `json:"stagingEtag"`
	At          time.Time `json:"at"`
}

// Outcome is the end of the workflow.
type Outcome struct {
	// End is the title of the state that the execution ends in.
	End string `json:"end"`
	// Cause is the Cause text of the Fail states, and the summary of the successes.
	Cause string `json:"cause"`
	// Exactly one of the next ones is true; the Choice "Which End?" takes its arrow from them.
	Promoted         bool `json:"promoted"`
	Calibrated       bool `json:"calibrated"`
	NothingToRelease bool `json:"nothingToRelease"`
	Rejected         bool `json:"rejected"`
	RolledBack       bool `json:"rolledBack"`
	NeedsOperator    bool `json:"needsOperator"`
	Recovered        bool `json:"recovered"`
	NothingToRecover bool `json:"nothingToRecover"`
	Enrolled         bool `json:"enrolled"`
	Maintained       bool `json:"maintained"`
	Retired          bool `json:"retired"`
	Clean            bool `json:"clean"`
	Cleaned          bool `json:"cleaned"`
	OrphansFound     bool `json:"orphansFound"`

	Record string    `json:"record,omitempty"`
	At     time.Time `json:"at,omitzero"`
}
