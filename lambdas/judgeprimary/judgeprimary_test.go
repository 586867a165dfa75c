package judgeprimary_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/lambdas/judgeprimary"
)

const alarm = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:site"

var deployed = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // constant of these tests

// fakeAlarm is the state of the one alarm.
type fakeAlarm struct {
	state types.StateValue
	err   error
}

func (f fakeAlarm) DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	return &cloudwatch.DescribeAlarmsOutput{MetricAlarms: []types.MetricAlarm{{AlarmArn: aws.String(alarm), StateValue: f.state}}}, f.err
}

const judged = "the judged config"

// configOf stands for a whole config by its comment.
func configOf(comment string) *cftypes.DistributionConfig {
	return &cftypes.DistributionConfig{Comment: &comment}
}

// fakeConfig is the live config of the primary, and notes which distributions were read.
type fakeConfig struct {
	comment string
	err     error
	read    []string
}

func (f *fakeConfig) GetDistributionConfig(_ context.Context, in *cloudfront.GetDistributionConfigInput, _ ...func(*cloudfront.Options)) (*cloudfront.GetDistributionConfigOutput, error) {
	f.read = append(f.read, *in.Id)
	return &cloudfront.GetDistributionConfigOutput{DistributionConfig: configOf(f.comment)}, f.err
}

// primary is minutes of 1,000 requests with so many 5xx each.
func primary(from time.Time, minutes int, errors5xx int64) release.Series {
	return release.Series{
		Distribution: "EPRIMARY", From: from,
		Requests: slices.Repeat([]int64{1000}, minutes), Errors4xx: make([]int64, minutes), Errors5xx: slices.Repeat([]int64{errors5xx}, minutes),
	}
}

func after(minutes int, errors5xx int64) *release.Observation {
	return &release.Observation{
		Canary: primary(deployed.Add(2*time.Minute), minutes, errors5xx), Baseline: primary(deployed.Add(-3*time.Hour), 60, 1),
	}
}

func document(o *release.Observation, before *release.Bake) release.Document {
	return release.Document{
		Plan: &release.Plan{
			Bake:  release.Duration(15 * time.Minute),
			Gates: release.Gates{MinimumRequests: 1000, Tolerance: release.Tolerance{Errors5xx: 0.5, Errors4xx: 1}},
		},
		Staging: &release.Staging{Fingerprint: distribution.Fingerprint(configOf(judged))},
		Preflight: &release.Preflight{
			Primary: release.Distribution{ID: "EPRIMARY"},
			Past:    release.Past{Errors5xx: release.PastErrors{Dispersion: 1}, Errors4xx: release.PastErrors{Dispersion: 1}},
		},
		Deployed:    &release.Deployed{At: deployed},
		Observation: o,
		Bake:        before,
	}
}

// The three arrows of the Choice "Primary Healthy?".
const (
	done      = "done"
	again     = "continue"
	regressed = "regressed"
)

// arrow is which of the three the bake takes; it fails unless it is exactly one.
func arrow(t *testing.T, b release.Bake) string {
	t.Helper()
	var taken []string
	for name, set := range map[string]bool{done: b.Done, again: b.Continue, regressed: b.Regressed} {
		if set {
			taken = append(taken, name)
		}
	}
	if len(taken) != 1 {
		t.Fatalf("got arrows %v, want exactly one", taken)
	}
	return taken[0]
}

func TestHandle(t *testing.T) {
	t.Parallel()
	const early, end, extendedEnd = 14*time.Minute + 59*time.Second, 15 * time.Minute, 30 * time.Minute
	extended := &release.Bake{Extended: true, Since: deployed}
	unreadable := &release.Observation{Error: "Unavailable", Cause: "gone"}
	cases := map[string]struct {
		observation  *release.Observation
		before       *release.Bake
		alarm        *fakeAlarm
		after        time.Duration
		verdict      string
		arrow        string
		extended     bool
		inconclusive bool
		reason       string // part of a reason
	}{
		"health before the end is looked at again": {observation: after(10, 1), after: early, verdict: "healthy", arrow: again},
		"health at the end ends the bake": {
			observation: after(10, 1), after: end, verdict: "healthy", arrow: done,
			reason: "5xx: primary after the promotion 10 of 10,000 (0.10 %), primary before the release 60 of 60,000 (0.10 %): +0.00 points, between −0.16 and +0.16 with 99 % confidence however often one looks; tolerance 0.50 → healthy",
		},
		"errors go back at the first look":    {observation: after(1, 50), after: 6 * time.Minute, verdict: "unhealthy", arrow: regressed},
		"errors go back at the end":           {observation: after(10, 50), after: end, verdict: "unhealthy", arrow: regressed},
		"errors go back after an extension":   {observation: after(25, 50), before: extended, after: extendedEnd, verdict: "unhealthy", arrow: regressed, extended: true},
		"no data before the end is no end":    {observation: after(0, 0), after: early, verdict: "inconclusive", arrow: again},
		"no data at the end doubles the bake": {observation: after(0, 0), after: end, verdict: "inconclusive", arrow: again, extended: true},
		"no metrics at the end double it too": {observation: unreadable, after: end, verdict: "inconclusive", arrow: again, extended: true, reason: "metrics: could not be read (Unavailable: gone)"},
		"health in the extension ends it":     {observation: after(11, 1), before: extended, after: end + time.Minute, verdict: "healthy", arrow: done, extended: true},
		"no data in the extension is no end":  {observation: after(0, 0), before: extended, after: extendedEnd - time.Second, verdict: "inconclusive", arrow: again, extended: true},
		"no data after the extension ends it": {observation: after(0, 0), before: extended, after: extendedEnd, verdict: "inconclusive", arrow: done, extended: true, inconclusive: true},
		"no observation is inconclusive":      {after: end, verdict: "inconclusive", arrow: again, extended: true},
		"an alarm in ALARM goes back":         {observation: after(10, 1), alarm: &fakeAlarm{state: types.StateValueAlarm}, after: early, verdict: "unhealthy", arrow: regressed, reason: "alarm site: ALARM → unhealthy"},
		"an alarm that may not be read is not health": {
			observation: after(10, 1), alarm: &fakeAlarm{err: &smithy.GenericAPIError{Code: "AccessDenied"}}, after: end,
			verdict: "inconclusive", arrow: again, extended: true,
		},
		"an observation from before the promotion is not health": {
			observation: &release.Observation{Canary: primary(deployed.Add(-time.Minute), 15, 1), Baseline: primary(deployed, 15, 1)},
			after:       end, verdict: "inconclusive", arrow: again, extended: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := document(c.observation, c.before)
			h := judgeprimary.Handler{CloudFront: &fakeConfig{comment: judged}, Now: func() time.Time { return deployed.Add(c.after) }}
			if c.alarm != nil {
				doc.Plan.Gates.Alarms, h.CloudWatch = []string{alarm}, *c.alarm
			}
			got, err := h.Handle(t.Context(), release.Input{Document: doc})
			if err != nil {
				t.Fatal(err)
			}
			if taken := arrow(t, got); got.Verdict != c.verdict || taken != c.arrow || got.Extended != c.extended || got.Inconclusive != c.inconclusive {
				t.Errorf("got %+v", got)
			}
			if !slices.ContainsFunc(got.Reasons, func(r string) bool { return strings.Contains(r, c.reason) }) {
				t.Errorf("got reasons %q, want %q among them", got.Reasons, c.reason)
			}
			if !got.Since.Equal(deployed) {
				t.Errorf("got since %s, want %s", got.Since, deployed)
			}
		})
	}
}

func TestTheBakeRunsFromItsFirstLook(t *testing.T) {
	t.Parallel()
	first := deployed.Add(-time.Hour)
	h := judgeprimary.Handler{CloudFront: &fakeConfig{comment: judged}, Now: func() time.Time { return deployed }}
	got, err := h.Handle(t.Context(), release.Input{Document: document(after(10, 1), &release.Bake{Since: first})})
	if err != nil || !got.Since.Equal(first) || !got.Done {
		t.Errorf("got %+v, %v, want the bake since %s done", got, err, first)
	}
}

func TestAtTheEndThePrimaryIsComparedWithWhatWasPromoted(t *testing.T) {
	t.Parallel()
	extended := &release.Bake{Extended: true, Since: deployed}
	for name, c := range map[string]struct {
		observation *release.Observation
		before      *release.Bake
		after       time.Duration
		comment     string
		want        bool // changed since
		reads       int
	}{
		"it is unchanged when the bake ends":            {after(10, 1), nil, 15 * time.Minute, judged, false, 1},
		"it was changed by someone else":                {after(10, 1), nil, 15 * time.Minute, "theirs", true, 1},
		"it was changed, and the bake could not tell":   {after(0, 0), extended, 30 * time.Minute, "theirs", true, 1},
		"it is not read before the bake ends":           {after(10, 1), nil, 14 * time.Minute, "theirs", false, 0},
		"it is not read before an extended bake begins": {after(0, 0), nil, 15 * time.Minute, "theirs", false, 0},
		"it is not read where it got worse":             {after(10, 50), nil, 15 * time.Minute, "theirs", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			live := &fakeConfig{comment: c.comment}
			h := judgeprimary.Handler{CloudFront: live, Now: func() time.Time { return deployed.Add(c.after) }}
			got, err := h.Handle(t.Context(), release.Input{Document: document(c.observation, c.before)})
			if err != nil || got.ChangedSince != c.want || len(live.read) != c.reads {
				t.Errorf("got %+v, %v after reads of %q, want changed since %t after %d", got, err, live.read, c.want, c.reads)
			}
			if c.reads == 1 && live.read[0] != "EPRIMARY" {
				t.Errorf("got a read of %s, want the primary's", live.read[0])
			}
		})
	}
}

func TestAPrimaryThatCannotBeReadAtTheEndIsAFault(t *testing.T) {
	t.Parallel()
	h := judgeprimary.Handler{
		CloudFront: &fakeConfig{err: &smithy.GenericAPIError{Code: "Throttling"}},
		Now:        func() time.Time { return deployed.Add(15 * time.Minute) },
	}
	got, err := h.Handle(t.Context(), release.Input{Document: document(after(10, 1), nil)})
	if fault.NameOf(err) != fault.Throttled || got.Done {
		t.Errorf("got %+v, %v, want %s", got, err, fault.Throttled)
	}
}

func TestAlarmsThatCannotBeReadCostNothingButTime(t *testing.T) {
	t.Parallel()
	doc := document(after(10, 1), nil)
	doc.Plan.Gates.Alarms = []string{alarm}
	for _, code := range []string{"Throttling", "InternalServiceFault", "AccessDenied"} {
		h := judgeprimary.Handler{
			CloudWatch: fakeAlarm{err: &smithy.GenericAPIError{Code: code}}, Now: func() time.Time { return deployed },
		}
		got, err := h.Handle(t.Context(), release.Input{Document: doc})
		if err != nil || !got.Continue || got.Verdict != "inconclusive" || !strings.Contains(strings.Join(got.Reasons, "\n"), code) {
			t.Errorf("%s: got %+v, %v, want to look again", code, got, err)
		}
	}
}
