package account_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/fault"
)

// lister has so many distributions, 100 to a page; the nth call fails where errs has an error for it.
type lister struct {
	n     int
	calls int
	errs  map[int]error
}

func (l *lister) ListDistributions(_ context.Context, in *cloudfront.ListDistributionsInput, _ ...func(*cloudfront.Options)) (*cloudfront.ListDistributionsOutput, error) {
	l.calls++
	if err := l.errs[l.calls]; err != nil {
		return nil, err
	}
	list := &types.DistributionList{IsTruncated: aws.Bool(false)}
	for i := range l.n {
		id := fmt.Sprintf("E%04d", i)
		if id <= aws.ToString(in.Marker) {
			continue
		}
		if len(list.Items) == 100 {
			list.IsTruncated = aws.Bool(true)
			break
		}
		list.Items = append(list.Items, types.DistributionSummary{Id: &id})
	}
	return &cloudfront.ListDistributionsOutput{DistributionList: list}, nil
}

func throttled() error { return &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"} }

// visits notes the ids, and says of each visit how many requests it took.
type visits struct {
	ids  []string
	each int
	last string
	errs map[string]error
}

func (v *visits) visit(d account.Distribution) (requests int, enough bool, err error) {
	if err := v.errs[d.ID]; err != nil {
		delete(v.errs, d.ID)
		return v.each, false, err
	}
	v.ids = append(v.ids, d.ID)
	return v.each, d.ID == v.last, nil
}

// walk goes on until all were visited; it returns how many calls that took.
func walk(t *testing.T, l *lister, v *visits) (calls int) {
	t.Helper()
	marker := ""
	for {
		w := account.Walk{Marker: marker}
		over, err := w.Go(t.Context(), l, v.visit)
		if err != nil {
			t.Fatal(err)
		}
		if calls++; over {
			return calls
		}
		if w.Marker == marker {
			t.Fatalf("no progress behind %q", marker)
		}
		marker = w.Marker
	}
}

func TestEveryDistributionIsVisitedOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ n, each, calls int }{
		"none":                          {0, 1, 1},
		"a page":                        {100, 0, 1},
		"a page and one":                {101, 0, 1},
		"as many as a call may look at": {199, 1, 2},
		"a few calls":                   {450, 1, 3},
		"visits that take two requests": {450, 2, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &visits{each: c.each}
			calls := walk(t, &lister{n: c.n}, v)
			if !slices.IsSorted(v.ids) || len(slices.Compact(v.ids)) != c.n || len(v.ids) != c.n {
				t.Errorf("got %d visits of %d distributions", len(v.ids), c.n)
			}
			if calls != c.calls {
				t.Errorf("got %d calls, want %d", calls, c.calls)
			}
		})
	}
}

func TestAWalkEndsWhereItIsEnough(t *testing.T) {
	t.Parallel()
	l, v := &lister{n: 300}, &visits{last: "E0042"}
	if walk(t, l, v); len(v.ids) != 43 || l.calls != 1 {
		t.Errorf("got %d visits and %d lists", len(v.ids), l.calls)
	}
}

// TestAWalkThatIsAskedToSlowDownGoesOnFromThere, and one that has not come anywhere says so.
func TestAWalkThatIsAskedToSlowDownGoesOnFromThere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lister *lister
		visits *visits
		marker string
	}{
		"in a visit": {&lister{n: 150}, &visits{errs: map[string]error{"E0120": throttled()}}, "E0119"},
		"in a list":  {&lister{n: 150, errs: map[int]error{2: throttled()}}, &visits{}, "E0099"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := account.Walk{}
			if over, err := w.Go(t.Context(), c.lister, c.visits.visit); over || err != nil || w.Marker != c.marker {
				t.Fatalf("got over %t, error %v behind %s, want %s", over, err, w.Marker, c.marker)
			}
			if over, err := w.Go(t.Context(), c.lister, c.visits.visit); !over || err != nil || len(c.visits.ids) != 150 {
				t.Errorf("got over %t, error %v after %d visits", over, err, len(c.visits.ids))
			}
		})
	}
	for name, c := range map[string]struct {
		lister *lister
		visits *visits
	}{
		"the first list":  {&lister{n: 3, errs: map[int]error{1: throttled()}}, &visits{}},
		"the first visit": {&lister{n: 3}, &visits{errs: map[string]error{"E0000": throttled()}}},
	} {
		w := account.Walk{}
		if over, err := w.Go(t.Context(), c.lister, c.visits.visit); over || fault.NameOf(err) != fault.Throttled {
			t.Errorf("%s: got over %t and error %v", name, over, err)
		}
	}
}

func TestOtherErrorsEndAWalk(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		lister *lister
		visits *visits
	}{
		"in a list":  {&lister{n: 150, errs: map[int]error{2: broken}}, &visits{}},
		"in a visit": {&lister{n: 150}, &visits{errs: map[string]error{"E0120": broken}}},
	} {
		w := account.Walk{}
		if over, err := w.Go(t.Context(), c.lister, c.visits.visit); over || !errors.Is(err, broken) {
			t.Errorf("%s: got over %t and error %v", name, over, err)
		}
	}
}
