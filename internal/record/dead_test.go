package record_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
)

// chain is a lock: its holder and the dead ones behind it, by name; those called recover… are of recover executions.
func chain(names ...string) record.Holder {
	var dead *record.Holder
	for _, name := range slices.Backward(names) {
		dead = &record.Holder{Name: name, Recovers: len(name) > 7 && name[:7] == "recover", TakenOverFrom: dead}
	}
	return *dead
}

func namesOf(holder record.Holder) []string {
	var names []string
	for at := &holder; at != nil; at = at.TakenOverFrom {
		names = append(names, at.Name)
	}
	return names
}

func TestWhoSucceedsADeadHolderKeepsItsPast(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dead []string
		want []string // behind the new holder
	}{
		"a release that was the first":                       {[]string{"release-1"}, []string{"release-1"}},
		"a release with others before it":                    {[]string{"release-2", "release-1"}, []string{"release-2", "release-1"}},
		"only as many generations as asked for":              {[]string{"r4", "r3", "r2", "r1"}, []string{"r4", "r3", "r2"}},
		"a recover counts for nothing but whom it was about": {[]string{"recover-1", "release-1"}, []string{"release-1"}},
		"not even among the generations":                     {[]string{"recover-1", "r4", "r3", "r2", "r1"}, []string{"r4", "r3", "r2"}},
		"unless there is nobody else":                        {[]string{"recover-1"}, []string{"recover-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			me := record.Holder{Name: "me"}
			me.Succeed(chain(c.dead...), 3)
			if got := namesOf(me); got[0] != "me" || !slices.Equal(got[1:], c.want) {
				t.Errorf("got %q, want %q behind me", got, c.want)
			}
		})
	}
}

// TestHoweverOftenRecoverFailsTheRunIsNotForgotten: every quarter of an hour another recover takes over from the one before.
func TestHoweverOftenRecoverFailsTheRunIsNotForgotten(t *testing.T) {
	t.Parallel()
	lock := chain("release-2", "release-1")
	for i := range 100 {
		next := record.Holder{Name: fmt.Sprintf("recover-%d", i), Recovers: true}
		next.Succeed(lock, 5)
		text, err := json.Marshal(next) // as it lies in the bucket until the next one comes
		if err != nil {
			t.Fatal(err)
		}
		lock = record.Holder{}
		if err := json.Unmarshal(text, &lock); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := namesOf(lock), []string{"recover-99", "release-2", "release-1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	release3 := record.Holder{Name: "release-3"}
	release3.Succeed(lock, 5)
	if got, want := namesOf(release3), []string{"release-3", "release-2", "release-1"}; !slices.Equal(got, want) {
		t.Errorf("got %q for the next release, want %q", got, want)
	}
}

func TestAtOnceOnlyTheDeadRunsLockLetsAnyoneWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		want   fault.Name
		words  string
	}{
		"while it names the dead run": {func(*pairtest.World) {}, "", ""},
		"and not once another has it": {
			func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: pairtest.Other}) }, fault.LockLost, pairtest.Other,
		},
		"nor once this execution has it, which has a fence of its own": {(*pairtest.World).TakeOver, fault.LockLost, pairtest.Recovery},
		"nor once it is gone": {
			func(w *pairtest.World) { w.Must(w.S3.Delete(pairtest.Bucket, record.LockKey(pairtest.Primary))) }, fault.LockLost, "gone",
		},
		"nor while it cannot be read": {
			func(w *pairtest.World) { w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable()) }, fault.Unavailable, "locks/",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			w.Die()
			c.before(w)
			check(t, record.FenceAtOnce(t.Context(), w.Records, pairtest.Bucket, w.Document), c.want, c.words)
			if w.Document.Execution.ARN != pairtest.Recovery {
				t.Errorf("the document is of %s now", w.Document.Execution.ARN)
			}
		})
	}
}

func started(name string, hour int) record.Holder {
	return record.Holder{Execution: "arn-of-" + name, Name: name, StartTime: time.Date(2026, time.November, 22, hour, 0, 0, 0, time.UTC)}
}

func TestTheEvidenceOfTheDeadIsOfTheLastThatHadAny(t *testing.T) {
	t.Parallel()
	saved := func(id string) *record.Evidence { return &record.Evidence{Preflight: &release.Preflight{PolicyID: id}} }
	without := &record.Evidence{Outcome: &release.Outcome{End: release.NeedsOperator}}
	for name, c := range map[string]struct {
		last, middle, first *record.Evidence // of the dead holders; nil for one without a record
		want                string           // the name of the one whose evidence it is
	}{
		"the last one's own":                                {saved("last"), saved("middle"), saved("first"), "last"},
		"the one before, where the last had no record":      {nil, saved("middle"), saved("first"), "middle"},
		"the one before, where the last's has no Preflight": {without, saved("middle"), saved("first"), "middle"},
		"the first, where nobody since came so far":         {nil, without, saved("first"), "first"},
		"nobody's, where nobody came so far":                {nil, without, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			last, middle, first := started("last", 3), started("middle", 2), started("first", 1)
			for holder, e := range map[*record.Holder]*record.Evidence{&last: c.last, &middle: c.middle, &first: c.first} {
				if e != nil {
					w.Store(record.KeyOf(pairtest.Primary, *holder), e)
				}
			}
			middle.TakenOverFrom, last.TakenOverFrom = &first, &middle
			holder, evidence, found, err := record.EvidenceOfTheDead(t.Context(), w.Records, pairtest.Bucket, pairtest.Primary, &last)
			w.Must(err)
			if found != (c.want != "") || holder.Name != c.want {
				t.Fatalf("got that of %q, found %t, want that of %q", holder.Name, found, c.want)
			}
			if found && evidence.Preflight.PolicyID != c.want {
				t.Errorf("got evidence %+v, want that of %s", evidence, c.want)
			}
		})
	}
}

func TestWithoutADeadHolderThereIsNoEvidence(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	_, _, found, err := record.EvidenceOfTheDead(t.Context(), w.Records, pairtest.Bucket, pairtest.Primary, nil)
	w.Must(err)
	if found || len(w.Calls.Log()) != 0 {
		t.Errorf("got evidence: %t, after %d calls", found, len(w.Calls.Log()))
	}
}

// TestEvidenceThatCannotBeReadIsNotPassedOver: the record of the one before is of another config.
func TestEvidenceThatCannotBeReadIsNotPassedOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(w *pairtest.World, key string)
		want   fault.Name
	}{
		"because S3 is down": {
			func(w *pairtest.World, _ string) { w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable()) }, fault.Unavailable,
		},
		"because it is broken": {
			func(w *pairtest.World, key string) { w.Must(w.S3.Put(pairtest.Bucket, key, []byte("{"), nil)) }, fault.Unexpected,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			last, first := started("last", 2), started("first", 1)
			last.TakenOverFrom = &first
			w.Store(record.KeyOf(pairtest.Primary, first), record.Evidence{Preflight: &release.Preflight{}})
			key := record.KeyOf(pairtest.Primary, last)
			c.before(w, key)
			_, _, found, err := record.EvidenceOfTheDead(t.Context(), w.Records, pairtest.Bucket, pairtest.Primary, &last)
			pairtest.WantFault(t, err, c.want, key)
			if found {
				t.Error("got evidence beside the fault")
			}
		})
	}
}

// TestAnObjectThatCannotBeDecodedIsThereAllTheSame: a hold that a person has written by hand is a hold.
func TestAnObjectThatCannotBeDecodedIsThereAllTheSame(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Must(w.S3.Put(pairtest.Bucket, key, []byte("hands off"), nil))
	etag, found, err := record.Read(t.Context(), w.Records, pairtest.Bucket, key, &text{})
	pairtest.WantFault(t, err, fault.Unexpected, key)
	if !found || etag == "" {
		t.Errorf("got found %t under %q, want it found under its ETag", found, etag)
	}
}
