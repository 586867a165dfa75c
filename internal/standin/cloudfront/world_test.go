package cloudfront_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

func TestAddPairIsAWorldThatHasAlwaysBeen(t *testing.T) {
	w, pair := newPair(t, byWeight(true))
	for _, id := range []string{primaryID, stagingID} {
		if have, all := w.Progress(id); have != all || w.Status(id) != "Deployed" {
			t.Errorf("%s is %s at %d of %d POPs", id, w.Status(id), have, all)
		}
	}
	if len(w.Log()) != 0 {
		t.Errorf("the log begins with %d writes", len(w.Log()))
	}
	serving, ok := w.Serving(3, primaryID)
	if !ok || serving.Staging.ID != stagingID || serving.Policy.Weight != 0.05 || serving.Policy.ID != pair.Policy.ID {
		t.Errorf("got %+v", serving)
	}
	got := w.config(t, primaryID).DistributionConfig
	if *got.ContinuousDeploymentPolicyId != pair.Policy.ID || *got.Staging {
		t.Errorf("got primary with policy %s, Staging %v", *got.ContinuousDeploymentPolicyId, *got.Staging)
	}
	if !*w.config(t, stagingID).DistributionConfig.Staging {
		t.Error("staging is not a staging distribution")
	}
	must(t, w.updatePolicy(t, pair.Policy.ID, enabled(false)))
}

func TestAddPairRefusesWhatCannotBe(t *testing.T) {
	good := encode(t, config("one"))
	bad := good.Clone()
	bad.Set("DefaultCacheBehavior/TargetOriginId", "elsewhere")
	heavy := byWeight(true)
	heavy.Weight = 0.5
	tests := map[string]struct {
		pair cloudfront.Pair
		code string
		text string
	}{
		"a behaviour without its origin": {
			cloudfront.Pair{Primary: bad, Staging: good, Policy: byWeight(true)}, "NoSuchOrigin", "primary",
		},
		"no staging config": {cloudfront.Pair{Primary: good, Policy: byWeight(true)}, "InvalidArgument", "staging"},
		"a policy that is not valid": {
			cloudfront.Pair{Primary: good, Staging: good, Policy: heavy}, "InvalidArgument", "policy",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := newWorld(t).AddPair(tt.pair)
			if cloudfront.ErrorCode(err) != tt.code || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got %v, want %s and the word %q", err, tt.code, tt.text)
			}
		})
	}
}

func TestEditsOfAColleague(t *testing.T) {
	w, pair := newPair(t, byWeight(true))
	before, _ := w.Live(primaryID)
	must(t, w.Edit(primaryID, func(n *cloudfront.Node) {
		n.Child("Aliases").AddItem(cloudfront.Leaf("CNAME", "www.example.com"))
		n.Set(site, "/red")
	}))
	after := w.config(t, primaryID)
	if *after.ETag == before.ETag || after.DistributionConfig.Aliases.Items[0] != "www.example.com" ||
		*after.DistributionConfig.Origins.Items[0].OriginPath != "/red" {
		t.Errorf("got %+v", after.DistributionConfig)
	}
	if before.Text(site) != "/blue" || w.Status(primaryID) != "InProgress" {
		t.Error("the edit changed the old version or started no propagation")
	}
	err := w.Edit(primaryID, func(n *cloudfront.Node) { n.Set("PriceClass", "PriceClass_100") })
	if cloudfront.ErrorCode(err) != "IllegalUpdate" {
		t.Errorf("got %v for a frozen field", err)
	}
	must(t, w.EditPolicy(pair.Policy.ID, func(n *cloudfront.Node) { n.Set("TrafficConfig/SingleWeightConfig/Weight", "0.07") }))
	if got, _ := w.LivePolicy(pair.Policy.ID); got.Weight != 0.07 || !got.Enabled {
		t.Errorf("got %+v", got)
	}
}

func TestLogSaysWhoWroteWhat(t *testing.T) {
	w, pair := newPair(t, byWeight(true))
	other := sdk.NewFromConfig(transport.ConfigAs(w.calls, "AKIAOTHER"))
	before, _ := w.Live(primaryID)
	w.settle()
	w.mustUpdate(t, stagingID, to("/green"))
	must(t, w.Edit(stagingID, func(n *cloudfront.Node) { n.Set("Comment", "mine") }))
	w.settle()
	staged, _ := w.Live(stagingID)
	_, err := other.UpdateDistributionWithStagingConfig(t.Context(), &sdk.UpdateDistributionWithStagingConfigInput{
		Id: aws.String(primaryID), StagingDistributionId: aws.String(stagingID),
		IfMatch: aws.String(before.ETag + "," + staged.ETag),
	})
	must(t, err)
	_, err = w.promote(t, ",")
	wantCode(t, err, "IllegalUpdate", 400)

	log := w.Log()
	type line struct{ operation, who, id string }
	var got []line
	for _, l := range log {
		got = append(got, line{l.Operation, l.Who, l.ID})
	}
	want := []line{
		{"UpdateDistribution", transport.AccessKey, stagingID},
		{"UpdateDistribution", "console", stagingID},
		{"UpdateDistributionWithStagingConfig", "AKIAOTHER", pair.Policy.ID},
		{"UpdateDistributionWithStagingConfig", "AKIAOTHER", primaryID},
	}
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
	if log[1].ETagBefore != log[0].ETagAfter || log[1].Config.Text("Comment") != "mine" || log[2].Policy.Enabled {
		t.Errorf("got %+v", log[1])
	}
}

func TestTagsAndMonitoring(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	made, err := w.client.CreateDistributionWithTags(ctx, &sdk.CreateDistributionWithTagsInput{
		DistributionConfigWithTags: &types.DistributionConfigWithTags{
			DistributionConfig: config("one"),
			Tags:               &types.Tags{Items: []types.Tag{{Key: aws.String("team"), Value: aws.String("web")}}},
		},
	})
	must(t, err)
	arn := made.Distribution.ARN
	_, err = w.client.TagResource(ctx, &sdk.TagResourceInput{Resource: arn, Tags: &types.Tags{Items: []types.Tag{
		{Key: aws.String("team"), Value: aws.String("edge")}, {Key: aws.String("pair"), Value: aws.String("1")},
	}}})
	must(t, err)
	_, err = w.client.UntagResource(ctx, &sdk.UntagResourceInput{Resource: arn, TagKeys: &types.TagKeys{Items: []string{"pair"}}})
	must(t, err)
	tags, err := w.client.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{Resource: arn})
	must(t, err)
	if got := tags.Tags.Items; len(got) != 1 || *got[0].Key != "team" || *got[0].Value != "edge" {
		t.Errorf("got tags %v", got)
	}
	id := made.Distribution.Id
	must(t, w.subscribe(t, *id))
	got, err := w.client.GetMonitoringSubscription(ctx, &sdk.GetMonitoringSubscriptionInput{DistributionId: id})
	must(t, err)
	if status := got.MonitoringSubscription.RealtimeMetricsSubscriptionConfig.RealtimeMetricsSubscriptionStatus; status != "Enabled" ||
		!w.AdditionalMetrics(*id) {
		t.Errorf("got status %s", status)
	}
	_, err = w.client.DeleteMonitoringSubscription(ctx, &sdk.DeleteMonitoringSubscriptionInput{DistributionId: id})
	must(t, err)
	if w.AdditionalMetrics(*id) {
		t.Error("the subscription is still there")
	}
}

func TestThrottling(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	w.Throttle = cloudfront.Throttle{Burst: 2, PerSecond: 0.5}
	read := func() error {
		_, err := w.client.GetDistribution(t.Context(), &sdk.GetDistributionInput{Id: aws.String(primaryID)})
		return err
	}
	must(t, read())
	must(t, read())
	wantCode(t, read(), "Throttling", 400)
	w.clock.Advance(2e9)
	must(t, read())
	wantCode(t, read(), "Throttling", 400)
}
