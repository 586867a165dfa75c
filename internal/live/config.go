// Package live reads the pair as CloudFront has it now, and switches its policy off.
//
// CloudFront's reads lag its writes ("an immediate request for information about a distribution might not show the
// change", CloudFront Developer Guide, Distribution state), so a read can prove that something happened but never that it
// did not; the callers are written for that.
package live

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
)

// Deployed is the Status of a distribution whose last change is everywhere.
const Deployed = "Deployed"

// ConfigReader reads a distribution's config.
type ConfigReader interface {
	GetDistributionConfig(context.Context, *cloudfront.GetDistributionConfigInput, ...func(*cloudfront.Options)) (*cloudfront.GetDistributionConfigOutput, error)
}

// Config is a distribution's config with its ETag and the fingerprint of what a promotion copies.
type Config struct {
	*types.DistributionConfig

	ETag        string
	Fingerprint string
}

// ReadConfig reads the config of distribution id.
func ReadConfig(ctx context.Context, api ConfigReader, id string) (Config, error) {
	got, err := api.GetDistributionConfig(ctx, &cloudfront.GetDistributionConfigInput{Id: &id})
	if err != nil {
		return Config{}, fmt.Errorf("read the config of distribution %s: %w", id, err)
	}
	if got.DistributionConfig == nil {
		return Config{}, fault.Errorf(fault.Unavailable, "read the config of distribution %s: the answer carries none", id)
	}
	return Config{
		DistributionConfig: got.DistributionConfig,
		ETag:               aws.ToString(got.ETag),
		Fingerprint:        distribution.Fingerprint(got.DistributionConfig),
	}, nil
}
