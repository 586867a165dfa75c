package cloudfront_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
)

func BenchmarkGetDistribution(b *testing.B) {
	w, _ := newPair(b, byWeight(true))
	b.ReportAllocs()
	for b.Loop() {
		w.get(b, primaryID)
	}
}

func BenchmarkUpdateDistribution(b *testing.B) {
	w, _ := newPair(b, byWeight(true))
	got := w.config(b, primaryID)
	etag := got.ETag
	b.ReportAllocs()
	for b.Loop() {
		out, err := w.client.UpdateDistribution(b.Context(), &sdk.UpdateDistributionInput{
			Id: aws.String(primaryID), IfMatch: etag, DistributionConfig: got.DistributionConfig,
		})
		must(b, err)
		etag = out.ETag
		w.settle()
	}
}
