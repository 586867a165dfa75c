package account

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/fault"
)

// Requests is how many requests one call makes at most: at a tenth of a second each they take a third of a Lambda's time.
const Requests = 200

// Walk is a look through all distributions, in CloudFront's order, that is cut into calls.
type Walk struct {
	// Marker is the last distribution that was visited. CloudFront's own NextMarker "is also the ID of the last distribution on
	// that page" (API Reference, ListDistributions), so that a look can go on behind any.
	Marker string
	// Requests counts those of this call.
	Requests int
}

// Visit looks at one distribution of a list. It says how many requests that took, and whether it has seen enough.
type Visit func(Distribution) (requests int, enough bool, err error)

// Go visits distributions until all were, or it is enough. It is not over where the call has made its requests, or where
// CloudFront asks to slow down after some progress; without any progress that is an error.
func (w *Walk) Go(ctx context.Context, api cloudfront.ListDistributionsAPIClient, visit Visit) (over bool, err error) {
	begun := w.Marker
	for {
		items, more, err := w.page(ctx, api)
		if err != nil {
			return false, w.slowDown(begun, err)
		}
		enough, err := w.each(items, visit)
		switch {
		case err != nil:
			return false, w.slowDown(begun, err)
		case enough:
			return true, nil
		case w.Requests >= Requests:
			return false, nil
		case !more:
			return true, nil
		}
	}
}

// page is the next page of the list.
func (w *Walk) page(ctx context.Context, api cloudfront.ListDistributionsAPIClient) (items []types.DistributionSummary, more bool, err error) {
	in := &cloudfront.ListDistributionsInput{}
	if w.Marker != "" {
		in.Marker = aws.String(w.Marker)
	}
	got, err := api.ListDistributions(ctx, in)
	w.Requests++
	if err != nil {
		return nil, false, fmt.Errorf("list the distributions: %w", err)
	}
	if got.DistributionList == nil {
		return nil, false, fault.Errorf(fault.Unavailable, "list the distributions: the answer carries no list")
	}
	return got.DistributionList.Items, aws.ToBool(got.DistributionList.IsTruncated), nil
}

// each visits a page, as far as the call's requests reach.
func (w *Walk) each(items []types.DistributionSummary, visit Visit) (enough bool, err error) {
	for _, item := range items {
		d := ofSummary(item)
		requests, enough, err := visit(d)
		w.Requests += requests
		if err != nil {
			return false, err
		}
		w.Marker = d.ID
		if enough || w.Requests >= Requests {
			return enough, nil
		}
	}
	return false, nil
}

// slowDown is not an error where this call has made progress: the next one goes on from there.
func (w *Walk) slowDown(begun string, err error) error {
	if fault.NameOf(err) == fault.Throttled && w.Marker != begun {
		return nil
	}
	return err
}
