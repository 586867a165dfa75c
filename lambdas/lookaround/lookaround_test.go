package lookaround_test

import (
	"fmt"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/lookaround"
)

func look(t *testing.T, w *pairtest.World) (release.Look, error) {
	t.Helper()
	h := lookaround.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

// world is a pair and so many other distributions.
func world(t *testing.T, others int) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Locked)
	config, _ := w.CloudFront.Live(pairtest.Primary)
	tree := config.Tree().Clone()
	tree.Put(cloudfront.List("Aliases"))
	tree.Set("CallerReference", "")
	for i := range others {
		_, err := w.CloudFront.AddDistribution(fmt.Sprintf("E5OTHER%04d", i), tree)
		w.Must(err)
	}
	return w
}

func seen(w *pairtest.World, l release.Look) record.Cleanup {
	var c record.Cleanup
	w.Load(l.Record, &c)
	return c
}

func TestEveryDistributionAndEveryPolicyIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := world(t, 3)
	got, err := look(t, w)
	w.Must(err)
	if got.More || got.Distributions != 5 || got.Record != record.CleanupKey(w.Document.Execution) {
		t.Errorf("got %+v", got)
	}
	account := seen(w, got)
	primary, staging := account.Distributions[pairtest.Primary], account.Distributions[pairtest.Staging]
	if primary.PolicyID != pairtest.Policy || primary.ETag != w.Read(pairtest.Primary).ETag || primary.ARN == "" || primary.Staging {
		t.Errorf("got the primary %+v", primary)
	}
	if domain := w.LivePolicy().StagingDomain; !staging.Staging || !staging.Enabled || staging.Domain != domain || staging.LastModified.IsZero() {
		t.Errorf("got the staging distribution %+v, want the domain %s", staging, domain)
	}
	if other := account.Distributions["E5OTHER0000"]; other.ETag == "" || other.PolicyID != "" {
		t.Errorf("got a distribution without a policy %+v", other)
	}
	want := record.SeenPolicy{ID: pairtest.Policy, Domain: w.LivePolicy().StagingDomain, LastModified: w.LivePolicy().ModifiedAt}
	if len(account.Policies) != 1 || account.Policies[0] != want {
		t.Errorf("got the policies %+v, want %+v", account.Policies, want)
	}
	w.WantWrites(0)
}

// TestManyDistributionsTakeSeveralCalls: each is seen once, and an answer that is lost only costs its requests.
func TestManyDistributionsTakeSeveralCalls(t *testing.T) {
	t.Parallel()
	const others = 450
	w := world(t, others)
	var calls int
	for w.Document.Look == nil || w.Document.Look.More {
		_, err := look(t, w)
		w.Must(err)
		got, err := look(t, w) // the answer to the call before was lost
		w.Must(err)
		w.Document.Look = &got
		calls++
	}
	got := *w.Document.Look
	if calls < 3 || got.Distributions != others+2 || len(seen(w, got).Distributions) != others+2 {
		t.Errorf("got %+v after %d calls", got, calls)
	}
	if perDistribution := float64(got.Requests) / (others + 2); perDistribution > 1.1 {
		t.Errorf("got %.2f requests for each distribution", perDistribution)
	}
}

func TestBeingAskedToSlowDownKeepsWhatWasSeen(t *testing.T) {
	t.Parallel()
	w := world(t, 20)
	w.Strike(pairtest.CloudFront, "ListDistributions", transport.Throttled())
	_, err := look(t, w)
	pairtest.WantFault(t, err, fault.Throttled, "list the distributions") // nothing was seen: Step Functions tries again
	w.CloudFront.Throttle = cloudfront.Throttle{Burst: 5, PerSecond: 5}
	for w.Document.Look == nil || w.Document.Look.More {
		w.Clock.Advance(release.LookOnAfter)
		before := 0
		if w.Document.Look != nil {
			before = w.Document.Look.Distributions
		}
		got, err := look(t, w)
		w.Must(err)
		if w.Document.Look = &got; got.More && !got.Walked && got.Distributions <= before {
			t.Fatalf("got %+v: no progress", got)
		}
	}
	if got := seen(w, *w.Document.Look); len(got.Distributions) != 22 || len(got.Policies) != 1 {
		t.Errorf("got %d distributions and %d policies", len(got.Distributions), len(got.Policies))
	}
}

// TestWhatIsDeletedMeanwhileIsPassedOver: a list may show what a read does not find any more.
func TestWhatIsDeletedMeanwhileIsPassedOver(t *testing.T) {
	t.Parallel()
	w := world(t, 1)
	w.Strike(pairtest.CloudFront, "GetDistribution", transport.Outcome{Before: func() { w.CloudFront.Vanish(pairtest.Primary) }})
	got, err := look(t, w)
	w.Must(err)
	if _, found := seen(w, got).Distributions[pairtest.Primary]; found || got.Distributions != 2 {
		t.Errorf("got %+v with the primary: %t", got, found)
	}
}

// TestAnAnswerThatCannotBeReadIsNoEmptyAccount.
func TestAnAnswerThatCannotBeReadIsNoEmptyAccount(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"ListDistributions", "GetDistribution", "ListContinuousDeploymentPolicies"} {
		w := world(t, 1)
		w.Strike(pairtest.CloudFront, operation, transport.Outcome{Kind: transport.LoseAnswer})
		_, err := look(t, w)
		pairtest.WantFault(t, err, fault.Unavailable)
	}
}

func TestTheLookIsFoundAgain(t *testing.T) {
	t.Parallel()
	w := world(t, 1)
	first, err := look(t, w)
	w.Must(err)
	w.Clock.Advance(time.Minute)
	again, err := look(t, w)
	w.Must(err)
	if first != again {
		t.Errorf("got %+v, then %+v", first, again)
	}
}
