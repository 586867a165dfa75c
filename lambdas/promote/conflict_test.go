package promote_test

import (
	"slices"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
)

func TestNothingIsPromotedButWhatWasJudged(t *testing.T) {
	t.Parallel()
	meanwhile := func(id string) func(*pairtest.World) {
		return func(w *pairtest.World) {
			w.Strike(pairtest.CloudFront, pairtest.Promote, transport.Outcome{Before: func() { w.Edit(id, "Comment", "theirs") }})
		}
	}
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		sends  int
	}{
		"the primary was edited before":             {func(w *pairtest.World) { w.Edit(pairtest.Primary, "Comment", "theirs") }, 0},
		"staging was edited before":                 {func(w *pairtest.World) { w.Edit(pairtest.Staging, "Comment", "theirs") }, 1},
		"the primary was edited in the same moment": {meanwhile(pairtest.Primary), 1},
		"staging was edited in the same moment":     {meanwhile(pairtest.Staging), 1},
		"the primary was edited in the same moment, and staging cannot be read": {func(w *pairtest.World) {
			afterSending(w, func() { w.Edit(pairtest.Primary, "Comment", "theirs") }, pairtest.Staging)
		}, 1},
		"staging was edited in the same moment, and the primary cannot be read": {func(w *pairtest.World) {
			afterSending(w, func() { w.Edit(pairtest.Staging, "Comment", "theirs") }, pairtest.Primary)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Judged)
			c.before(w)
			_, err := send(t, w)
			pairtest.WantFault(t, err, fault.ConfigChanged, "by someone else")
			if n := len(sent(w)); n != c.sends {
				t.Errorf("got %d promotions sent, want %d", n, c.sends)
			}
			w.WantWrites(0)
			if got := w.Text(pairtest.Primary, pairtest.Path); got != pairtest.Blue {
				t.Errorf("the primary is at %s", got)
			}
		})
	}
}

// afterSending lets something happen right before the promotion takes effect, and some distributions not be read after it.
func afterSending(w *pairtest.World, before func(), unreadable ...string) {
	w.Calls.Fault = func(call transport.Call) transport.Outcome {
		switch {
		case call.Operation == pairtest.Promote:
			return transport.Outcome{Before: before}
		case call.Operation == pairtest.GetConfig && len(sent(w)) > 0 && slices.Contains(unreadable, call.ID):
			return transport.Unavailable()
		}
		return transport.Outcome{}
	}
}

func TestAConflictThatLeavesTheJudgedPairBehindIsInDoubt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile  func(*pairtest.World)
		unreadable []string
	}{
		"because the policy was switched off": {meanwhile: func(w *pairtest.World) { w.EditPolicy("Enabled", "false") }},
		"because an alias was added to the primary": {meanwhile: func(w *pairtest.World) {
			w.Must(w.CloudFront.Edit(pairtest.Primary, func(n *cloudfront.Node) {
				n.At("Aliases").AddItem(cloudfront.Leaf("CNAME", "new.example.com"))
			}))
		}},
		"and the primary cannot be read": {func(w *pairtest.World) { w.EditPolicy("Enabled", "false") }, []string{pairtest.Primary}},
		"and nothing can be read": {
			func(w *pairtest.World) { w.Edit(pairtest.Primary, "Comment", "theirs") },
			[]string{pairtest.Primary, pairtest.Staging},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Judged)
			afterSending(w, func() { c.meanwhile(w) }, c.unreadable...)
			_, err := send(t, w)
			pairtest.WantFault(t, err, fault.PromotionInDoubt, pairtest.Primary, "does not show by whom")
			if n := len(sent(w)); n != 1 {
				t.Errorf("got %d promotions sent, want 1", n)
			}
			w.WantWrites(0)
			if got := w.Text(pairtest.Primary, pairtest.Path); got != pairtest.Blue {
				t.Errorf("the primary is at %s", got)
			}
		})
	}
}

func TestAConflictWithOurOwnPromotionIsItsAnswer(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Judged)
	afterSending(w, w.PromoteAside) // an earlier call of ours, whose effect comes between this one's look and its send
	got, err := send(t, w)
	w.Must(err)
	w.WantWrites(0)
	if n := len(sent(w)); n != 1 || got.ETag != w.Read(pairtest.Primary).ETag || !got.Written {
		t.Errorf("got %+v after %d sends", got, n)
	}
}

func TestASecondCallWhoseReadsLagNeverBlamesSomeoneElse(t *testing.T) {
	t.Parallel()
	const lag, every = 45 * time.Second, 5 * time.Second
	w := pairtest.New(t, pairtest.Judged)
	w.CloudFront.ReadLag = lag
	_, err := send(t, w)
	w.Must(err)
	writes := len(w.Writes())
	for since := time.Duration(0); since <= lag+every; since += every {
		got, err := send(t, w) // the document has no trace of the first call, whose answer never reached the state machine
		if since < lag {
			pairtest.WantFault(t, err, fault.PromotionInDoubt)
		} else if w.Must(err); got.ETag != w.Read(pairtest.Primary).ETag {
			t.Errorf("after %s: got %+v", since, got)
		}
		w.Clock.Advance(every)
	}
	w.WantWrites(writes)
}
