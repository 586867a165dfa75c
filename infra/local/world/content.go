package world

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/infra/local/site"
	"cloudfront-cd/internal/distribution"
)

// Target is where an origin points: what a release may bring is there before it begins, because a pipeline has put it there.
type Target struct{ Domain, Path string }

// Publish puts a build of the site where an origin with this domain and path finds it.
func (w *World) Publish(at Target, build site.Build) error {
	objects, err := build.Objects()
	if err != nil {
		return err
	}
	bucket, _ := distribution.ParseS3Domain(at.Domain)
	for _, o := range objects {
		if bucket == "" {
			w.website(at.Domain).put(at.Path+"/"+o.Key, o.Body, o.Header)
			continue
		}
		if err := w.S3.Put(bucket, strings.TrimPrefix(at.Path+"/"+o.Key, "/"), o.Body, o.Header); err != nil {
			return err
		}
	}
	return nil
}

// addContent gives every origin that the pair has, or may get, a build of the site that bears its path's name.
func (w *World) addContent(o Options) error {
	calls := calls(o.Primary)
	done := map[Target]bool{}
	targets := append(targetsOf(o.Primary), targetsOf(o.Staging)...)
	for _, t := range append(targets, o.Published...) {
		if done[t] {
			continue
		}
		done[t] = true
		if err := w.addBucket(t.Domain, o); err != nil {
			return err
		}
		if err := w.Publish(t, site.Build{Name: nameOf(t), Calls: calls}); err != nil {
			return fmt.Errorf("publish the site at %s%s: %w", t.Domain, t.Path, err)
		}
	}
	return nil
}

// nameOf is a build's name as it stands in file names.
func nameOf(t Target) string {
	name := strings.ReplaceAll(strings.Trim(t.Path, "/"), "/", "-")
	if name == "" {
		return "site"
	}
	return name
}

func targetsOf(config *types.DistributionConfig) []Target {
	var targets []Target
	for _, o := range items(config) {
		targets = append(targets, Target{aws.ToString(o.DomainName), aws.ToString(o.OriginPath)})
	}
	return targets
}

func items(config *types.DistributionConfig) []types.Origin {
	if config.Origins == nil {
		return nil
	}
	return config.Origins.Items
}

// calls are URLs that go to an API: one for each behaviour that viewers may use without a signature and whose origin is no
// bucket.
func calls(config *types.DistributionConfig) []string {
	api := map[string]bool{}
	for _, o := range items(config) {
		bucket, _ := distribution.ParseS3Domain(aws.ToString(o.DomainName))
		api[aws.ToString(o.Id)] = bucket == ""
	}
	var urls []string
	if config.CacheBehaviors == nil {
		return nil
	}
	for _, b := range config.CacheBehaviors.Items {
		signed := b.TrustedKeyGroups != nil && aws.ToBool(b.TrustedKeyGroups.Enabled) ||
			b.TrustedSigners != nil && aws.ToBool(b.TrustedSigners.Enabled)
		if !api[aws.ToString(b.TargetOriginId)] || signed {
			continue
		}
		url := strings.NewReplacer("*", "session", "?", "x").Replace(aws.ToString(b.PathPattern))
		urls = append(urls, "/"+strings.TrimPrefix(url, "/"))
	}
	return urls
}
