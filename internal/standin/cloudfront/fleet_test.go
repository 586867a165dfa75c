package cloudfront_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/standin/cloudfront"
)

// paths are what each POP serves as origin path for the primary.
func (w *world) paths(tb testing.TB) []string {
	tb.Helper()
	var out []string
	for i := range w.POPs() {
		serving, ok := w.Serving(i, primaryID)
		if !ok {
			tb.Fatalf("POP %d does not know the primary", i)
		}
		out = append(out, serving.Primary.Text(site))
	}
	return out
}

func TestPOPsFlipOneByOne(t *testing.T) {
	w, _ := newPair(t, byWeight(false))
	var counts []int
	var last time.Time
	w.OnFlip = func(id, pop string, have, all int) {
		if id != primaryID || all != 20 || !slices.Contains(w.POPs(), pop) {
			t.Errorf("got flip of %s at %s, %d of %d", id, pop, have, all)
		}
		counts, last = append(counts, have), w.clock.Now()
		if got := strings.Count(strings.Join(w.paths(t), " "), "/green"); got != have {
			t.Errorf("%d POPs serve the new config, the hook says %d", got, have)
		}
		if want := map[bool]string{true: "Deployed", false: "InProgress"}[have == all]; w.Status(primaryID) != want {
			t.Errorf("got status %s with %d POPs, want %s", w.Status(primaryID), have, want)
		}
	}
	w.mustUpdate(t, primaryID, to("/green"))
	w.clock.Advance(29 * time.Second)
	if have, all := w.Progress(primaryID); have != 0 || all != 20 {
		t.Errorf("got %d of %d before the shortest propagation", have, all)
	}
	w.settle()
	if len(counts) != 20 || !slices.IsSorted(counts) || counts[19] != 20 {
		t.Errorf("got counts %v, want 1 to 20", counts)
	}
	if took := last.Sub(start); took < 30*time.Second || took > 4*time.Minute {
		t.Errorf("propagation took %v", took)
	}
}

func TestWritesDuringAPropagationQueueInOrder(t *testing.T) {
	w, _ := newPair(t, byWeight(false))
	seen := map[string][]string{}
	w.OnFlip = func(_, pop string, _, _ int) {
		serving, _ := w.Serving(slices.Index(w.POPs(), pop), primaryID)
		seen[pop] = append(seen[pop], serving.Primary.Text(site))
	}
	for _, path := range []string{"/1", "/2", "/3"} {
		w.mustUpdate(t, primaryID, to(path))
		w.clock.Advance(45 * time.Second)
		if w.Status(primaryID) != "InProgress" {
			t.Error("Deployed with writes on their way")
		}
	}
	w.settle()
	for _, pop := range w.POPs() {
		if got := strings.Join(seen[pop], " "); got != "/1 /2 /3" {
			t.Errorf("POP %s served %s", pop, got)
		}
	}
	if w.Status(primaryID) != "Deployed" {
		t.Error("not Deployed in the end")
	}
}

func TestStuckPOPKeepsADistributionInProgress(t *testing.T) {
	w, _ := newPair(t, byWeight(false))
	pop := w.POPs()[7]
	w.Stick(primaryID, pop)
	w.mustUpdate(t, primaryID, to("/green"))
	w.mustUpdate(t, stagingID, to("/green"))
	w.clock.Advance(24 * time.Hour)
	if have, _ := w.Progress(primaryID); have != 19 || w.Status(primaryID) != "InProgress" {
		t.Errorf("got %d POPs and status %s", have, w.Status(primaryID))
	}
	if w.Status(stagingID) != "Deployed" {
		t.Error("another distribution is stuck too")
	}
	if got := w.paths(t)[7]; got != "/blue" {
		t.Errorf("the stuck POP serves %s", got)
	}
	w.Unstick(primaryID, pop)
	if w.Status(primaryID) != "Deployed" || w.paths(t)[7] != "/green" {
		t.Error("the POP did not catch up")
	}
}

func TestSpreadCanBeSet(t *testing.T) {
	w, _ := newPair(t, byWeight(false))
	w.Spread = cloudfront.Spread{Min: time.Second, Max: time.Second}
	w.SpreadOf[stagingID] = cloudfront.Spread{Draw: func(r *rand.Rand) time.Duration {
		return 40*time.Minute + time.Duration(r.IntN(3))*time.Second
	}}
	w.mustUpdate(t, primaryID, to("/green"))
	w.mustUpdate(t, stagingID, to("/green"))
	w.clock.Advance(time.Second)
	if w.Status(primaryID) != "Deployed" || w.Status(stagingID) != "InProgress" {
		t.Errorf("got %s and %s after a second", w.Status(primaryID), w.Status(stagingID))
	}
	w.clock.Advance(40*time.Minute + time.Second)
	if w.Status(stagingID) != "Deployed" {
		t.Error("staging is not Deployed after 40 minutes")
	}
}

// story is everything that can be seen of a run with some writes.
func story(t *testing.T, extra bool) []string {
	t.Helper()
	w, pair := newPair(t, byWeight(false))
	var out []string
	w.OnFlip = func(id, pop string, have, _ int) {
		if id == primaryID {
			out = append(out, fmt.Sprint(w.clock.Now().Sub(start), pop, have))
		}
	}
	if extra {
		w.mustUpdate(t, stagingID, to("/other"))
	}
	must(t, w.updatePolicy(t, pair.Policy.ID, enabled(true)))
	w.settle()
	if !extra {
		live, _ := w.Live(primaryID)
		out = append(out, live.ETag, pair.Policy.ID)
	}
	return out
}

func TestSameSeedSameStory(t *testing.T) {
	first, second := story(t, false), story(t, false)
	if !slices.Equal(first, second) {
		t.Errorf("got\n%v\nand then\n%v", first, second)
	}
	if got := story(t, true); !slices.Equal(got, first[:20]) {
		t.Errorf("a write to staging moved the primary's flips:\n%v\n%v", got, first[:20])
	}
}

func TestReadsLag(t *testing.T) {
	w, pair := newPair(t, byWeight(false))
	w.ReadLag = 30 * time.Second
	before := w.config(t, primaryID)
	after := w.mustUpdate(t, primaryID, to("/green"))
	must(t, w.updatePolicy(t, pair.Policy.ID, enabled(true)))
	w.clock.Advance(29 * time.Second)

	if got := w.get(t, primaryID); *got.ETag != *before.ETag || *got.Distribution.Status != "Deployed" {
		t.Errorf("got ETag %s and %s, want the old ones", *got.ETag, *got.Distribution.Status)
	}
	policy, err := w.client.GetContinuousDeploymentPolicy(t.Context(), &sdk.GetContinuousDeploymentPolicyInput{Id: &pair.Policy.ID})
	must(t, err)
	if *policy.ContinuousDeploymentPolicy.ContinuousDeploymentPolicyConfig.Enabled {
		t.Error("the policy is read without lag")
	}
	list, err := w.client.ListDistributions(t.Context(), &sdk.ListDistributionsInput{})
	must(t, err)
	if got := *list.DistributionList.Items[0].ETag; got != *before.ETag {
		t.Errorf("the list has ETag %s", got)
	}
	_, err = w.update(t, primaryID, to("/late"))
	wantCode(t, err, "PreconditionFailed", 412)

	w.clock.Advance(time.Second)
	if got := w.get(t, primaryID); *got.Distribution.Status != "InProgress" ||
		*got.Distribution.DistributionConfig.Origins.Items[0].OriginPath != "/green" || *got.ETag == *after.ETag {
		t.Errorf("got status %s, want the state after both writes", *got.Distribution.Status)
	}
}

func TestNewAndDeletedThingsAreSeenLate(t *testing.T) {
	w := newWorld(t)
	w.ReadLag = time.Minute
	cfg := config("one")
	cfg.Enabled = aws.Bool(false)
	made := w.create(t, primaryID, cfg)
	read := func() error {
		_, err := w.client.GetDistribution(t.Context(), &sdk.GetDistributionInput{Id: aws.String(primaryID)})
		return err
	}
	wantCode(t, read(), "NoSuchDistribution", 404)
	w.settle()
	must(t, read())
	_, err := w.client.DeleteDistribution(t.Context(), &sdk.DeleteDistributionInput{Id: aws.String(primaryID), IfMatch: made.ETag})
	must(t, err)
	must(t, read())
	w.clock.Advance(time.Minute)
	wantCode(t, read(), "NoSuchDistribution", 404)
}
