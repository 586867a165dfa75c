package cloudfront_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/standin/cloudfront"
)

// invalidation is the status of a batch and how many are in progress, as a reader sees them.
func (w *world) invalidation(tb testing.TB, id string) (status string, batches int32) {
	tb.Helper()
	out, err := w.client.GetInvalidation(tb.Context(), &sdk.GetInvalidationInput{DistributionId: aws.String(primaryID), Id: &id})
	must(tb, err)
	return *out.Invalidation.Status, *w.get(tb, primaryID).Distribution.InProgressInvalidationBatches
}

func TestAnInvalidationReachesOnePOPAfterTheOther(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	before, _ := w.Live(primaryID)
	var reached []int
	w.OnInvalidate = func(id string, pop int, paths []string) {
		if id != primaryID || !slices.Equal(paths, []string{"/index.html", "/img/*"}) {
			t.Errorf("got %v of %s", paths, id)
		}
		reached = append(reached, pop)
	}
	made, err := w.invalidate(t, primaryID, "r", "/index.html", "/img/*")
	must(t, err)
	if *made.Status != "InProgress" || *made.CreateTime != start || !slices.Equal(made.InvalidationBatch.Paths.Items, []string{"/index.html", "/img/*"}) {
		t.Errorf("got %+v", made)
	}
	if status, batches := w.invalidation(t, *made.Id); status != "InProgress" || batches != 1 {
		t.Errorf("got %s and %d batches at once", status, batches)
	}
	w.clock.Advance(5 * time.Second)
	if len(reached) == len(w.POPs()) {
		t.Error("every POP has it after five seconds")
	}
	w.clock.Advance(time.Minute)
	if slices.Sort(reached); len(slices.Compact(reached)) != len(w.POPs()) {
		t.Errorf("the invalidation reached %v", reached)
	}
	if status, batches := w.invalidation(t, *made.Id); status != "Completed" || batches != 0 {
		t.Errorf("got %s and %d batches in the end", status, batches)
	}
	if after, _ := w.Live(primaryID); after.ETag != before.ETag || w.Status(primaryID) != "Deployed" {
		t.Error("the invalidation changed the distribution")
	}
}

func TestTheSameInvalidationAgainIsTheEarlierOne(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	first, err := w.invalidate(t, primaryID, "r", "/*")
	must(t, err)
	w.settle()
	again, err := w.invalidate(t, primaryID, "r", "/*")
	must(t, err)
	if *again.Id != *first.Id || *again.Status != "Completed" {
		t.Errorf("got %s, %s after %s", *again.Id, *again.Status, *first.Id)
	}
	other, err := w.invalidate(t, stagingID, "r", "/*")
	must(t, err)
	if *other.Id == *first.Id {
		t.Error("two distributions share an invalidation")
	}
}

// TestInvalidationsThatHaveEndedMakeRoom: the limits are of those in progress.
func TestInvalidationsThatHaveEndedMakeRoom(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	w.Limits.InvalidationPaths, w.Limits.InvalidationWildcards = 3, 1
	_, err := w.invalidate(t, primaryID, "one", "/a", "/b", "/c*")
	must(t, err)
	_, err = w.invalidate(t, primaryID, "more", "/d")
	must(t, err)
	for _, path := range []string{"/a", "/c*"} {
		_, err = w.invalidate(t, primaryID, "two", path)
		wantCode(t, err, "TooManyInvalidationsInProgress", 400)
	}
	w.settle()
	_, err = w.invalidate(t, primaryID, "two", "/a", "/b", "/c*")
	must(t, err)
}

func TestInvalidationsAreListedNewestFirst(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	var made, listed []string
	for i := range 5 {
		v, err := w.invalidate(t, primaryID, strconv.Itoa(i), "/a")
		must(t, err)
		made = append(made, *v.Id)
		w.clock.Advance(time.Second)
	}
	pages := sdk.NewListInvalidationsPaginator(w.client, &sdk.ListInvalidationsInput{DistributionId: aws.String(primaryID), MaxItems: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		for _, v := range page.InvalidationList.Items {
			listed = append(listed, *v.Id)
		}
	}
	slices.Reverse(made)
	if !slices.Equal(made, listed) {
		t.Errorf("got %v, want %v", listed, made)
	}
}

func TestAStuckPOPKeepsAnInvalidationInProgress(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	w.Stick(primaryID, w.POPs()[3])
	last := -1
	w.OnInvalidate = func(_ string, pop int, _ []string) { last = pop }
	made, err := w.invalidate(t, primaryID, "r", "/*")
	must(t, err)
	w.settle()
	if status, batches := w.invalidation(t, *made.Id); status != "InProgress" || batches != 1 || last == 3 {
		t.Errorf("got %s, %d batches, last at POP %d", status, batches, last)
	}
	w.Unstick(primaryID, w.POPs()[3])
	if status, _ := w.invalidation(t, *made.Id); status != "Completed" || last != 3 {
		t.Errorf("got %s, last at POP %d", status, last)
	}
}

func TestInvalidationsAreReadLateToo(t *testing.T) {
	w, _ := newPair(t, byWeight(true))
	w.ReadLag = 10 * time.Second
	made, err := w.invalidate(t, primaryID, "r", "/*")
	must(t, err)
	if *made.Status != "InProgress" {
		t.Errorf("got %s from the write itself", *made.Status)
	}
	_, err = w.client.GetInvalidation(t.Context(), &sdk.GetInvalidationInput{DistributionId: aws.String(primaryID), Id: made.Id})
	wantCode(t, err, "NoSuchInvalidation", 404)
	w.clock.Advance(10 * time.Second)
	if status, batches := w.invalidation(t, *made.Id); status != "InProgress" || batches != 1 {
		t.Errorf("got %s and %d batches", status, batches)
	}
}

// TestAnInvalidationMovesNothingElse: ids, ETags and propagations of the same seed stay the same.
func TestAnInvalidationMovesNothingElse(t *testing.T) {
	run := func(invalidate bool) []string {
		w, _ := newPair(t, byWeight(true))
		var out []string
		w.OnFlip = func(_, pop string, have, _ int) { out = append(out, fmt.Sprint(w.clock.Now(), pop, have)) }
		if invalidate {
			_, err := w.invalidate(t, primaryID, "r", "/*")
			must(t, err)
			w.createAccessControl(t, "mine")
		}
		out = append(out, *w.mustUpdate(t, primaryID, to("/green")).ETag)
		w.settle()
		return out
	}
	if a, b := run(false), run(true); !slices.Equal(a, b) {
		t.Errorf("got\n%v\nand\n%v", a, b)
	}
}

func TestAnInvalidationOfADeletedDistributionEndsNowhere(t *testing.T) {
	w := newWorld(t)
	cfg := config("one")
	cfg.Enabled = aws.Bool(false)
	made := w.create(t, primaryID, cfg)
	w.settle()
	w.InvalidationSpread = cloudfront.Spread{Min: time.Minute, Max: time.Minute}
	_, err := w.invalidate(t, primaryID, "r", "/*")
	must(t, err)
	_, err = w.client.DeleteDistribution(t.Context(), &sdk.DeleteDistributionInput{Id: aws.String(primaryID), IfMatch: made.ETag})
	must(t, err)
	w.OnInvalidate = func(string, int, []string) { t.Error("a POP was told of a distribution that is gone") }
	w.settle()
}
