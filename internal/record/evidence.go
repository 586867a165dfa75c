package record

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/release"
)

// Evidence is the content of releases/<primary>/…: who released what and why, what was found and measured, and how it
// ended. It is also the way back: Restore Primary takes the saved config from it.
type Evidence struct {
	Execution release.Execution `json:"execution"`
	Plan      release.Plan      `json:"plan"`
	// Preflight is what was found before anything was touched; nil when the release did not come so far.
	Preflight *release.Preflight `json:"preflight,omitempty"`
	// Parts is the pair that is taken apart, as it was found; nil for a release.
	Parts *release.Parts `json:"parts,omitempty"`
	// PrimaryETag and StagingETag are those of the saved configs.
	PrimaryETag string `json:"primaryEtag,omitempty"`
	StagingETag string `json:"stagingEtag,omitempty"`
	// Primary is the primary's config before the release: what Restore Primary puts back.
	Primary *types.DistributionConfig `json:"primary,omitempty"`
	// Staging is the staging config before the release.
	Staging *types.DistributionConfig `json:"staging,omitempty"`
	// Policy is the config of the pair's policy from before enroll or maintenance.
	Policy *types.ContinuousDeploymentPolicyConfig `json:"policy,omitempty"`
	// Outcome is nil until the release has ended: a record without one is of a run that is going on, or died.
	Outcome *release.Outcome `json:"outcome,omitempty"`
	// Document is the release document at the end: every verdict and the measurements behind the last of them.
	Document *release.Document `json:"document,omitempty"`
	EndedAt  time.Time         `json:"endedAt,omitzero"`
}

// EvidenceOfTheDead is the evidence of the last dead holder that came as far as saving the primary's config: of dead
// itself, or, where that run had died before its own Preflight, of the one before it, and so on.
func EvidenceOfTheDead(ctx context.Context, s Reader, bucket, primary string, dead *Holder) (holder Holder, evidence Evidence, found bool, err error) {
	for ; dead != nil; dead = dead.TakenOverFrom {
		var e Evidence
		_, found, err := Read(ctx, s, bucket, KeyOf(primary, *dead), &e)
		if err != nil {
			return Holder{}, Evidence{}, false, err
		}
		if found && e.Preflight != nil {
			return *dead, e, true, nil
		}
	}
	return Holder{}, Evidence{}, false, nil
}
