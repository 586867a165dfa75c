package checkpair_test

import (
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/checkpair"
)

func check(t *testing.T, w *pairtest.World) (release.Pair, error) {
	t.Helper()
	return checkpair.Handler{CloudFront: w.API, Now: w.Clock.Now}.Handle(t.Context(), w.Input(""))
}

func TestTheETagsOfTheJudgedPairAreNoted(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	got, err := check(t, w)
	w.Must(err)
	want := release.Pair{PrimaryETag: w.Read(pairtest.Primary).ETag, StagingETag: w.Read(pairtest.Staging).ETag, At: w.Clock.Now()}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	w.WantWrites(0)
}

func TestNewETagsOfTheSameConfigsAreFollowed(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	before, err := check(t, w)
	w.Must(err)
	w.EditPolicy("TrafficConfig/SingleWeightConfig/Weight", "0.06") // redeploys the primary under a new ETag
	w.Must(w.CloudFront.Edit(pairtest.Primary, func(n *cloudfront.Node) {
		n.At("Aliases").AddItem(cloudfront.Leaf("CNAME", "new.example.com")) // is not promoted, so it does not count
	}))
	after, err := check(t, w)
	w.Must(err)
	if after.PrimaryETag == before.PrimaryETag || after.PrimaryETag != w.Read(pairtest.Primary).ETag {
		t.Errorf("got primary ETag %s after %s", after.PrimaryETag, before.PrimaryETag)
	}
}

func TestAPairThatIsNotTheJudgedOneEndsTheRelease(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		want   fault.Name
		words  []string
	}{
		"someone edited the primary": {
			func(w *pairtest.World) { w.Edit(pairtest.Primary, "Comment", "theirs") },
			fault.ConfigChanged,
			[]string{"the primary " + pairtest.Primary, "their change stays"},
		},
		"someone edited staging": {
			func(w *pairtest.World) { w.Edit(pairtest.Staging, "Comment", "theirs") },
			fault.ConfigChanged,
			[]string{pairtest.Staging, "their change stays"},
		},
		"someone detached the policy": {
			func(w *pairtest.World) {
				w.CloudFront.Switches.DetachWithEmpty = cloudfront.DetachAlways
				w.Edit(pairtest.Primary, "ContinuousDeploymentPolicyId", "")
			},
			fault.ConfigChanged,
			[]string{pairtest.Policy, "someone else"},
		},
		"CloudFront is too busy": {
			func(w *pairtest.World) { w.Strike(pairtest.CloudFront, pairtest.GetConfig, transport.Throttled()) },
			fault.Throttled,
			[]string{pairtest.Primary},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Shifted)
			c.before(w)
			got, err := check(t, w)
			pairtest.WantFault(t, err, c.want, c.words...)
			if got != (release.Pair{}) {
				t.Errorf("got %+v: ETags that must not be promoted", got)
			}
		})
	}
}
