package preflight

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// facts is everything that the findings are decided from. A nil part is one that could not be found; the findings that
// need it are left out, the others are still given, so that an operator mends everything at once.
type facts struct {
	now      time.Time
	workflow string
	again    bool // this is a look at the finished pair
	plan     release.Plan
	// since is the first look, from which the wait for someone else's change counts.
	since time.Time

	bucket        string // the record bucket
	hold          *record.Hold
	takenOverFrom string
	recovered     string
	regressed     bool // the dead run had found the primary worse after its promotion, and not taken that back

	primary       side
	policyID      string
	policy        *types.ContinuousDeploymentPolicyConfig
	policyMissing bool
	policyExists  bool // though it is not attached
	staging       *side
	// wanted is staging as Change Staging will leave it; nil without a staging distribution.
	wanted *types.DistributionConfig

	// deployment is only read where a release is about what has been deployed to staging.
	deployment *deployment

	traffic traffic
	alarms  []judge.Alarm
	metrics []additionalMetrics // none where no gate needs them
	buckets []bucketAccess
	account account
}

// side is one distribution as it was read.
type side struct {
	id, arn, domain, etag, status string

	config *types.DistributionConfig
	// unknown are the config's fields that the SDK has dropped.
	unknown []string
}

func (f facts) waitUntil() time.Time { return f.since.Add(release.PreflightWaits) }

// routable is false where a distribution can have no policy at all, so that its absence is no news.
func (f facts) routable() bool { return !aws.ToBool(f.primary.config.Staging) }

// known are the facts that the document has.
func (h Handler) known(in release.Input) facts {
	doc := in.Document
	f := facts{now: h.Now(), workflow: doc.Workflow, again: in.Which == release.Again, plan: *doc.Plan, bucket: h.Bucket}
	f.since = f.now
	if earlier := doc.Preflight; earlier != nil && !earlier.Since.IsZero() {
		f.since = earlier.Since
	}
	if doc.Lock != nil {
		f.takenOverFrom = doc.Lock.TakenOverFrom
	}
	if doc.Recovery != nil {
		f.recovered = doc.Recovery.Note
	}
	f.regressed = doc.Regressed()
	return f
}

func (h Handler) read(ctx context.Context, in release.Input) (facts, error) {
	doc, f := in.Document, h.known(in)
	var err error
	if f.hold, err = h.readHold(ctx, f.plan.Primary); err != nil {
		return facts{}, err
	}
	if doc.Workflow == release.Enroll || doc.Workflow == release.Maintenance {
		return h.readTogether(ctx, f, doc)
	}
	if err := h.readPair(ctx, &f); err != nil {
		return facts{}, err
	}
	if f.traffic, err = h.readTraffic(ctx, f.plan.Primary, f.now); err != nil {
		return facts{}, err
	}
	if f.alarms, err = metrics.Alarms(ctx, h.CloudWatch, f.plan.Gates.Alarms); err != nil {
		return facts{}, err
	}
	if f.metrics, err = h.readMetrics(ctx, f); err != nil {
		return facts{}, err
	}
	if f.staging == nil {
		return f, nil
	}
	f.wanted = wanted(f.plan.Change, f.primary.config, f.staging.config)
	if f.buckets, err = h.readBuckets(ctx, f); err != nil {
		return facts{}, err
	}
	if f.plan.Change.Kind == release.KindStaged {
		if f.deployment, err = h.readDeployment(ctx, f.staging.id); err != nil {
			return facts{}, err
		}
	}
	return f, nil
}

// wanted is staging's config as Change Staging will leave it, or as it is where the change cannot be made.
func wanted(change release.Change, primary, staging *types.DistributionConfig) *types.DistributionConfig {
	if change.Kind == release.KindStaged {
		return staging
	}
	changed := distribution.Copyable(primary, staging)
	if change.Kind == release.KindNone {
		return changed
	}
	path, domain := change.Target()
	if _, err := distribution.SetOrigin(changed, change.Origin, path, domain); err != nil {
		return staging
	}
	return changed
}

// readHold also takes a hold that is not our JSON, such as one that an operator placed by hand, for a hold.
func (h Handler) readHold(ctx context.Context, primary string) (*record.Hold, error) {
	var hold record.Hold
	_, found, err := record.Read(ctx, h.Records, h.Bucket, record.HoldKey(primary), &hold)
	if wrongJSON(err) {
		return &record.Hold{Cause: "its content is not the JSON that the workflow writes"}, nil
	}
	if err != nil || !found {
		return nil, err
	}
	return &hold, nil
}

func wrongJSON(err error) bool {
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return true
	}
	_, ok := errors.AsType[*time.ParseError](err)
	return ok
}

// readPair follows primary → policy → staging as far as it goes.
func (h Handler) readPair(ctx context.Context, f *facts) error {
	primary, err := h.readSide(ctx, f.plan.Primary)
	if fault.Code(err) == "NoSuchDistribution" {
		return fault.Errorf(fault.InvalidRequest,
			"primary %s: there is no such distribution in this account; look for its id with aws cloudfront list-distributions", f.plan.Primary)
	}
	if err != nil {
		return err
	}
	f.primary = *primary
	if f.policyID = aws.ToString(primary.config.ContinuousDeploymentPolicyId); f.policyID == "" {
		return nil
	}
	policy, err := live.ReadPolicy(ctx, h.CloudFront, f.policyID)
	if fault.Code(err) == "NoSuchContinuousDeploymentPolicy" {
		f.policyMissing = true
		return nil
	}
	if err != nil {
		return err
	}
	f.policy = policy.ContinuousDeploymentPolicyConfig
	names := stagingNames(f.policy)
	if len(names) != 1 {
		return nil
	}
	id, err := h.findByDomain(ctx, names[0])
	if err != nil || id == "" {
		return err
	}
	f.staging, err = h.readSide(ctx, id)
	if fault.Code(err) == "NoSuchDistribution" { // deleted since the list was made
		f.staging = nil
		return nil
	}
	return err
}

func stagingNames(policy *types.ContinuousDeploymentPolicyConfig) []string {
	if policy.StagingDistributionDnsNames == nil {
		return nil
	}
	return policy.StagingDistributionDnsNames.Items
}

func (h Handler) readSide(ctx context.Context, id string) (*side, error) {
	var answer []byte
	got, err := h.CloudFront.GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &id}, keepBody(&answer))
	if err != nil {
		return nil, fmt.Errorf("read distribution %s: %w", id, err)
	}
	d := got.Distribution
	if d == nil || d.DistributionConfig == nil {
		return nil, fault.Errorf(fault.Unavailable, "read distribution %s: the answer carries no config", id)
	}
	unknown, err := distribution.UnknownFields(answer)
	if err != nil {
		return nil, fault.Errorf(fault.Unavailable, "read distribution %s: %w", id, err)
	}
	return &side{
		unknown: unknown,
		id:      id, arn: aws.ToString(d.ARN), domain: aws.ToString(d.DomainName),
		etag: aws.ToString(got.ETag), status: aws.ToString(d.Status), config: d.DistributionConfig,
	}, nil
}

// findByDomain lists distributions until one has the domain name: a policy names its staging distribution by that only,
// and CloudFront has no operation that looks it up.
func (h Handler) findByDomain(ctx context.Context, domain string) (string, error) {
	pages := cloudfront.NewListDistributionsPaginator(h.CloudFront, &cloudfront.ListDistributionsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("list distributions to find %s: %w", domain, err)
		}
		if page.DistributionList == nil {
			continue
		}
		for _, d := range page.DistributionList.Items {
			if aws.ToString(d.DomainName) == domain {
				return aws.ToString(d.Id), nil
			}
		}
	}
	return "", nil
}
