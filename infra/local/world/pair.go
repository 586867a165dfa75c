package world

import (
	"errors"

	"cloudfront-cd/internal/standin/cloudfront"
)

// addPrimary is a primary that has no pair yet.
func (w *World) addPrimary(id string, primary *cloudfront.Node) error {
	config, err := w.CloudFront.AddDistribution(id, primary)
	if err != nil {
		return err
	}
	w.Pair = cloudfront.Pair{PrimaryID: config.ID, Primary: config.Tree()}
	w.CloudFront.NextID(StagingID)
	return nil
}

// Adopt makes the world's pair of what is attached to the primary now, and lets its staging distribution into the buckets, as
// their owner does who reads the end of enroll.
func (w *World) Adopt() error {
	primary, found := w.CloudFront.Live(w.Pair.PrimaryID)
	if !found {
		return errors.New("the primary is gone")
	}
	policy, found := w.CloudFront.LivePolicy(primary.Text("ContinuousDeploymentPolicyId"))
	if !found {
		return errors.New("no policy is attached to the primary")
	}
	w.Pair.Policy = policy
	for _, id := range w.CloudFront.Distributions() {
		if config, _ := w.CloudFront.Live(id); config.DomainName == policy.StagingDomain {
			w.Pair.StagingID, w.Pair.Staging = id, config.Tree()
		}
	}
	for _, bucket := range w.closed {
		w.letIn(bucket)
	}
	return nil
}
