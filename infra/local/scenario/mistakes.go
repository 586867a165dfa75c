package scenario

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/infra/local/site"
	"cloudfront-cd/infra/local/world"
)

// staged releases what a pipeline has deployed to staging.
const staged = `{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "ramp": [{"weight": 0.05, "observe": "5m"}, {"weight": 0.15, "observe": "10m"}],
	"bake": "10m", "acknowledge": ["custom-error-responses"]}`

// cachingOptimized is AWS's managed cache policy for files: no query, no cookie and no header is in the key or reaches the
// origin (CloudFront Developer Guide, "Use managed cache policies").
const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"

// mistakes are in the config or the content of staging, as people make them. What they do to viewers follows from the edge.
func mistakes() []Scenario {
	return []Scenario{
		{
			Name: "inverted-cache-key", Story: "Staging caches the API like files: the query is not in the cache key, so it does not reach the API, which answers 400.",
			Request: staged, Ends: toRolledBack(),
			Options: func(o *world.Options) {
				api := &o.Staging.CacheBehaviors.Items[0]
				api.CachePolicyId, api.OriginRequestPolicyId = aws.String(cachingOptimized), nil
			},
		},
		{
			Name: "missing-header", Story: "Staging's API origin lacks the secret header that proves CloudFront to the API, which answers 401.",
			Request: staged, Ends: toRolledBack(),
			Options: func(o *world.Options) {
				o.Staging.Origins.Items[1].CustomHeaders = &types.CustomHeaders{Quantity: aws.Int32(0)}
			},
		},
		{
			Name: "broken-root", Story: "The pipeline has uploaded everything but the root document, which is the page for errors, too: viewers get 403.",
			Ends: toRolledBack(), Prepare: func(w *world.World) error { return w.S3.Delete(siteBucket, green[1:]+"/"+site.Root) },
		},
	}
}
