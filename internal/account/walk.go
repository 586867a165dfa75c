package account

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

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
		in := &cloudfront.ListDistributionsInput{}
		if w.Marker != "" {
			in.Marker = aws.String(w.Marker)
		}
		got, err := api.ListDistributions(ctx, in)
		w.Requests++
		if err != nil {
			return false, w.slowDown(begun, fmt.Errorf("list the distributions: %w", err))
		}
		if got.DistributionList == nil {
			return false, fault.Errorf(fault.Unavailable, "list the distributions: the answer carries no list")
		}
		for _, item := range got.DistributionList.Items {
			d := ofSummary(item)
			requests, enough, err := visit(d)
			w.Requests += requests
			if err != nil {
				return false, w.slowDown(begun, err)
			}
			w.Marker = d.ID
			if enough {
				return true, nil
			}
			if w.Requests >= Requests {
				return false, nil
			}
		}
		if !aws.ToBool(got.DistributionList.IsTruncated) {
			return true, nil
		}
	}
}

// slowDown is not an error where this call has made progress: the next one goes on from there.
func (w *Walk) slowDown(begun string, err error) error {
	if fault.NameOf(err) == fault.Throttled && w.Marker != begun {
		return nil
	}
	return err
}
