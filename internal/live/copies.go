package live

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/fault"
)

// CopyReference is the CallerReference of the staging distribution that an execution copies from a primary. It begins with
// the primary, so that a later execution finds what an earlier one has made; and it ends with the execution, because
// CloudFront may remember the reference of a distribution that was deleted since ("a value that you already sent in a
// previous request", CloudFront API Reference, DistributionConfig).
func CopyReference(primary, execution string) string { return copyPrefix(primary) + execution }

func copyPrefix(primary string) string { return "cloudfront-cd/" + primary + "/" }

// CopyFinder lists distributions and reads their configs: a list does not tell a CallerReference.
type CopyFinder interface {
	cloudfront.ListDistributionsAPIClient
	ConfigReader
}

// Staging are the staging distributions of the account, and All is the number of all distributions.
type Staging struct {
	Items []types.DistributionSummary
	All   int
}

// ListStaging reads the whole list, page by page.
func ListStaging(ctx context.Context, api cloudfront.ListDistributionsAPIClient) (Staging, error) {
	var found Staging
	pages := cloudfront.NewListDistributionsPaginator(api, &cloudfront.ListDistributionsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return Staging{}, fmt.Errorf("list distributions: %w", err)
		}
		if page.DistributionList == nil {
			continue
		}
		found.All += len(page.DistributionList.Items)
		for _, d := range page.DistributionList.Items {
			if aws.ToBool(d.Staging) {
				found.Items = append(found.Items, d)
			}
		}
	}
	return found, nil
}

// FindCopy is the first of the staging distributions that some execution has copied from the primary; empty if none has.
// There are few: AWS allows 20 in an account unless asked for more (CloudFront Developer Guide, Quotas).
func FindCopy(ctx context.Context, api ConfigReader, among Staging, primary string) (types.DistributionSummary, error) {
	for _, d := range among.Items {
		config, err := ReadConfig(ctx, api, aws.ToString(d.Id))
		if fault.Code(err) == NoSuchDistribution { // deleted since the list was made
			continue
		}
		if err != nil {
			return types.DistributionSummary{}, err
		}
		if strings.HasPrefix(aws.ToString(config.CallerReference), copyPrefix(primary)) {
			return d, nil
		}
	}
	return types.DistributionSummary{}, nil
}
