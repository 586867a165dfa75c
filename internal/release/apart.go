package release

// Parts is a pair that is to be taken apart. What is empty does not exist, or is none of this execution's business.
type Parts struct {
	Primary  string `json:"primary,omitempty"`
	PolicyID string `json:"policyId,omitempty"`
	Staging  string `json:"staging,omitempty"`
}

// Detach is a policy that was detached from its primary distribution.
type Detach struct {
	Write

	// StillAttached is the policy that CloudFront keeps attached whatever it is sent: only the policy's deletion detaches it.
	StillAttached string `json:"stillAttached,omitempty"`
}

// PrimaryOfPair is the distribution that a policy is detached from: the plan's, unless Find Pair has found another, or none.
func (d *Document) PrimaryOfPair() string {
	if d.Parts != nil {
		return d.Parts.Primary
	}
	return d.Plan.Primary
}
