package release

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Why something is an orphan.
const (
	OrphanStagingGone     = "staging-gone"     // a policy whose staging distribution does not exist
	OrphanStagingDisabled = "staging-disabled" // a policy whose staging distribution is disabled
	OrphanStackDeleted    = "stack-deleted"    // a policy whose CloudFormation stack was deleted
	OrphanUnattached      = "unattached"       // a policy that no primary has
	OrphanNoPolicy        = "no-policy"        // a staging distribution that no policy names
	OrphanLeftOn          = "left-on"          // a policy that a release has enabled and nobody has switched off
	OrphanDeadLock        = "dead-lock"        // a lock whose holder does not run
	OrphanUnfinished      = "unfinished"       // the same, of a holder that was taking a pair apart
)

// OrphanKinds lists them all.
func OrphanKinds() []string {
	return []string{OrphanStagingGone, OrphanStagingDisabled, OrphanStackDeleted, OrphanUnattached, OrphanNoPolicy, OrphanLeftOn, OrphanDeadLock, OrphanUnfinished}
}

// Orphan is something that nobody owns any more, as it was found.
type Orphan struct {
	Kind string `json:"kind"`
	// Lock is what is locked while it is worked on: the primary, or what there is without one.
	Lock string `json:"lock"`
	// Primary, PolicyID and Staging are what is to be taken apart.
	Primary  string `json:"primary,omitempty"`
	PolicyID string `json:"policyId,omitempty"`
	Staging  string `json:"staging,omitempty"`
	// KeepPair is true where the policy is to be switched off and nothing else.
	KeepPair bool `json:"keepPair"`
	// Modified is the LastModifiedTime of the policy, or else of the staging distribution: whatever is changed later is no
	// orphan.
	Modified time.Time `json:"modified,omitzero"`
	Why      string    `json:"why"`
}

// Name is what people call it.
func (o Orphan) Name() string {
	switch o.Kind {
	case OrphanNoPolicy:
		return "staging distribution " + o.Staging
	case OrphanDeadLock, OrphanUnfinished:
		return "lock " + o.Lock
	}
	return "policy " + o.PolicyID
}

// Look is a look through the whole account.
type Look struct {
	// More is true until it is over.
	More   bool   `json:"more"`
	Marker string `json:"marker,omitempty"`
	// Walked is true once all distributions were seen, and only the policies are missing.
	Walked bool `json:"walked"`
	// Distributions and Requests count what was seen, and with how many requests to CloudFront.
	Distributions int `json:"distributions"`
	Requests      int `json:"requests"`
	// Record is where what was seen is kept: there is too much of it for the document.
	Record string `json:"record"`
}

// Orphans is what Find Orphans has found. The record has all of it; the document only what this execution works on.
type Orphans struct {
	// More is true until every candidate was judged; Next is the one to go on with.
	More bool `json:"more"`
	Next int  `json:"next"`
	// Apply is true where there are Items and the request wants them taken apart.
	Apply bool   `json:"apply"`
	Items []Item `json:"items"`
	// Found, Left and Later count the orphans, what cannot be proven to be one, and the orphans that are left for the next run.
	Found int `json:"found"`
	Left  int `json:"left"`
	Later int `json:"later"`
}

// Item is an orphan with the plan for it.
type Item struct {
	Plan   Plan   `json:"plan"`
	Orphan Orphan `json:"orphan"`
}

// MaxItems is how many orphans one execution works on, so that its document and its history stay far below Step Functions'
// limits (256 KiB, 25,000 events) whatever the account has; the next execution finds the others.
const MaxItems = 25

// Result is what became of an orphan.
type Result struct {
	Orphan Orphan `json:"orphan"`
	Done   bool   `json:"done"`
	// Left is true where nothing is wrong: another execution is at it, or it is no orphan any more.
	Left bool      `json:"left"`
	Note string    `json:"note"`
	At   time.Time `json:"at"`
}

// ResultOf decides what became of the document's orphan.
func (d *Document) ResultOf(at time.Time) Result {
	r := Result{Orphan: *d.Orphan, At: at}
	switch {
	case d.Failure != nil:
		r.Left = d.Failure.Error == lockHeld || d.Failure.Error == configChanged
		r.Note = shorten(d.Failure.sentence())
	case d.Orphan.KeepPair:
		r.Done, r.Note = true, "The policy is off everywhere; the pair was left as it is, and its lock is free."
	default:
		r.Done, r.Note = true, d.gone()
	}
	return r
}

// gone says which parts exist no more.
func (d *Document) gone() string {
	var gone []string
	if d.PolicyDeleted != nil && d.PolicyDeleted.ID != "" {
		gone = append(gone, "the policy "+d.PolicyDeleted.ID)
	}
	if d.StagingDeleted != nil && d.StagingDeleted.ID != "" {
		gone = append(gone, "the staging distribution "+d.StagingDeleted.ID)
	}
	if len(gone) == 0 {
		return "There was nothing left." + d.notes()
	}
	return "Deleted: " + strings.Join(gone, ", ") + "." + d.notes()
}

// cleanupRequest is what the schedule or an operator asks of cleanup.
type cleanupRequest struct {
	Apply      bool      `json:"apply"`
	MinimumAge *Duration `json:"minimumAge"`
	Reason     string    `json:"reason"`
}

const (
	defaultMinimumAge = 24 * time.Hour
	leastMinimumAge   = time.Hour
)

// ParseCleanup reads a request of the cleanup workflow: {"apply": false, "minimumAge": "24h", "reason": …}, in which unknown
// fields are refused.
func ParseCleanup(request []byte) (Plan, error) {
	var asked cleanupRequest
	if err := decodeStrictly(request, &asked); err != nil {
		return Plan{}, err
	}
	plan := Plan{Apply: asked.Apply, MinimumAge: Duration(defaultMinimumAge), Reason: asked.Reason, DeployedWithin: Duration(time.Hour)}
	var r refusals
	if asked.MinimumAge != nil {
		plan.MinimumAge = *asked.MinimumAge
	}
	if plan.MinimumAge.Std() < leastMinimumAge {
		r.add("minimumAge", plan.MinimumAge.Std(), fmt.Sprintf("must be at least %s, or what is being made would be taken for an orphan", leastMinimumAge))
	}
	checkReason(&r, asked.Reason)
	if len(r) > 0 {
		return Plan{}, errors.New(strings.Join(r, "; "))
	}
	return plan, nil
}

// Tally is the record of a cleanup in figures.
type Tally struct {
	Found, Done, Left, Later int
	// Failed are the results of orphans that could not be taken apart.
	Failed []Result
	// Policies, Stagings and Distributions are how many there were.
	Policies, Stagings, Distributions int
}

// ConcludeCleanup decides the end of a cleanup execution:
//
//   - the account could not be looked through, or an orphan could not be taken apart → Needs Operator
//   - the request was refused → Rejected
//   - no orphan was found → Clean
//   - orphans were found in a dry run → Orphans Found
//   - else → Cleaned
func (d *Document) ConcludeCleanup(t Tally) Outcome {
	o := Outcome{}
	figures := fmt.Sprintf(" %d distributions, %d of them staging, and %d policies were looked at (AWS's default quotas are %d and %d).",
		t.Distributions, t.Stagings, t.Policies, QuotaStagings, QuotaPolicies)
	if t.Left > 0 {
		figures += fmt.Sprintf(" %d could not be proven to be orphans and were left: the record says why.", t.Left)
	}
	switch {
	case d.Stranded != nil:
		o.NeedsOperator, o.End, o.Cause = true, NeedsOperator, "The cleanup broke off: "+d.Stranded.sentence()+" What it has begun, the next one finishes."
	case d.Failure != nil || d.Plan == nil:
		o.Rejected, o.End, o.Cause = true, Rejected, "Nothing was touched. "+d.why()
	case len(t.Failed) > 0:
		o.NeedsOperator, o.End = true, NeedsOperator
		o.Cause = fmt.Sprintf("%d of %d orphans could not be taken apart: %s", len(t.Failed), t.Found, failed(t.Failed))
	case t.Found == 0:
		o.Clean, o.End, o.Cause = true, Clean, "There is no orphan."+figures
	case !d.Plan.Apply:
		o.OrphansFound, o.End = true, OrphansFound
		o.Cause = fmt.Sprintf("%d orphans were found and left as they are: this was a dry run.", t.Found) + figures
	default:
		o.Cleaned, o.End = true, Cleaned
		o.Cause = fmt.Sprintf("%d of %d orphans were dealt with.", t.Done, t.Found) + figures
		if t.Later > 0 {
			o.Cause += fmt.Sprintf(" %d are for the next run.", t.Later)
		}
	}
	return o.signed(d.Execution)
}

// AWS's default quotas of an account (CloudFront Developer Guide, "Quotas and other considerations for continuous
// deployment"). They can be raised, which CloudFront's API does not tell.
const (
	QuotaStagings = 20
	QuotaPolicies = 20
)

func failed(results []Result) string {
	var texts []string
	for _, r := range results {
		texts = append(texts, r.Orphan.Name()+" ("+r.Orphan.Kind+"): "+r.Note)
	}
	return strings.Join(texts, BetweenFindings)
}
