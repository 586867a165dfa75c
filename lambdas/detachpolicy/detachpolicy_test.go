package detachpolicy_test

import (
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/detachpolicy"
)

const policyID = "ContinuousDeploymentPolicyId"

func detach(t *testing.T, w *pairtest.World) (release.Detach, error) {
	t.Helper()
	if w.Document.Parts == nil { // as maintenance has found it
		w.Document.Preflight = &release.Preflight{PolicyID: pairtest.Policy}
	}
	h := detachpolicy.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

// fields is the primary's config as text, without the policy's id.
func fields(t *testing.T, w *pairtest.World) string {
	t.Helper()
	config, _ := w.CloudFront.Live(pairtest.Primary)
	text := string(config.XML())
	for _, id := range []string{"<ContinuousDeploymentPolicyId>" + pairtest.Policy + "</ContinuousDeploymentPolicyId>", "<ContinuousDeploymentPolicyId></ContinuousDeploymentPolicyId>"} {
		text = strings.ReplaceAll(text, id, "")
	}
	return text
}

func TestThePolicyIsDetachedAndNothingElseIsChanged(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	before := fields(t, w)
	got, err := detach(t, w)
	w.Must(err)
	w.WantWrites(1)
	if after := fields(t, w); after != before {
		t.Errorf("the primary became\n%s\nfrom\n%s", after, before)
	}
	if id := w.Text(pairtest.Primary, policyID); id != "" {
		t.Errorf("policy %s is attached", id)
	}
	config, _ := w.CloudFront.Live(pairtest.Primary)
	now := w.Clock.Now()
	want := release.Detach{Write: release.Write{
		Distribution: pairtest.Primary, Written: true, At: now, LastModified: config.ModifiedAt, Deadline: now.Add(20 * time.Minute),
	}}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWhatNoWriteDetachesIsSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		detach   cloudfront.Detach
		omitted  cloudfront.Omitted
		attached string
	}{
		"an empty id is enough":                           {cloudfront.DetachDisabledOnly, cloudfront.OmittedKeeps, ""},
		"an empty id is enough for every policy":          {cloudfront.DetachAlways, cloudfront.OmittedKeeps, ""},
		"only leaving the id out helps":                   {cloudfront.DetachNever, cloudfront.OmittedDetaches, ""},
		"neither helps":                                   {cloudfront.DetachNever, cloudfront.OmittedKeeps, pairtest.Policy},
		"an empty id does not help and none is forbidden": {cloudfront.DetachNever, cloudfront.OmittedRefused, pairtest.Policy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			w.CloudFront.Switches.DetachWithEmpty, w.CloudFront.Switches.OmittedPolicyID = c.detach, c.omitted
			got, err := detach(t, w)
			w.Must(err)
			if got.StillAttached != c.attached || w.Text(pairtest.Primary, policyID) != c.attached {
				t.Errorf("got %+v with %q attached, want %q", got, w.Text(pairtest.Primary, policyID), c.attached)
			}
		})
	}
}

func TestASecondCallWritesNothing(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := detach(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	got, err := detach(t, w)
	w.Must(err)
	w.WantWrites(1)
	if !got.Written || got.Distribution != pairtest.Primary {
		t.Errorf("got %+v, want written: the propagation of the first call is still to be waited for", got)
	}
}

func TestAnEditInTheSameMomentIsKept(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{
		Before: func() { w.Edit(pairtest.Primary, "Comment", "theirs") },
	})
	_, err := detach(t, w)
	w.Must(err)
	if comment := w.Text(pairtest.Primary, "Comment"); comment != "theirs" {
		t.Errorf("got comment %q", comment)
	}
}

func TestAPrimaryThatIsGoneHasNothingToWaitFor(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string]release.Parts{
		"found gone before":  {PolicyID: pairtest.Policy},
		"deleted since then": {PolicyID: pairtest.Policy, Primary: "E9DELETED00000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			w.Document.Parts = &parts
			got, err := detach(t, w)
			w.Must(err)
			w.WantWrites(0)
			if got != (release.Detach{}) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestMaintenanceTakesNoPolicyOffButTheOneThatItHasFound.
func TestMaintenanceTakesNoPolicyOffButTheOneThatItHasFound(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Document.Preflight = &release.Preflight{PolicyID: "another"}
	h := detachpolicy.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	_, err := h.Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.ConfigChanged, pairtest.Policy, "by someone else instead of", "another")
	w.WantWrites(0)
}

func TestWhatMayPassIsRetriedAndWhatIsNotOursIsLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		want   fault.Name
		words  string
	}{
		"another policy": {func(w *pairtest.World) {
			w.Document.Parts = &release.Parts{Primary: pairtest.Primary, PolicyID: "another"}
		}, fault.ConfigChanged, pairtest.Policy},
		"a primary that is being deployed": {func(w *pairtest.World) {
			w.CloudFront.Switches.UpdateWhileInProgress = false
			w.EditPolicy("Enabled", "true")
			w.EditPolicy("Enabled", "false")
		}, fault.StillInUse, pairtest.Primary},
		"too many requests": {func(w *pairtest.World) {
			w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Throttled())
		}, fault.Throttled, pairtest.Primary},
		"a lock that was lost": {func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: pairtest.Other}) }, fault.LockLost, pairtest.Other},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			c.before(w)
			_, err := detach(t, w)
			pairtest.WantFault(t, err, c.want, c.words)
			w.WantWrites(0)
		})
	}
}
