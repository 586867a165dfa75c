package cloudfront_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
)

// printed is a config as "aws cloudfront get-distribution-config" prints it.
const printed = `{"ETag": "E2QWRUHAPOMQZL", "DistributionConfig": {
	"CallerReference": "cli-1", "Aliases": {"Quantity": 1, "Items": ["www.example.com"]}, "DefaultRootObject": "index.html",
	"Origins": {"Quantity": 1, "Items": [{"Id": "site", "DomainName": "b.s3.us-east-1.amazonaws.com", "OriginPath": "/blue",
		"CustomHeaders": {"Quantity": 0}, "S3OriginConfig": {"OriginAccessIdentity": ""}, "OriginAccessControlId": "E3OAC"}]},
	"OriginGroups": {"Quantity": 0, "Items": []},
	"DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "redirect-to-https", "Compress": true,
		"CachePolicyId": "11111111-2222-3333-4444-666666666666",
		"AllowedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"], "CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]}}},
	"CacheBehaviors": {"Quantity": 1, "Items": [{"PathPattern": "/api/*", "TargetOriginId": "site",
		"ViewerProtocolPolicy": "https-only", "ForwardedValues": {"QueryString": false, "Cookies": {"Forward": "none"}}}]},
	"Comment": "", "PriceClass": "PriceClass_All", "Enabled": true, "HttpVersion": "http2", "Staging": false,
	"ContinuousDeploymentPolicyId": "11111111-2222-3333-4444-555555555555"}}`

func TestConfigPrintedByTheCLIBecomesAPair(t *testing.T) {
	var file struct {
		DistributionConfig types.DistributionConfig `json:"DistributionConfig"`
	}
	must(t, json.Unmarshal([]byte(printed), &file))
	tree := encode(t, &file.DistributionConfig)
	w := newWorld(t)
	pair, err := w.AddPair(cloudfront.Pair{Primary: tree, Staging: tree, Policy: byWeight(false)})
	must(t, err)
	primary, _ := w.Live(pair.PrimaryID)
	staged, _ := w.Live(pair.StagingID)
	for path, want := range map[string]string{
		"Aliases/[www.example.com]":                    "www.example.com",
		"CacheBehaviors/[/api/*]/ViewerProtocolPolicy": "https-only",
		"Origins/site/OriginAccessControlId":           "E3OAC",
		"ContinuousDeploymentPolicyId":                 pair.Policy.ID,
	} {
		if got := primary.Text(path); got != want {
			t.Errorf("got %q at %s, want %q", got, path, want)
		}
	}
	if staged.Text("Aliases/Quantity") != "0" || staged.Text("ContinuousDeploymentPolicyId") != "" {
		t.Error("staging has the primary's aliases or policy")
	}
	w.mustUpdate(t, pair.PrimaryID, to("/green"))
	w.mustUpdate(t, pair.StagingID, to("/green"))
}

func TestEncodeRefusesWhatTheSDKRefuses(t *testing.T) {
	cfg := config("one")
	cfg.Origins = nil
	_, err := cloudfront.Encode(t.Context(), cfg)
	if err == nil || !strings.Contains(err.Error(), "Origins") {
		t.Errorf("got %v, want an error that names Origins", err)
	}
}
