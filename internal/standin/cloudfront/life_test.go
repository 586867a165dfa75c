package cloudfront_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// TestLifeOfAPair goes through continuous deployment as the AWS CLI's documentation does, and takes everything down again.
func TestLifeOfAPair(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	one := config("one")
	one.Aliases = aliases("www.example.com")
	primary := w.create(t, primaryID, one)
	if got := aws.ToString(primary.Location); got != "https://cloudfront.amazonaws.com/2020-05-31/distribution/"+primaryID {
		t.Errorf("got location %s", got)
	}
	w.settle()

	w.NextID(stagingID)
	staged, err := w.client.CopyDistribution(ctx, &sdk.CopyDistributionInput{
		PrimaryDistributionId: aws.String(primaryID), IfMatch: primary.ETag,
		CallerReference: aws.String("two"), Staging: aws.Bool(true),
	})
	must(t, err)
	if cfg := staged.Distribution.DistributionConfig; !*cfg.Staging || !*cfg.Enabled || *cfg.CallerReference != "two" {
		t.Errorf("got a copy with Staging %v, Enabled %v, CallerReference %s", *cfg.Staging, *cfg.Enabled, *cfg.CallerReference)
	}
	if got := staged.Distribution.DistributionConfig.Aliases; *got.Quantity != 0 {
		t.Errorf("got a copy with aliases %v", got.Items)
	}
	w.settle()

	policy, err := w.client.CreateContinuousDeploymentPolicy(ctx, &sdk.CreateContinuousDeploymentPolicyInput{
		ContinuousDeploymentPolicyConfig: weightPolicy(*staged.Distribution.DomainName, 0.15),
	})
	must(t, err)
	policyID := *policy.ContinuousDeploymentPolicy.Id
	w.mustUpdate(t, primaryID, func(cfg *types.DistributionConfig) { cfg.ContinuousDeploymentPolicyId = &policyID })
	w.mustUpdate(t, stagingID, to("/green"))
	w.settle()

	promoted, err := w.promote(t, ", ")
	must(t, err)
	cfg := promoted.Distribution.DistributionConfig
	if got := *cfg.Origins.Items[0].OriginPath; got != "/green" {
		t.Errorf("got origin path %s after the promotion, want /green", got)
	}
	if *cfg.ContinuousDeploymentPolicyId != policyID || *cfg.Staging || *cfg.CallerReference != "one" {
		t.Errorf("the promotion copied what it must not: %s, %v, %s",
			*cfg.ContinuousDeploymentPolicyId, *cfg.Staging, *cfg.CallerReference)
	}
	if got, _ := w.LivePolicy(policyID); got.Enabled {
		t.Error("the promotion left the policy enabled")
	}
	w.settle()

	w.mustUpdate(t, primaryID, func(cfg *types.DistributionConfig) { cfg.ContinuousDeploymentPolicyId = aws.String("") })
	live, _ := w.LivePolicy(policyID)
	_, err = w.client.DeleteContinuousDeploymentPolicy(ctx, &sdk.DeleteContinuousDeploymentPolicyInput{
		Id: &policyID, IfMatch: aws.String(live.ETag),
	})
	must(t, err)
	for _, id := range []string{stagingID, primaryID} {
		off := w.mustUpdate(t, id, func(cfg *types.DistributionConfig) { cfg.Enabled = aws.Bool(false) })
		w.settle()
		_, err = w.client.DeleteDistribution(ctx, &sdk.DeleteDistributionInput{Id: aws.String(id), IfMatch: off.ETag})
		must(t, err)
	}
	if left := append(w.Distributions(), w.Policies()...); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	_, err = w.client.GetDistribution(ctx, &sdk.GetDistributionInput{Id: aws.String(primaryID)})
	wantCode(t, err, "NoSuchDistribution", 404)
}

func TestPromotionKeepsAliasesAndStagingsETag(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	w.mustUpdate(t, primaryID, func(cfg *types.DistributionConfig) {
		cfg.Aliases = &types.Aliases{Quantity: aws.Int32(1), Items: []string{"www.example.com"}}
	})
	w.mustUpdate(t, stagingID, to("/green"))
	w.settle()
	before, _ := w.Live(primaryID)
	staged, _ := w.Live(stagingID)

	out, err := w.promote(t, ",")
	must(t, err)
	if *out.ETag == before.ETag {
		t.Error("the primary kept its ETag")
	}
	if got := w.config(t, stagingID); *got.ETag != staged.ETag {
		t.Error("the staging distribution got a new ETag")
	}
	if got := *out.Distribution.Status; got != "InProgress" {
		t.Errorf("got status %s right after the promotion", got)
	}
	live, _ := w.Live(primaryID)
	if got := live.Text("Aliases/[www.example.com]"); got != "www.example.com" {
		t.Error("the promotion lost the alias")
	}
}

func TestPolicyWriteRedeploysThePrimary(t *testing.T) {
	w, pair := newPair(t, byWeight(false))
	before, _ := w.Live(primaryID)
	must(t, w.updatePolicy(t, pair.Policy.ID, enabled(true)))
	got := w.get(t, primaryID)
	if *got.Distribution.Status != "InProgress" || *got.ETag == before.ETag {
		t.Errorf("got status %s and ETag changed %v, want InProgress and a new one",
			*got.Distribution.Status, *got.ETag != before.ETag)
	}
	if serving, _ := w.Serving(0, primaryID); serving.Policy.Enabled {
		t.Error("a POP has the policy's new state before it could")
	}
	w.settle()
	serving, _ := w.Serving(0, primaryID)
	if !serving.Policy.Enabled || serving.Staging == nil || serving.Staging.ID != stagingID {
		t.Errorf("got %+v after the propagation, want an enabled policy with staging", serving)
	}
	if w.Status(primaryID) != "Deployed" {
		t.Error("the primary is not Deployed")
	}
}

func TestConfigIsReadBackAsWritten(t *testing.T) {
	w := newWorld(t)
	w.create(t, primaryID, config("one"))
	w.mustUpdate(t, primaryID, func(cfg *types.DistributionConfig) {
		cfg.CustomErrorResponses = &types.CustomErrorResponses{Quantity: aws.Int32(1), Items: []types.CustomErrorResponse{{
			ErrorCode: aws.Int32(404), ResponsePagePath: aws.String("/index.html"), ResponseCode: aws.String("200"),
		}}}
		cfg.Comment = aws.String(" a \"quoted\" <b>\n\tüé ")
	})
	got := w.config(t, primaryID).DistributionConfig
	if *got.Comment != " a \"quoted\" <b>\n\tüé " {
		t.Errorf("got comment %q", *got.Comment)
	}
	live, _ := w.Live(primaryID)
	for path, want := range map[string]string{
		"Origins/site/DomainName":                   "site.s3.us-east-1.amazonaws.com",
		"CustomErrorResponses/404/ResponsePagePath": "/index.html",
		"PriceClass":   "PriceClass_All",
		"Nothing/here": "",
	} {
		if got := live.Text(path); got != want {
			t.Errorf("got %q at %s, want %q", got, path, want)
		}
	}
	// A second round trip through the SDK's types changes nothing but the ETag.
	again := w.mustUpdate(t, primaryID, func(*types.DistributionConfig) {})
	if *again.ETag == live.ETag {
		t.Error("a write kept the ETag")
	}
	if after := encode(t, again.Distribution.DistributionConfig); after.Value("CustomErrorResponses/404/ResponseCode") != "200" {
		t.Error("the round trip lost a custom error response")
	}
}

func TestListsArePaged(t *testing.T) {
	w := newWorld(t)
	var domains []string
	for _, ref := range []string{"a", "b", "c", "d", "e"} {
		domains = append(domains, *w.create(t, "", staging(ref)).Distribution.DomainName)
	}
	seen := map[string]bool{}
	pages := sdk.NewListDistributionsPaginator(w.client, &sdk.ListDistributionsInput{MaxItems: aws.Int32(2)})
	for n := 0; pages.HasMorePages(); n++ {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		if *page.DistributionList.Quantity != 5 || n > 2 {
			t.Errorf("page %d has quantity %d", n, *page.DistributionList.Quantity)
		}
		for _, d := range page.DistributionList.Items {
			seen[*d.Id] = true
			if live, _ := w.Live(*d.Id); *d.ETag != live.ETag || !*d.Staging || *d.Status != "InProgress" {
				t.Errorf("got summary %s %v %s", *d.ETag, *d.Staging, *d.Status)
			}
		}
	}
	if len(seen) != 5 {
		t.Errorf("got %d distributions, want 5", len(seen))
	}
	for _, domain := range domains[:3] {
		_, err := w.client.CreateContinuousDeploymentPolicy(t.Context(), &sdk.CreateContinuousDeploymentPolicyInput{
			ContinuousDeploymentPolicyConfig: weightPolicy(domain, 0.1),
		})
		must(t, err)
	}
	first, err := w.client.ListContinuousDeploymentPolicies(t.Context(),
		&sdk.ListContinuousDeploymentPoliciesInput{MaxItems: aws.Int32(2)})
	must(t, err)
	rest, err := w.client.ListContinuousDeploymentPolicies(t.Context(),
		&sdk.ListContinuousDeploymentPoliciesInput{Marker: first.ContinuousDeploymentPolicyList.NextMarker})
	must(t, err)
	if a, b := len(first.ContinuousDeploymentPolicyList.Items), len(rest.ContinuousDeploymentPolicyList.Items); a != 2 || b != 1 {
		t.Errorf("got %d and %d policies, want 2 and 1", a, b)
	}
	if q := *first.ContinuousDeploymentPolicyList.Quantity; q != 3 {
		t.Errorf("got quantity %d, want that of the account, 3", q)
	}
	got := rest.ContinuousDeploymentPolicyList.Items[0].ContinuousDeploymentPolicy.ContinuousDeploymentPolicyConfig
	if *got.TrafficConfig.SingleWeightConfig.Weight != 0.1 {
		t.Error("a listed policy lacks its config")
	}
}
