package record

import (
	"fmt"
	"time"

	"cloudfront-cd/internal/release"
)

// Cleanup is the content of cleanups/…: what there was in the account, what of it is an orphan and why, and what became of
// each.
type Cleanup struct {
	Execution release.Execution `json:"execution"`
	Plan      *release.Plan     `json:"plan,omitempty"`
	// Orphans are all that were found, Left what could not be proven to be one, with the reason.
	Orphans []release.Orphan `json:"orphans"`
	Left    []Left           `json:"left"`
	Results []release.Result `json:"results"`
	Outcome *release.Outcome `json:"outcome,omitempty"`
	// Policies and Distributions are what was seen.
	Policies      []SeenPolicy                `json:"policies"`
	Distributions map[string]SeenDistribution `json:"distributions"`
	// Locks are those that were held, and Held the primaries with a hold.
	Locks []SeenLock `json:"locks"`
	Held  []string   `json:"held"`
	// Doors are of the last maintenance of each primary.
	Doors []SeenDoor `json:"doors"`
	// Verdicts are those so far, from which Orphans and Left are made.
	Verdicts []Verdict `json:"verdicts"`
}

// Verdict is the judgement on one candidate; of one that is no orphan there is nothing to say.
type Verdict struct {
	Candidate int             `json:"candidate"`
	Orphan    *release.Orphan `json:"orphan,omitempty"`
	Left      *Left           `json:"left,omitempty"`
}

// Left is something that may be an orphan, and why it is not taken for one.
type Left struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// SeenPolicy is a policy as it was seen.
type SeenPolicy struct {
	ID           string    `json:"id"`
	Domain       string    `json:"domain"`
	Enabled      bool      `json:"enabled"`
	LastModified time.Time `json:"lastModified"`
}

// SeenDistribution is a distribution as it was seen: of a primary without a policy no more than its ETag, which says later
// that nothing has been attached to it since.
type SeenDistribution struct {
	ETag         string    `json:"etag"`
	PolicyID     string    `json:"policyId,omitempty"`
	ARN          string    `json:"arn,omitempty"`
	Staging      bool      `json:"staging,omitempty"`
	Enabled      bool      `json:"enabled,omitempty"`
	Domain       string    `json:"domain,omitempty"`
	LastModified time.Time `json:"lastModified,omitzero"`
}

// SeenLock is a lock as it was seen.
type SeenLock struct {
	Subject string    `json:"subject"`
	Holder  string    `json:"holder"`
	At      time.Time `json:"at"`
	// Running is false where the holder has ended; Note says how.
	Running bool   `json:"running"`
	Note    string `json:"note"`
	// Touched is true where the holder had come so far that it may have touched the pair.
	Touched bool `json:"touched"`
	// Unfinished is true where the holder was taking a pair apart.
	Unfinished bool `json:"unfinished"`
	// Pair is what the holder works on as far as the records say.
	Pair Pair `json:"pair"`
}

// SeenDoor is a door as it was seen.
type SeenDoor struct {
	Primary  string    `json:"primary"`
	PolicyID string    `json:"policyId"`
	Staging  string    `json:"staging"`
	At       time.Time `json:"at"`
}

// CleanupKey is where the record of a cleanup execution is kept.
func CleanupKey(x release.Execution) string {
	return fmt.Sprintf("cleanups/%s-%s.json", x.StartTime.UTC().Format("20060102T150405Z"), x.Name)
}
