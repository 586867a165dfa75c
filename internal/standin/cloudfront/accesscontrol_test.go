package cloudfront_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

func TestLifeOfAnOriginAccessControl(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	ctx := t.Context()
	made := w.createAccessControl(t, "site")
	id := made.OriginAccessControl.Id
	if got := aws.ToString(made.Location); got != "https://cloudfront.amazonaws.com/2020-05-31/origin-access-control/"+*id {
		t.Errorf("got location %s", got)
	}
	w.mustUpdate(t, primaryID, origin(func(o *types.Origin) { o.OriginAccessControlId = id }))
	changed := accessControl("renamed")
	changed.SigningBehavior = types.OriginAccessControlSigningBehaviorsNoOverride
	updated, err := w.client.UpdateOriginAccessControl(ctx, &sdk.UpdateOriginAccessControlInput{Id: id, IfMatch: made.ETag, OriginAccessControlConfig: changed})
	must(t, err)
	updated, err = w.client.UpdateOriginAccessControl(ctx, &sdk.UpdateOriginAccessControlInput{Id: id, IfMatch: updated.ETag, OriginAccessControlConfig: changed})
	must(t, err) // it may keep its own name
	got, err := w.client.GetOriginAccessControlConfig(ctx, &sdk.GetOriginAccessControlConfigInput{Id: id})
	must(t, err)
	if *got.ETag != *updated.ETag || *got.ETag == *made.ETag || *got.OriginAccessControlConfig.Name != "renamed" || *got.OriginAccessControlConfig.Description != "" {
		t.Errorf("got %+v, version %s", got.OriginAccessControlConfig, *got.ETag)
	}
	if w.OriginAccessControl(*id).Value("SigningBehavior") != "no-override" || w.OriginAccessControl("x") != nil {
		t.Error("Go sees another origin access control")
	}
	list, err := w.client.ListOriginAccessControls(ctx, &sdk.ListOriginAccessControlsInput{})
	must(t, err)
	if l := list.OriginAccessControlList; len(l.Items) != 1 || *l.Items[0].Name != "renamed" || *l.Items[0].Id != *id || *l.IsTruncated {
		t.Errorf("got %+v", l)
	}
	none, err := w.client.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{
		Resource: aws.String("arn:aws:cloudfront::" + w.Account() + ":origin-access-control/" + *id),
	})
	must(t, err)
	if len(none.Tags.Items) != 0 {
		t.Errorf("got tags %v", none.Tags.Items)
	}
	w.mustUpdate(t, primaryID, origin(func(o *types.Origin) { o.OriginAccessControlId = aws.String("") }))
	_, err = w.client.DeleteOriginAccessControl(ctx, &sdk.DeleteOriginAccessControlInput{Id: id, IfMatch: updated.ETag})
	must(t, err)
	_, err = w.client.GetOriginAccessControl(ctx, &sdk.GetOriginAccessControlInput{Id: id})
	wantCode(t, err, "NoSuchOriginAccessControl", 404)
}

// TestADeletedDistributionUsesNothing: neither its origin access control, nor its aliases, nor its caller reference.
func TestADeletedDistributionUsesNothing(t *testing.T) {
	w := newWorld(t)
	made := w.createAccessControl(t, "site")
	cfg := config("one")
	cfg.Enabled, cfg.Aliases = aws.Bool(false), aliases("www.example.com")
	cfg.Origins.Items[0].OriginAccessControlId = made.OriginAccessControl.Id
	one := w.create(t, primaryID, cfg)
	w.settle()
	_, err := w.client.DeleteDistribution(t.Context(), &sdk.DeleteDistributionInput{Id: aws.String(primaryID), IfMatch: one.ETag})
	must(t, err)
	_, err = w.client.DeleteOriginAccessControl(t.Context(), &sdk.DeleteOriginAccessControlInput{
		Id: made.OriginAccessControl.Id, IfMatch: made.ETag,
	})
	must(t, err)
	cfg.Origins.Items[0].OriginAccessControlId = nil
	w.create(t, "", cfg)
	list, err := w.client.ListDistributions(t.Context(), &sdk.ListDistributionsInput{})
	must(t, err)
	if n := len(list.DistributionList.Items); n != 1 || *list.DistributionList.Quantity != 1 {
		t.Errorf("got %d distributions of %d, want the second one alone", n, *list.DistributionList.Quantity)
	}
}

func TestTheOriginAccessControlsOfAWorldHaveAlwaysExisted(t *testing.T) {
	w := newWorld(t)
	cfg := config("one")
	secondOrigin(cfg)
	cfg.Origins.Items[0].OriginAccessControlId = aws.String("E1SITE00000000")
	cfg.Origins.Items[1].OriginAccessControlId = aws.String("E2FUNCTION0000")
	cfg.Origins.Items[1].DomainName = aws.String("x.lambda-url.us-east-1.on.aws")
	_, err := w.AddDistribution(primaryID, encode(t, cfg))
	must(t, err)
	for id, kind := range map[string]types.OriginAccessControlOriginTypes{"E1SITE00000000": "s3", "E2FUNCTION0000": "lambda"} {
		got, err := w.client.GetOriginAccessControl(t.Context(), &sdk.GetOriginAccessControlInput{Id: &id})
		must(t, err)
		if c := got.OriginAccessControl.OriginAccessControlConfig; c.OriginAccessControlOriginType != kind || c.SigningBehavior != "always" {
			t.Errorf("got %+v for %s", c, id)
		}
	}
	if len(w.Log()) != 0 {
		t.Error("the log begins with a write")
	}
	cfg.Origins.Items, cfg.Origins.Quantity = cfg.Origins.Items[:1], aws.Int32(1)
	cfg.CallerReference = aws.String("two")
	w.create(t, "", cfg)
}
