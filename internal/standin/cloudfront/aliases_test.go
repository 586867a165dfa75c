package cloudfront_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/standin/cloudfront"
)

func TestConflictingAliasesAreListedWithHiddenIds(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	for id, names := range map[string][]string{
		"E1WILDCARD0000": {"*.example.com"}, "E2NAMES0000000": {"www.example.com", "a.b.example.com", "example.com", "www.example.org"},
	} {
		cfg := config(id)
		cfg.Aliases = aliases(names...)
		w.create(t, id, cfg)
	}
	for alias, want := range map[string][]string{
		"www.example.com":   {"*.example.com *******ARD0000", "www.example.com *******0000000"},
		"new.example.com":   {"*.example.com *******ARD0000"},
		"*.example.com":     {"*.example.com *******ARD0000", "a.b.example.com *******0000000", "www.example.com *******0000000"},
		"EXAMPLE.com":       {"example.com *******0000000"},
		"www.example.net":   nil,
		"*.www.example.org": nil,
	} {
		var got []string
		in := &sdk.ListConflictingAliasesInput{DistributionId: aws.String(primaryID), Alias: &alias, MaxItems: aws.Int32(1)}
		for {
			page, err := w.client.ListConflictingAliases(t.Context(), in)
			must(t, err)
			for _, v := range page.ConflictingAliasesList.Items {
				got = append(got, *v.Alias+" "+*v.DistributionId)
				if *v.AccountId != "******789012" || int(*page.ConflictingAliasesList.Quantity) != len(page.ConflictingAliasesList.Items) {
					t.Errorf("got account %s, quantity %d", *v.AccountId, *page.ConflictingAliasesList.Quantity)
				}
			}
			if in.Marker = page.ConflictingAliasesList.NextMarker; in.Marker == nil {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v for %s, want %v", got, alias, want)
		}
	}
}

func TestAnAliasMovesFromOneDistributionToAnother(t *testing.T) {
	w, pair := newPair(t, byWeight(true))
	w.Switches.AliasesWhileAttached = false
	source := config("source")
	source.Aliases = aliases("www.example.com", "other.example.com")
	w.create(t, "E1SOURCE000000", source)
	w.settle()
	associate := func(alias string) {
		t.Helper()
		_, err := w.client.AssociateAlias(t.Context(), &sdk.AssociateAliasInput{TargetDistributionId: aws.String(primaryID), Alias: &alias})
		must(t, err)
	}
	associate("www.example.com")
	associate("new.example.com")
	before := len(w.Log())
	associate("www.example.com")
	associate("WWW.example.com")
	if len(w.Log()) != before {
		t.Error("an alias that is there already was written again")
	}
	for id, want := range map[string][]string{primaryID: {"www.example.com", "new.example.com"}, "E1SOURCE000000": {"other.example.com"}} {
		if got := w.config(t, id).DistributionConfig.Aliases; !slices.Equal(got.Items, want) || int(*got.Quantity) != len(want) || w.Status(id) != "InProgress" {
			t.Errorf("got %v at %s, which is %s", got.Items, id, w.Status(id))
		}
	}
	if live, _ := w.Live(primaryID); live.Text("ContinuousDeploymentPolicyId") != pair.Policy.ID {
		t.Error("the policy is no longer attached")
	}
}

func TestAWorldMayHaveAliasesWithoutACertificate(t *testing.T) {
	w := newWorld(t)
	cfg := config("one")
	cfg.ViewerCertificate, cfg.Aliases = nil, aliases("www.example.com")
	_, err := w.AddDistribution(primaryID, encode(t, cfg))
	must(t, err)
	w.mustUpdate(t, primaryID, to("/green"))
	err = w.Edit(primaryID, func(n *cloudfront.Node) { n.Child("Aliases").AddItem(cloudfront.Leaf("CNAME", "new.example.com")) })
	if cloudfront.ErrorCode(err) != "InvalidViewerCertificate" {
		t.Errorf("got %v for one alias more", err)
	}
}
