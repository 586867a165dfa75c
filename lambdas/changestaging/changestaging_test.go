package changestaging_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/changestaging"
)

func handler(w *pairtest.World) changestaging.Handler {
	return changestaging.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
}

func change(t *testing.T, w *pairtest.World) (release.Staging, error) {
	t.Helper()
	return handler(w).Handle(t.Context(), w.Input(""))
}

func TestTheOriginIsRepointedOnStagingAlone(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	reference := w.Text(pairtest.Staging, "CallerReference")
	got, err := change(t, w)
	w.Must(err)
	if path := w.Text(pairtest.Staging, pairtest.Path); path != pairtest.Green {
		t.Errorf("got staging at %s", path)
	}
	w.WantWrites(1)
	if write := w.Writes()[0]; write.ID != pairtest.Staging {
		t.Errorf("got a write of %s", write.ID)
	}
	for field, want := range map[string]string{
		"CallerReference": reference, "Staging": "true", "Aliases/Quantity": "0", "ContinuousDeploymentPolicyId": "",
	} {
		if got := w.Text(pairtest.Staging, field); got != want {
			t.Errorf("staging's %s became %q, want %q as before", field, got, want)
		}
	}
	live := w.Read(pairtest.Staging)
	if !got.Written || !got.Differs || got.Fingerprint != live.Fingerprint || got.Distribution != pairtest.Staging {
		t.Errorf("got %+v", got)
	}
	if len(got.Changes) != 1 || !strings.Contains(got.Changes[0], "OriginPath") {
		t.Errorf("got changes %q, want the origin's path alone", got.Changes)
	}
	if config, _ := w.CloudFront.Live(pairtest.Staging); !got.LastModified.Equal(config.ModifiedAt) {
		t.Errorf("got last modified %s, want %s", got.LastModified, config.ModifiedAt)
	}
	if want := w.Clock.Now().Add(20 * time.Minute); !got.Deadline.Equal(want) {
		t.Errorf("got deadline %s, want %s by deployedWithin", got.Deadline, want)
	}
}

func TestStagingIsBuiltFromThePrimaryAndNotFromWhatStagingCarries(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Edit(pairtest.Staging, "DefaultRootObject", "left-by-an-older-release.html")
	w.Clock.Advance(10 * time.Minute)
	w = preflighted(w)
	got, err := change(t, w)
	w.Must(err)
	if root := w.Text(pairtest.Staging, "DefaultRootObject"); root != "index.html" {
		t.Errorf("got root object %q, want the primary's", root)
	}
	if len(got.Changes) != 1 {
		t.Errorf("got changes %q, want the release's own alone", got.Changes)
	}
}

// preflighted notes the pair as it is now.
func preflighted(w *pairtest.World) *pairtest.World {
	w.Document.Preflight = &release.Preflight{
		Passed: true, PolicyID: pairtest.Policy,
		Primary: release.Distribution{ID: pairtest.Primary, Fingerprint: w.Read(pairtest.Primary).Fingerprint},
		Staging: release.Distribution{ID: pairtest.Staging, Fingerprint: w.Read(pairtest.Staging).Fingerprint},
	}
	return w
}

func TestASecondCallWritesNothing(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	first, err := change(t, w)
	w.Must(err)
	w.Clock.Advance(time.Second)
	second, err := change(t, w)
	w.Must(err)
	w.WantWrites(1)
	if second.Fingerprint != first.Fingerprint || !second.Differs || !slices.Equal(second.Changes, first.Changes) {
		t.Errorf("got %+v, want what the first call returned, %+v", second, first)
	}
	if !second.Written {
		t.Error("got written=false: then a Deployed from before the first call's write would be believed")
	}
}

func TestAWriteWhoseAnswerWasLostIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]time.Duration{
		"and reads show it":                0,
		"and reads do not show it at once": 20 * time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Preflighted)
			w.CloudFront.ReadLag = lag
			w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{Kind: transport.LoseAnswer})
			_, err := change(t, w)
			pairtest.WantFault(t, err, fault.Unavailable)
			if lag > 0 {
				w.Clock.Advance(2 * time.Second)
				_, err = change(t, w)
				pairtest.WantFault(t, err, fault.Unavailable, "look again")
			}
			w.Clock.Advance(lag)
			got, err := change(t, w)
			w.Must(err)
			if !got.Written || got.Fingerprint != w.Read(pairtest.Staging).Fingerprint {
				t.Errorf("got %+v", got)
			}
			w.WantWrites(1)
		})
	}
}

func TestNothingIsWrittenAndNothingOverwritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		want   fault.Name
		words  []string
	}{
		"while the policy is enabled": {
			func(w *pairtest.World) { w.EditPolicy("Enabled", "true") },
			fault.ConfigChanged,
			[]string{pairtest.Policy, "enabled by someone else"},
		},
		"where the primary changed since Preflight": {
			func(w *pairtest.World) { w.Edit(pairtest.Primary, "Comment", "edited") },
			fault.ConfigChanged,
			[]string{"the primary " + pairtest.Primary},
		},
		"where staging changed since Preflight": {
			func(w *pairtest.World) { w.Edit(pairtest.Staging, "Comment", "edited") },
			fault.ConfigChanged,
			[]string{pairtest.Staging, "nothing was overwritten"},
		},
		"where someone changes staging between read and write": {
			func(w *pairtest.World) {
				w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{
					Before: func() { w.Edit(pairtest.Staging, "Comment", "edited") },
				})
			},
			fault.ConfigChanged,
			[]string{pairtest.Staging, "nothing was overwritten"},
		},
		"where the origin is gone": {
			func(w *pairtest.World) { w.Document.Plan.Change.Origin = "no-such-origin" },
			fault.InvalidRequest,
			[]string{"no-such-origin"},
		},
		"where another execution has the lock": {
			func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: pairtest.Other}) },
			fault.LockLost,
			[]string{pairtest.Other},
		},
		"where the lock is gone": {
			func(w *pairtest.World) { w.Must(w.S3.Delete(pairtest.Bucket, w.Document.Lock.Key)) },
			fault.LockLost,
			[]string{"gone"},
		},
		"where the lock cannot be read": {
			func(w *pairtest.World) { w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable()) },
			fault.Unavailable, nil,
		},
		"where CloudFront is too busy": {
			func(w *pairtest.World) {
				w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Throttled())
			},
			fault.Throttled,
			[]string{pairtest.Staging},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Preflighted)
			c.before(w)
			primary, staging := w.Read(pairtest.Primary).ETag, w.Text(pairtest.Staging, pairtest.Path)
			_, err := change(t, w)
			pairtest.WantFault(t, err, c.want, c.words...)
			w.WantWrites(0)
			if w.Read(pairtest.Primary).ETag != primary || w.Text(pairtest.Staging, pairtest.Path) != staging {
				t.Error("the pair was touched")
			}
		})
	}
}

func TestAPolicyThatIsEnabledBetweenTheLookAndTheWriteEndsTheRelease(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{
		Before: func() { w.EditPolicy("Enabled", "true") },
	})
	_, err := change(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged, pairtest.Policy, "enabled by someone else")
	w.WantWrites(1) // it had been sent: the way back switches the policy off
	_, err = change(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged, pairtest.Policy)
	w.WantWrites(1)
}

func TestAPolicyThatCannotBeReadAfterTheWriteIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	const getPolicy = "GetContinuousDeploymentPolicy"
	w := pairtest.New(t, pairtest.Preflighted)
	w.Calls.Fault = transport.Nth(pairtest.CloudFront, getPolicy, 2, transport.Unavailable())
	_, err := change(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, pairtest.Policy)
	got, err := change(t, w)
	w.Must(err)
	w.WantWrites(1)
	if !got.Written {
		t.Errorf("got %+v, want the first call's write", got)
	}
}

func TestAnEditBetweenReadAndWriteStays(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{
		Before: func() { w.Edit(pairtest.Staging, "Comment", "theirs") },
	})
	_, err := change(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged)
	if got := w.Text(pairtest.Staging, "Comment"); got != "theirs" {
		t.Errorf("got comment %q, want the edit", got)
	}
}

func TestAStagedConfigIsReleasedAsItIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		deploy  func(*pairtest.World)
		differs bool
	}{
		"and differs from the primary":    {func(w *pairtest.World) { w.Edit(pairtest.Staging, "DefaultRootObject", "new.html") }, true},
		"and there is nothing to release": {func(*pairtest.World) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			w.Document.Plan.Change = release.Change{Kind: release.KindStaged}
			c.deploy(w)
			w = preflighted(w)
			got, err := change(t, w)
			w.Must(err)
			w.WantWrites(0)
			if got.Written || got.Differs != c.differs || got.Fingerprint != w.Read(pairtest.Staging).Fingerprint {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAStagedConfigThatPreflightHasNotSeenIsRefused(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	w.Document.Plan.Change = release.Change{Kind: release.KindStaged}
	w.Edit(pairtest.Staging, "DefaultRootObject", "later.html")
	_, err := change(t, w)
	pairtest.WantFault(t, err, fault.ConfigChanged, pairtest.Staging)
}

func TestAnOriginThatIsThereAlreadyLeavesNothingToRelease(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	blue := pairtest.Blue
	w.Document.Plan.Change.Path = &blue
	got, err := change(t, w)
	w.Must(err)
	w.WantWrites(0)
	if got.Differs || got.Written || len(got.Changes) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestTheDocumentNamesNoMoreThanTwentyChanges(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Plan.Change = release.Change{Kind: release.KindStaged}
	w.Must(w.CloudFront.Edit(pairtest.Staging, func(n *cloudfront.Node) {
		for i := range 25 {
			n.At("Origins").AddItem(cloudfront.Elem("Origin",
				cloudfront.Leaf("Id", "more-"+string(rune('a'+i))), cloudfront.Leaf("DomainName", "more.example.com")))
		}
	}))
	got, err := change(t, preflighted(w))
	w.Must(err)
	if n := len(got.Changes); n != 21 || got.Changes[20] != "and 5 more" {
		t.Errorf("got %d changes, the last %q", n, got.Changes[n-1])
	}
}
