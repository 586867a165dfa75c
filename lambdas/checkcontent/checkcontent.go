// Package checkcontent looks at the build that a content release brings, before anything is touched.
package checkcontent

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/content"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/release"
)

type objects interface {
	content.Getter
	content.Lister
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront live.ConfigReader
	Objects    objects
	Now        func() time.Time
}

// Handle only reads, so it may be retried at any time.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Content, error) {
	doc := in.Document
	primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Preflight.Primary.ID)
	if err != nil {
		return release.Content{}, err
	}
	if primary.Fingerprint != doc.Preflight.Primary.Fingerprint {
		return release.Content{}, fault.Errorf(fault.ConfigChanged, "the primary %s was changed by someone else since Preflight", doc.Plan.Primary)
	}
	b := build{
		Handler: h, plan: *doc.Plan, primary: primary.DistributionConfig, hosts: []string{doc.Preflight.Primary.Domain},
		part: release.Content{Root: content.RootDocument(primary.DistributionConfig), At: h.Now()},
	}
	if a := primary.Aliases; a != nil {
		b.hosts = append(b.hosts, a.Items...)
	}
	if err := b.look(ctx); err != nil {
		return release.Content{}, err
	}
	return b.conclude(), nil
}

// build is the new side while it is looked at.
type build struct {
	Handler

	plan    release.Plan
	primary *types.DistributionConfig
	hosts   []string
	part    release.Content
	// encrypted are keys that AWS KMS has encrypted and that could be read.
	encrypted []string
}

// look goes as far as it makes sense: a side that is no side has no objects to look at.
func (b *build) look(ctx context.Context) error {
	if !b.sides() {
		return nil
	}
	for _, side := range []*release.Side{&b.part.New, &b.part.Old} {
		if err := content.FindRegion(ctx, b.Objects, side); err != nil {
			return b.unreadable(fmt.Sprintf("list %s", side), err)
		}
	}
	if b.part.Same {
		return nil
	}
	document, err := b.rootDocument(ctx)
	if err != nil || document == nil {
		return err
	}
	return b.references(ctx, document)
}

// sides finds out where old and new lie, and refuses what cannot be carried between.
func (b *build) sides() bool {
	change := b.plan.Change
	origin, _ := distribution.OriginByID(b.primary, change.Origin) // Preflight has found it
	domain := aws.ToString(origin.DomainName)
	bucket, region := distribution.ParseS3Domain(domain)
	b.part.Old = release.Side{Bucket: bucket, Region: region, Prefix: aws.ToString(origin.OriginPath)}
	if change.Domain != nil {
		_, region = distribution.ParseS3Domain(*change.Domain)
	}
	b.part.New = release.Side{Bucket: change.Bucket, Region: region, Prefix: change.Prefix}
	b.part.Same = b.part.New.Same(b.part.Old)
	switch {
	case bucket == "" || change.Domain == nil && change.Bucket != bucket:
		b.add(release.Block, release.OriginNotBucket,
			fmt.Sprintf("origin %s of %s reads %s%s, and the request says that the build lies in bucket %s", change.Origin, b.plan.Primary, domain, b.part.Old.Prefix, change.Bucket),
			"a content release repoints an origin that is an S3 bucket, by a prefix in the same bucket or by the domain of another one",
			"correct change.origin or change.bucket; for a side in another bucket, give its domain in change.domain")
	case b.part.New.Within(b.part.Old), b.part.Old.Within(b.part.New):
		b.add(release.Block, release.SidesNested,
			fmt.Sprintf("one side lies inside the other: the primary serves %s, the new build is at %s", b.part.Old, b.part.New),
			"the assets that are carried from one side to the other would be those of every release that lies below it",
			"copy what is live to a prefix of its own, such as /releases/first, release that once with change.kind origin, and then this")
	default:
		return true
	}
	return false
}

// add is a finding.
func (b *build) add(level, name, fact, why, do string) {
	b.part.Findings = append(b.part.Findings, release.Finding{
		Level: level, Name: name, Fact: distribution.Shorten(fact, mostText), Why: why, Do: do,
		Acknowledged: level == release.Warn && slices.Contains(b.plan.Acknowledge, name),
	})
}

// conclude adds what can only be said in the end.
func (b *build) conclude() release.Content {
	if len(b.encrypted) > 0 {
		b.add(release.Warn, release.ContentEncrypted,
			"AWS KMS has encrypted "+listed(b.encrypted)+"; this workflow could read it",
			"that CloudFront can is another thing: the key's policy has to let in both distributions, and it cannot be seen from here",
			"let cloudfront.amazonaws.com use the key for AWS:SourceArn of both distributions (CloudFront Developer Guide, SSE-KMS), then acknowledge "+release.ContentEncrypted)
	}
	b.part.Passed = !slices.ContainsFunc(b.part.Findings, release.Finding.Blocks)
	return b.part
}
