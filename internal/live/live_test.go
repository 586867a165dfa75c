package live_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
)

// empty answers 200 with nothing in it.
type empty struct{}

func (empty) GetDistributionConfig(context.Context, *cf.GetDistributionConfigInput, ...func(*cf.Options)) (*cf.GetDistributionConfigOutput, error) {
	return &cf.GetDistributionConfigOutput{}, nil
}

func (empty) GetContinuousDeploymentPolicy(context.Context, *cf.GetContinuousDeploymentPolicyInput, ...func(*cf.Options)) (*cf.GetContinuousDeploymentPolicyOutput, error) {
	return &cf.GetContinuousDeploymentPolicyOutput{ContinuousDeploymentPolicy: &types.ContinuousDeploymentPolicy{}}, nil
}

func TestAConfigIsReadWithItsETagAndFingerprint(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	got, err := live.ReadConfig(t.Context(), w.API, pairtest.Primary)
	w.Must(err)
	want, _ := w.CloudFront.Live(pairtest.Primary)
	if got.ETag != want.ETag || got.Fingerprint != distribution.Fingerprint(got.DistributionConfig) ||
		aws.ToString(got.ContinuousDeploymentPolicyId) != pairtest.Policy {
		t.Errorf("got %+v", got)
	}
}

func TestAPolicyIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	got, err := live.ReadPolicy(t.Context(), w.API, pairtest.Policy)
	w.Must(err)
	want := w.LivePolicy()
	if !got.On() || got.Weight() != 0.05 || got.DNSName() != want.StagingDomain || got.ID != pairtest.Policy || got.ETag != want.ETag ||
		!got.LastModified.Equal(want.ModifiedAt) {
		t.Errorf("got %+v with weight %v, want %+v", got, got.Weight(), want)
	}
}

func TestAReadThatFailsSaysOfWhat(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	_, err := live.ReadConfig(t.Context(), w.API, "E9NOSUCH000000")
	pairtest.WantFault(t, err, fault.Refused, "read the config of distribution E9NOSUCH000000")
	if got := fault.Code(err); got != "NoSuchDistribution" {
		t.Errorf("got code %q", got)
	}
	_, err = live.ReadPolicy(t.Context(), w.API, "no-such-policy")
	pairtest.WantFault(t, err, fault.Refused, "no-such-policy")
	_, err = live.ReadConfig(t.Context(), empty{}, pairtest.Primary)
	pairtest.WantFault(t, err, fault.Unavailable, "the answer carries none")
	_, err = live.ReadPolicy(t.Context(), empty{}, pairtest.Policy)
	pairtest.WantFault(t, err, fault.Unavailable, "the answer carries none")
}

func TestAPolicyWithoutAWeightSendsNothing(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]types.ContinuousDeploymentPolicyConfig{
		"for want of a traffic config": {},
		"because it routes by header": {TrafficConfig: &types.TrafficConfig{
			Type:               types.ContinuousDeploymentPolicyTypeSingleHeader,
			SingleWeightConfig: &types.ContinuousDeploymentSingleWeightConfig{Weight: aws.Float32(0.1)},
		}},
		"for want of a weight config": {TrafficConfig: &types.TrafficConfig{Type: types.ContinuousDeploymentPolicyTypeSingleWeight}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := live.Policy{ContinuousDeploymentPolicyConfig: &config}
			if got := p.Weight(); got != 0 || p.On() || p.DNSName() != "" {
				t.Errorf("got weight %v, on %t, staging %q", got, p.On(), p.DNSName())
			}
		})
	}
}

func TestEveryWeightSurvivesCloudFrontsFloat(t *testing.T) {
	t.Parallel()
	for _, want := range []float64{0.15, 0.1, 0.05, 0.01, 0.123, 0.001} {
		p := live.Policy{ContinuousDeploymentPolicyConfig: &types.ContinuousDeploymentPolicyConfig{TrafficConfig: &types.TrafficConfig{
			Type:               types.ContinuousDeploymentPolicyTypeSingleWeight,
			SingleWeightConfig: &types.ContinuousDeploymentSingleWeightConfig{Weight: aws.Float32(float32(want))},
		}}}
		if got := p.Weight(); got != want || !live.SameWeight(got, float64(float32(want))) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if live.SameWeight(0.05, 0.051) || live.SameWeight(0.051, 0.05) {
		t.Error("0.05 is taken for 0.051")
	}
}

func off(t *testing.T, w *pairtest.World, header *release.Header, notBefore time.Time) (bool, error) {
	t.Helper()
	return live.SwitchOff(t.Context(), w.API, pairtest.Policy, release.Routing{Header: header}, notBefore)
}

// TestSwitchOffPutsTheWeightBackThatAHeaderHasReplaced, with its stickiness; a policy that routes by weight keeps its own.
func TestSwitchOffPutsTheWeightBackThatAHeaderHasReplaced(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	found := release.Routing{Weighted: &release.Weighted{Weight: 0.02, IdleTTL: 400, MaximumTTL: 500}}
	_, err := live.SwitchOff(t.Context(), w.API, pairtest.Policy, found, time.Time{})
	w.Must(err)
	if p := w.LivePolicy(); p.Enabled || p.Weight == 0.02 {
		t.Errorf("got %+v, want the weight that was in force", p)
	}
	policy, err := live.ReadPolicy(t.Context(), w.API, pairtest.Policy)
	w.Must(err)
	policy.Enabled = aws.Bool(true)
	policy.TrafficConfig = live.ByHeader(release.Header{Name: "aws-cf-cd-release", Value: "colleague"})
	w.Must(policy.Update(t.Context(), w.API))
	_, err = live.SwitchOff(t.Context(), w.API, pairtest.Policy, found, time.Time{})
	w.Must(err)
	if p := w.LivePolicy(); p.Enabled || p.Value != "colleague" {
		t.Errorf("got %+v, want the colleague's header", p)
	}
	policy, err = live.ReadPolicy(t.Context(), w.API, pairtest.Policy)
	w.Must(err)
	policy.Enabled = aws.Bool(true)
	policy.TrafficConfig = live.ByHeader(smokeHeader())
	w.Must(policy.Update(t.Context(), w.API))
	for _, want := range []bool{true, false} {
		got, err := live.SwitchOff(t.Context(), w.API, pairtest.Policy, found, time.Time{})
		w.Must(err)
		p := w.LivePolicy()
		if got != want || p.Enabled || p.Type != "SingleWeight" || p.Weight != 0.02 || p.IdleTTL != 400*time.Second || p.MaximumTTL != 500*time.Second {
			t.Errorf("got written %t, want %t: %+v", got, want, p)
		}
	}
}

// smokeHeader is one as a smoke test puts it on a policy.
func smokeHeader() release.Header {
	return release.Header{Name: "aws-cf-cd-release", Value: strings.Repeat("a", 16) + "-" + strings.Repeat("0", 64)}
}

func TestSwitchOffWritesOnlyWhatIsNotAsWanted(t *testing.T) {
	t.Parallel()
	header := &release.Header{Name: "aws-cf-cd-test", Value: "on"}
	w := pairtest.New(t, pairtest.Shifted)
	for _, step := range []struct {
		why    string
		header *release.Header
		want   bool
	}{
		{"the policy is on", nil, true},
		{"it is off", nil, false},
		{"it is off, but routes by weight", header, true},
		{"it is off and routes by header", header, false},
		{"somebody else has given the header another value since", &release.Header{Name: "aws-cf-cd-test", Value: "other"}, false},
		{"header routing is nobody's concern", nil, false},
	} {
		got, err := off(t, w, step.header, time.Time{})
		w.Must(err)
		if got != step.want || w.LivePolicy().Enabled {
			t.Errorf("where %s: got written %t, want %t", step.why, got, step.want)
		}
	}
	if p := w.LivePolicy(); p.Header != "aws-cf-cd-test" || p.Value != "on" {
		t.Errorf("got policy %+v", p)
	}
}

func TestSwitchOffFollowsAnEditAndKeepsIt(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Before: func() {
		w.EditPolicy("TrafficConfig/SingleWeightConfig/Weight", "0.11")
	}})
	wrote, err := off(t, w, nil, time.Time{})
	w.Must(err)
	if p := w.LivePolicy(); !wrote || p.Enabled || p.Weight != 0.11 || p.MaximumTTL != 10*time.Minute {
		t.Errorf("got policy %+v, written %t", p, wrote)
	}
}

func TestSwitchOffGivesUpOnAPolicyThatChangesAllTheTime(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	w.Calls.Fault = func(c transport.Call) transport.Outcome {
		if c.Operation != pairtest.UpdatePolicy {
			return transport.Outcome{}
		}
		return transport.Outcome{Before: func() { w.EditPolicy("Enabled", "true") }}
	}
	_, err := off(t, w, nil, time.Time{})
	pairtest.WantFault(t, err, fault.Unavailable, pairtest.Policy, "under each of 3 tries")
}

func TestSwitchOffBelievesOnlyAReadFromAfterThePolicyMayHaveBeenEnabled(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked) // its policy has been off since the beginning
	wrote, err := off(t, w, nil, w.Clock.Now().Add(-time.Second))
	w.Must(err)
	if wrote {
		t.Error("got a write over a policy that was switched off later")
	}
	wrote, err = off(t, w, nil, w.Clock.Now())
	w.Must(err)
	if !wrote {
		t.Error("got a read believed that may be from before the policy was enabled")
	}
}

func TestSwitchOffNamesWhatStoodInItsWay(t *testing.T) {
	t.Parallel()
	refuse := func(status int, code string) transport.Outcome {
		return transport.Outcome{Kind: transport.Refuse, Status: status, Code: code}
	}
	for name, c := range map[string]struct {
		answer transport.Outcome
		want   fault.Name
	}{
		"an illegal update may pass later": {refuse(400, "IllegalUpdate"), fault.Unavailable},
		"a denied one does not":            {refuse(403, "AccessDenied"), fault.Refused},
		"a slow down is one":               {transport.Throttled(), fault.Throttled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Shifted)
			w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, c.answer)
			_, err := off(t, w, nil, time.Time{})
			pairtest.WantFault(t, err, c.want, pairtest.Policy)
		})
	}
}

// refuseHeaders is a CloudFront that answers the first update of the policy with a refusal, and the next with another outcome.
func refuseHeaders(w *pairtest.World, refusal, next transport.Outcome) {
	w.Calls.Fault = func(c transport.Call) transport.Outcome {
		switch {
		case c.Operation != pairtest.UpdatePolicy:
			return transport.Outcome{}
		case c.Attempt == 1:
			return refusal
		}
		return next
	}
}

func TestWhereTheHeaderCannotBePutBackThePolicyIsSwitchedOffWithoutIt(t *testing.T) {
	t.Parallel()
	header := &release.Header{Name: "aws-cf-cd-test", Value: "on"}
	refuse := func(status int, code string) transport.Outcome {
		return transport.Outcome{Kind: transport.Refuse, Status: status, Code: code, Message: "refused by the test"}
	}
	for name, c := range map[string]struct {
		first, second transport.Outcome
		updates       int
		off           bool
		want          fault.Name
		words         []string
	}{
		"an invalid header leaves its traffic config as it was found": {
			refuse(400, "InvalidArgument"), transport.Outcome{}, 2, true, fault.Refused, []string{"is off", "routing found on it could not be put back", "refused by the test"},
		},
		"one that is illegal just now is tried again later": {
			refuse(400, "IllegalUpdate"), transport.Outcome{}, 2, true, fault.Unavailable, []string{"is off"},
		},
		"where that is refused, too, it is tried again later": {
			refuse(400, "IllegalUpdate"), refuse(400, "IllegalUpdate"), 2, false, fault.Unavailable, []string{"cannot be switched off just now"},
		},
		"someone else in between makes it be tried again": {
			refuse(400, "InvalidArgument"), refuse(412, "PreconditionFailed"), 4, false, fault.Unavailable, []string{"changed under each of 3 tries"},
		},
		"a slow down is no refusal of the header": {transport.Throttled(), transport.Outcome{}, 1, false, fault.Throttled, nil},
		"an outage is no refusal of the header":   {transport.Unavailable(), transport.Outcome{}, 1, false, fault.Unavailable, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Shifted)
			before := w.LivePolicy()
			refuseHeaders(w, c.first, c.second)
			wrote, err := off(t, w, header, time.Time{})
			pairtest.WantFault(t, err, c.want, append(c.words, pairtest.Policy)...)
			want, got := before, w.LivePolicy()
			want.Enabled, want.ETag, want.ModifiedAt = !c.off, got.ETag, got.ModifiedAt
			if n := w.Calls.Count(pairtest.CloudFront, pairtest.UpdatePolicy); got != want || n != c.updates || wrote {
				t.Errorf("got policy %+v after %d updates, written %t, want %+v after %d", got, n, wrote, want, c.updates)
			}
		})
	}
}

func TestAConflictOverTheHeaderIsFollowed(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	w.Strike(pairtest.CloudFront, pairtest.UpdatePolicy, transport.Outcome{Before: func() {
		w.EditPolicy("TrafficConfig/SingleWeightConfig/Weight", "0.11")
	}})
	wrote, err := off(t, w, &release.Header{Name: "aws-cf-cd-test", Value: "on"}, time.Time{})
	w.Must(err)
	if p := w.LivePolicy(); !wrote || p.Enabled || p.Header != "aws-cf-cd-test" {
		t.Errorf("got policy %+v, written %t, want the header put back", p, wrote)
	}
}
