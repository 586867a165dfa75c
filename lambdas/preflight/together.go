package preflight

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// account is what counts towards AWS's quotas.
type account struct{ distributions, staging, policies int }

// readParts reads what there is of a pair that enroll or maintenance puts together. Which distribution is staging is told by
// the policy that is attached, else by the request, else by the door that a dead maintenance has left, else by the
// CallerReference of a copy that an earlier enroll has made.
func (h Handler) readParts(ctx context.Context, f *facts, doc release.Document) error {
	all, err := live.ListStaging(ctx, h.CloudFront)
	if err != nil {
		return err
	}
	policies, err := live.ListPolicies(ctx, h.CloudFront)
	if err != nil {
		return err
	}
	f.account = account{distributions: all.All, staging: len(all.Items), policies: len(policies)}
	if err := h.readPair(ctx, f); err != nil || f.policyID != "" || !f.routable() {
		return err
	}
	id, saved, err := h.candidate(ctx, doc, all)
	if err != nil || id == "" {
		return err
	}
	if f.staging, err = h.readSide(ctx, id); fault.Code(err) == live.NoSuchDistribution {
		f.staging = nil
		return nil
	}
	if err != nil {
		return err
	}
	f.policy = saved
	for _, p := range policies {
		if slices.Contains(stagingNames(p.ContinuousDeploymentPolicyConfig), f.staging.domain) {
			f.policyID, f.policy, f.policyExists = aws.ToString(p.Id), p.ContinuousDeploymentPolicyConfig, true
		}
	}
	return nil
}

// candidate is the staging distribution to take where no policy is attached, and the config of the policy that a dead
// maintenance had to delete.
func (h Handler) candidate(ctx context.Context, doc release.Document, all live.Staging) (string, *types.ContinuousDeploymentPolicyConfig, error) {
	switch {
	case doc.Copy != nil:
		return doc.Copy.ID, nil, nil
	case doc.Plan.Staging != "":
		return doc.Plan.Staging, nil, nil
	}
	var door record.Door
	_, found, err := record.Read(ctx, h.Records, h.Bucket, record.DoorKey(doc.Plan.Primary), &door)
	if err != nil {
		return "", nil, err
	}
	if isAmong := func(d types.DistributionSummary) bool { return aws.ToString(d.Id) == door.Staging }; found && slices.ContainsFunc(all.Items, isAmong) {
		var evidence record.Evidence
		_, _, err := record.Read(ctx, h.Records, h.Bucket, door.Record, &evidence)
		return door.Staging, evidence.Policy, err
	}
	made, err := live.FindCopy(ctx, h.CloudFront, all, doc.Plan.Primary)
	return aws.ToString(made.Id), nil, err
}

// readTogether are the facts about a pair that is put together. Traffic and alarms are no matter: nothing is judged.
func (h Handler) readTogether(ctx context.Context, f facts, doc release.Document) (facts, error) {
	if err := h.readParts(ctx, &f, doc); err != nil {
		return facts{}, err
	}
	asking := f
	if f.wanted = f.primary.config; f.staging != nil {
		f.wanted = f.staging.config
	} else {
		asking.staging = notMadeYet(f.primary)
	}
	asking.wanted = f.wanted
	var err error
	f.buckets, err = h.readBuckets(ctx, asking)
	return f, err
}

// notMadeYet stands for the copy whose id nobody knows: a bucket policy that names distributions cannot name it.
func notMadeYet(primary side) *side {
	const id = "ID-OF-THE-COPY"
	return &side{id: id, arn: strings.TrimSuffix(primary.arn, primary.id) + id}
}
