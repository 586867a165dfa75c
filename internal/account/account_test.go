package account_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/fault"
)

// policies are pages of a list; the marker of a page is its number.
type policies []*types.ContinuousDeploymentPolicyList

func (p policies) ListContinuousDeploymentPolicies(_ context.Context, in *cloudfront.ListContinuousDeploymentPoliciesInput, _ ...func(*cloudfront.Options)) (*cloudfront.ListContinuousDeploymentPoliciesOutput, error) {
	page := 0
	if in.Marker != nil {
		page = int((*in.Marker)[0] - '0')
	}
	return &cloudfront.ListContinuousDeploymentPoliciesOutput{ContinuousDeploymentPolicyList: p[page]}, nil
}

func page(next *string, ids ...string) *types.ContinuousDeploymentPolicyList {
	list := &types.ContinuousDeploymentPolicyList{NextMarker: next}
	for _, id := range ids {
		list.Items = append(list.Items, types.ContinuousDeploymentPolicySummary{ContinuousDeploymentPolicy: &types.ContinuousDeploymentPolicy{
			Id: aws.String(id), LastModifiedTime: aws.Time(time.Unix(0, 0)),
			ContinuousDeploymentPolicyConfig: &types.ContinuousDeploymentPolicyConfig{
				Enabled: aws.Bool(id == "b"), StagingDistributionDnsNames: &types.StagingDistributionDnsNames{Items: []string{id + ".cloudfront.net"}},
			},
		}})
	}
	return list
}

func TestPoliciesOfAllPages(t *testing.T) {
	t.Parallel()
	got, err := account.Policies(t.Context(), policies{page(aws.String("1"), "a", "b"), page(nil, "c")})
	if err != nil || len(got) != 3 {
		t.Fatalf("got %+v and error %v", got, err)
	}
	want := account.Policy{ID: "b", Domain: "b.cloudfront.net", Enabled: true, LastModified: time.Unix(0, 0)}
	if got[1] != want {
		t.Errorf("got %+v, want %+v", got[1], want)
	}
}

func TestAListWithoutWhatItShouldHaveIsNotEmpty(t *testing.T) {
	t.Parallel()
	hollow := page(nil, "a")
	hollow.Items[0].ContinuousDeploymentPolicy.ContinuousDeploymentPolicyConfig = nil
	for _, p := range []policies{{nil}, {hollow}} {
		if _, err := account.Policies(t.Context(), p); fault.NameOf(err) != fault.Unavailable {
			t.Errorf("got %v", err)
		}
	}
}

// tags answers with an error, or with one tag; empty for an answer without a list.
type tags struct {
	err error
	key string
}

func (x tags) ListTagsForResource(context.Context, *cloudfront.ListTagsForResourceInput, ...func(*cloudfront.Options)) (*cloudfront.ListTagsForResourceOutput, error) {
	if x.err != nil || x.key == "" {
		return &cloudfront.ListTagsForResourceOutput{}, x.err
	}
	return &cloudfront.ListTagsForResourceOutput{Tags: &types.Tags{Items: []types.Tag{{Key: &x.key}}}}, nil
}

func TestWhatHasTheTagIsKept(t *testing.T) {
	t.Parallel()
	coded := func(code string) error { return &smithy.GenericAPIError{Code: code} }
	for name, c := range map[string]struct {
		tags  tags
		kept  bool
		fails bool
	}{
		"tagged":           {tags{key: account.KeepTag}, true, false},
		"tagged otherwise": {tags{key: "cloudfront-cd:kept"}, false, false},
		"not tagged":       {tags{}, false, false},
		"gone":             {tags{err: coded("NoSuchResource")}, false, false},
		"not to be read":   {tags{err: coded("AccessDenied")}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept, err := account.Kept(t.Context(), c.tags, account.Distribution{ID: "E1", ARN: "arn"})
			if kept != c.kept || (err != nil) != c.fails {
				t.Errorf("got kept %t, error %v", kept, err)
			}
		})
	}
}
