package scenario

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/infra/local/world"
)

// rejected are the releases that are refused before anything is touched.
func rejected() []Scenario {
	return []Scenario{
		{
			Name: "http3", Story: "Both distributions speak HTTP/3, with which continuous deployment does not work.",
			Ends: toRejected(),
			Options: func(o *world.Options) {
				o.Primary.HttpVersion, o.Staging.HttpVersion = types.HttpVersionHttp2and3, types.HttpVersionHttp2and3
			},
		},
		{
			Name: "illegal-diff", Story: "Staging differs in its price class, which AWS would refuse at the promotion with one opaque sentence.",
			Ends:    toRejected(),
			Options: func(o *world.Options) { o.Staging.PriceClass = types.PriceClassPriceClass100 },
		},
		{
			Name: "staging-carries-other-changes", Story: "A config release was rolled back; staging still carries it when the next content release comes.",
			Ends:    toRejected(),
			Options: func(o *world.Options) { o.Staging.DefaultCacheBehavior.Compress = aws.Bool(false) },
		},
		{
			Name: "too-little-traffic", Story: "The site has three requests a minute: no plan of an hour can judge that.",
			Ends:    toRejected(),
			Options: func(o *world.Options) { o.RequestsPerMinute = 3 },
		},
	}
}
