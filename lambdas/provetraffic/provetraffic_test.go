package provetraffic_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/lambdas/provetraffic"
)

var deployed = time.Date(2026, 11, 23, 12, 0, 20, 0, time.UTC) //nolint:gochecknoglobals // constant of these tests

// fakeMetrics is the requests per minute of primary and staging; a negative number is no datapoint.
type fakeMetrics struct{ primary, staging float64 }

func (f fakeMetrics) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		r := types.MetricDataResult{Id: q.Id, StatusCode: types.StatusCodeComplete}
		value := map[string]float64{"EPRIMARY": f.primary, "ESTAGING": f.staging}[*q.MetricStat.Metric.Dimensions[0].Value]
		for at := *in.StartTime; at.Before(*in.EndTime) && value >= 0; at = at.Add(time.Minute) {
			r.Timestamps, r.Values = append(r.Timestamps, at), append(r.Values, value)
		}
		out.MetricDataResults = append(out.MetricDataResults, r)
	}
	return out, nil
}

type fakePolicy struct {
	config cftypes.ContinuousDeploymentPolicyConfig
	err    error
}

func (f fakePolicy) GetContinuousDeploymentPolicy(context.Context, *cloudfront.GetContinuousDeploymentPolicyInput, ...func(*cloudfront.Options)) (*cloudfront.GetContinuousDeploymentPolicyOutput, error) {
	return &cloudfront.GetContinuousDeploymentPolicyOutput{
		ContinuousDeploymentPolicy: &cftypes.ContinuousDeploymentPolicy{ContinuousDeploymentPolicyConfig: &f.config},
	}, f.err
}

func policy(enabled bool, domain string, weight float32) cftypes.ContinuousDeploymentPolicyConfig {
	return cftypes.ContinuousDeploymentPolicyConfig{
		Enabled:                     &enabled,
		StagingDistributionDnsNames: &cftypes.StagingDistributionDnsNames{Quantity: aws.Int32(1), Items: []string{domain}},
		TrafficConfig: &cftypes.TrafficConfig{
			Type:               cftypes.ContinuousDeploymentPolicyTypeSingleWeight,
			SingleWeightConfig: &cftypes.ContinuousDeploymentSingleWeightConfig{Weight: &weight},
		},
	}
}

// document is in its second step, at 15 %, after 5 % that was written 40 minutes before.
func document() release.Document {
	return release.Document{
		Preflight: &release.Preflight{
			Primary: release.Distribution{ID: "EPRIMARY"}, Staging: release.Distribution{ID: "ESTAGING", Domain: "d1.cloudfront.net"}, PolicyID: "p1",
		},
		Step: &release.Step{Index: 1, Weight: 0.15, Shifts: []release.Shift{
			{Weight: 0.05, At: deployed.Add(-40 * time.Minute)}, {Weight: 0.15, At: deployed.Add(-5 * time.Minute)},
		}},
		Deployed: &release.Deployed{At: deployed},
	}
}

func handler(m fakeMetrics, after time.Duration) provetraffic.Handler {
	return provetraffic.Handler{
		CloudFront: fakePolicy{config: policy(true, "d1.cloudfront.net", 0.15)}, CloudWatch: m,
		Now: func() time.Time { return deployed.Add(after) },
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	const late = time.Hour
	flowed := func(step int) *release.Traffic { return &release.Traffic{Step: step, Flowed: true} }
	cases := map[string]struct {
		metrics fakeMetrics
		after   time.Duration
		before  *release.Traffic
		want    string
		flowed  bool
		note    string
	}{
		"the expected share is flowing": {
			metrics: fakeMetrics{8500, 1500}, after: late, want: release.Flowing, flowed: true,
			note: "staging served 7500 of 50000 requests between 12:52 UTC and 12:57 UTC: 15.0 % of 15 % expected",
		},
		"a primary that counts staging's requests too is flowing, without doubt": {
			metrics: fakeMetrics{10_000, 1500}, after: late, want: release.Flowing, flowed: true,
			note: "staging served 7500 of 57500 requests between 12:52 UTC and 12:57 UTC: 13.0 % of 15 % expected",
		},
		"just a third of the share is flowing, and noted": {
			metrics: fakeMetrics{9500, 500}, after: late, want: release.Flowing, flowed: true,
			note: "5.0 % of 15 % expected; below the weight: some points of presence may be in override",
		},
		"below a third of the share is override": {
			metrics: fakeMetrics{9510, 490}, after: late, want: release.Override,
			note: "4.9 % of 15 % expected; the site has viewers, so CloudFront sends them to the primary, as it does at peak",
		},
		"nothing on staging is not yet routing, soon after the deployment": {
			metrics: fakeMetrics{10_000, -1}, after: 14 * time.Minute, want: release.NotYetRouting,
			note: "0.0 % of 15 % expected; CloudFront may take a while to route after it reports Deployed",
		},
		"nothing on staging is override, long after the deployment": {
			metrics: fakeMetrics{10_000, -1}, after: release.RoutingWithin, want: release.Override,
		},
		"nothing on staging is override at once, where traffic had flowed at this step": {
			metrics: fakeMetrics{10_000, -1}, after: 10 * time.Minute, before: flowed(1), want: release.Override, flowed: true,
		},
		"traffic at the step before does not count as flowed": {
			metrics: fakeMetrics{10_000, -1}, after: 10 * time.Minute, before: flowed(0), want: release.NotYetRouting,
		},
		"few viewers are a quiet site": {
			metrics: fakeMetrics{12, 1}, after: late, want: release.QuietSite,
			note: "staging served 5 of 65 requests between 12:52 UTC and 12:57 UTC: 7.7 % of 15 % expected; the site has too few viewers to tell",
		},
		"no viewers are a quiet site": {
			metrics: fakeMetrics{-1, -1}, after: late, want: release.QuietSite,
			note: "staging served 0 of 0 requests between 12:52 UTC and 12:57 UTC: 0.0 % of 15 % expected",
		},
		"ten requests on staging are proof even on a quiet site": {
			metrics: fakeMetrics{3, 2}, after: late, want: release.Flowing, flowed: true,
		},
		"nine requests on staging are no proof": {
			metrics: fakeMetrics{0, 9}, after: 6 * time.Minute, want: release.QuietSite,
		},
		"before the first minute is visible nothing is proven": {
			metrics: fakeMetrics{8500, 1500}, after: 4 * time.Minute, want: release.NotYetRouting,
			note: "the weight was deployed at 12:00 UTC and no minute since is visible yet",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := document()
			doc.Traffic = c.before
			got, err := handler(c.metrics, c.after).Handle(t.Context(), release.Input{Document: doc})
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict != c.want || got.Flowing != (c.want == release.Flowing) || got.Flowed != c.flowed || got.Step != 1 {
				t.Errorf("got %+v, want %s and flowed %t", got, c.want, c.flowed)
			}
			if !strings.Contains(got.Note, c.note) {
				t.Errorf("got note %q, want %q", got.Note, c.note)
			}
			if !got.At.Equal(deployed.Add(c.after)) {
				t.Errorf("got at %s", got.At)
			}
		})
	}
}

func TestTheWindowHasNoMinuteFromBeforeTheDeployment(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		after    time.Duration
		from, to int // minutes after noon
	}{
		"one minute":                 {6 * time.Minute, 2, 3},
		"two minutes":                {7 * time.Minute, 2, 4},
		"five minutes":               {10 * time.Minute, 2, 7},
		"never more than the newest": {11 * time.Minute, 3, 8},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := handler(fakeMetrics{8500, 1500}, c.after).Handle(t.Context(), release.Input{Document: document()})
			if err != nil {
				t.Fatal(err)
			}
			if got.From.Minute() != c.from || got.To.Minute() != c.to || !got.Flowing || got.StagingRequests != float64(1500*(c.to-c.from)) {
				t.Errorf("got %+v, want minutes %d to %d", got, c.from, c.to)
			}
		})
	}
}

func TestLowestWeightIsTheLowestThatSessionsMayStickTo(t *testing.T) {
	t.Parallel()
	oldest := release.Shift{Weight: 0.01, At: deployed.Add(-90 * time.Minute)}
	cases := map[string]struct {
		ttl    int32
		after  time.Duration
		shifts []release.Shift // beside those of the document
		want   float64
	}{
		"without stickiness only the current weight counts":       {0, 10 * time.Minute, nil, 0.15},
		"the weight before counts while its sessions may last":    {3600, 10 * time.Minute, nil, 0.05},
		"sessions of just before the deployment last the longest": {600, 17 * time.Minute, nil, 0.05},
		"the weight before is forgotten with its last session":    {600, 19 * time.Minute, nil, 0.15},
		"a weight that was replaced long ago is forgotten":        {1800, 10 * time.Minute, []release.Shift{oldest}, 0.05},
		"one that was replaced of late is not":                    {3600, 10 * time.Minute, []release.Shift{oldest}, 0.01},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := document()
			doc.Preflight.MaximumTTL = c.ttl
			doc.Step.Shifts = append(c.shifts, doc.Step.Shifts...)
			got, err := handler(fakeMetrics{8500, 1500}, c.after).Handle(t.Context(), release.Input{Document: doc})
			if err != nil || got.LowestWeight != c.want {
				t.Errorf("got %v, %v, want %v", got.LowestWeight, err, c.want)
			}
		})
	}
}

func TestAPolicyThatSomeoneChangedIsPolicyOff(t *testing.T) {
	t.Parallel()
	header := policy(true, "d1.cloudfront.net", 0.15)
	header.TrafficConfig.Type = cftypes.ContinuousDeploymentPolicyTypeSingleHeader
	cases := map[string]struct {
		policy fakePolicy
		want   string
	}{
		"switched off":          {fakePolicy{config: policy(false, "d1.cloudfront.net", 0.15)}, "policy-off: policy p1 was switched off by someone else"},
		"pointed elsewhere":     {fakePolicy{config: policy(true, "d2.cloudfront.net", 0.15)}, "policy-off: policy p1 was pointed by someone else at d2.cloudfront.net instead of d1.cloudfront.net"},
		"given another weight":  {fakePolicy{config: policy(true, "d1.cloudfront.net", 0.1)}, "policy-off: policy p1 was given weight 0.1 by someone else, this release had set 0.15"},
		"set to header routing": {fakePolicy{config: header}, "policy-off: policy p1 was given weight 0 by someone else, this release had set 0.15"},
		"deleted":               {fakePolicy{err: &smithy.GenericAPIError{Code: "NoSuchContinuousDeploymentPolicy"}}, "policy-off: policy p1 was deleted by someone else"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := handler(fakeMetrics{8500, 1500}, time.Hour)
			h.CloudFront = c.policy
			_, err := h.Handle(t.Context(), release.Input{Document: document()})
			if fault.NameOf(err) != fault.ConfigChanged || err.Error() != c.want {
				t.Errorf("got %v, want %s %q", err, fault.ConfigChanged, c.want)
			}
		})
	}
}

// noMetrics is a CloudWatch that does not answer.
type noMetrics struct{ err error }

func (n noMetrics) GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	return nil, n.err
}

func TestMetricsThatCannotBeReadAreNoProofAndNoFailure(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		code   string
		before *release.Traffic
		flowed bool
	}{
		"at the first look":                    {"Throttling", nil, false},
		"after traffic had flowed":             {"InternalServiceFault", &release.Traffic{Step: 1, Flowing: true, Flowed: true}, true},
		"after traffic had not flowed":         {"InternalServiceFault", &release.Traffic{Step: 1}, false},
		"after traffic at the step before":     {"AccessDenied", &release.Traffic{Step: 0, Flowing: true, Flowed: true}, false},
		"after another look that read nothing": {"AccessDenied", &release.Traffic{Step: 1, Verdict: release.Unreadable, Flowed: true}, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := document()
			doc.Traffic, doc.Preflight.MaximumTTL = c.before, 3600
			h := handler(fakeMetrics{}, 10*time.Minute)
			h.CloudWatch = noMetrics{&smithy.GenericAPIError{Code: c.code}}
			got, err := h.Handle(t.Context(), release.Input{Document: doc})
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict != release.Unreadable || got.Flowing || got.Flowed != c.flowed || got.Step != 1 || !strings.Contains(got.Note, c.code) {
				t.Errorf("got %+v, want it unreadable and flowed %t", got, c.flowed)
			}
			if !got.At.Equal(deployed.Add(10*time.Minute)) || got.From.Minute() != 2 || got.To.Minute() != 7 || got.LowestWeight != 0.05 {
				t.Errorf("got %+v, want the window that could not be read", got)
			}
		})
	}
}

func TestThePolicyIsCheckedEvenWhereNoMetricsCanBeRead(t *testing.T) {
	t.Parallel()
	h := handler(fakeMetrics{}, time.Hour)
	h.CloudFront = fakePolicy{config: policy(false, "d1.cloudfront.net", 0.15)}
	h.CloudWatch = noMetrics{&smithy.GenericAPIError{Code: "Throttling"}}
	if _, err := h.Handle(t.Context(), release.Input{Document: document()}); fault.NameOf(err) != fault.ConfigChanged {
		t.Errorf("got %v, want %s", err, fault.ConfigChanged)
	}
}

func TestAReadThatFailsKeepsItsName(t *testing.T) {
	t.Parallel()
	h := handler(fakeMetrics{8500, 1500}, time.Hour)
	h.CloudFront = fakePolicy{err: &smithy.GenericAPIError{Code: "Throttling"}}
	if _, err := h.Handle(t.Context(), release.Input{Document: document()}); fault.NameOf(err) != fault.Throttled {
		t.Errorf("got %v, want %s", err, fault.Throttled)
	}
}

// TestAShareBetweenTwoWeightsIsNoWonderWhileOlderSessionsLast: the viewers of the step before stay where they are for a while.
func TestAShareBetweenTwoWeightsIsNoWonderWhileOlderSessionsLast(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]string{
		8 * time.Minute: "9.0 % of 15 % expected (5 % as long as older sessions last)",
		time.Hour:       "9.0 % of 15 % expected; below the weight: some points of presence may be in override, or the primary's requests include staging's",
	} {
		doc := document()
		doc.Preflight.MaximumTTL = 1200
		got, err := handler(fakeMetrics{9100, 900}, after).Handle(t.Context(), release.Input{Document: doc})
		if err != nil {
			t.Fatal(err)
		}
		if got.Verdict != release.Flowing || !strings.HasSuffix(got.Note, want) {
			t.Errorf("after %s: got %s: %s, want %s", after, got.Verdict, got.Note, want)
		}
	}
}
