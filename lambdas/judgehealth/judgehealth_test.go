package judgehealth_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/release"
	"cloudfront-cd/lambdas/judgehealth"
)

const alarm = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:site"

var deployed = time.Date(2026, 11, 23, 12, 0, 20, 0, time.UTC) //nolint:gochecknoglobals // constant of these tests

// fakeAlarm is the state of the one alarm.
type fakeAlarm struct {
	state types.StateValue
	err   error
}

func (f fakeAlarm) DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	return &cloudwatch.DescribeAlarmsOutput{MetricAlarms: []types.MetricAlarm{{AlarmArn: aws.String(alarm), StateValue: f.state}}}, f.err
}

// series is minutes of 1,000 requests with so many 5xx each.
func series(distribution string, minutes int, errors5xx int64) release.Series {
	return release.Series{
		Distribution: distribution, From: deployed.Add(2*time.Minute + 40*time.Second),
		Requests: slices.Repeat([]int64{1000}, minutes), Errors4xx: make([]int64, minutes), Errors5xx: slices.Repeat([]int64{errors5xx}, minutes),
	}
}

// observed is minutes in which staging had so many 5xx and the primary one.
func observed(minutes int, errors5xx int64) *release.Observation {
	return &release.Observation{Canary: series("ESTAGING", minutes, errors5xx), Baseline: series("EPRIMARY", minutes, 1)}
}

// document is in the second and last step, which wants 15 judged minutes within 55, after a first that passed.
func document() release.Document {
	return release.Document{
		Plan: &release.Plan{
			Ramp: []release.RampStep{
				{Weight: 0.05, Observe: release.Duration(10 * time.Minute), Deadline: release.Duration(40 * time.Minute)},
				{Weight: 0.15, Observe: release.Duration(15 * time.Minute), Deadline: release.Duration(55 * time.Minute)},
			},
			Gates: release.Gates{MinimumRequests: 1000, Tolerance: release.Tolerance{Errors5xx: 0.5, Errors4xx: 1}},
		},
		Preflight: &release.Preflight{
			Primary: release.Distribution{ID: "EPRIMARY"}, Staging: release.Distribution{ID: "ESTAGING"},
			Past: release.Past{Errors5xx: release.PastErrors{Dispersion: 1}, Errors4xx: release.PastErrors{Dispersion: 1.2}},
		},
		Step:        &release.Step{Index: 1, Weight: 0.15, Last: true},
		Deployed:    &release.Deployed{At: deployed},
		Traffic:     &release.Traffic{Step: 1, Verdict: release.Flowing, Flowing: true, Note: "all is well"},
		Observation: observed(15, 1),
		Judgement:   &release.Judgement{Passed: []release.PassedStep{{Step: 0, Weight: 0.05}}},
	}
}

// passed is a document whose last step had passed already and is looked at again.
func passed(d *release.Document) {
	d.Judgement.Passed = append(d.Judgement.Passed, release.PassedStep{Step: 1, Weight: 0.15})
}

// The five arrows of the Choice "Verdict?".
const (
	releaseHealthy = "releaseHealthy"
	calibrated     = "calibrated"
	stepHealthy    = "stepHealthy"
	observe        = "observe"
	stop           = "stop"
)

// arrow is which of the five the judgement takes; it fails unless it is exactly one.
func arrow(t *testing.T, j release.Judgement) string {
	t.Helper()
	var taken []string
	for name, set := range map[string]bool{releaseHealthy: j.ReleaseHealthy, calibrated: j.Calibrated, stepHealthy: j.StepHealthy, observe: j.Observe, stop: j.Stop} {
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
	const early, late = 30 * time.Minute, 55 * time.Minute
	cases := map[string]struct {
		change  func(*release.Document)
		alarm   *fakeAlarm
		after   time.Duration
		verdict string
		arrow   string
		passed  int
		reason  string // part of a reason
	}{
		"the last step passes": {
			after: early, verdict: "healthy", arrow: releaseHealthy, passed: 2,
			reason: "5xx: staging 15 of 15,000 (0.10 %), primary 15 of 15,000 (0.10 %): +0.00 points, between −0.18 and +0.18 with 99 % confidence however often one looks; tolerance 0.50 → healthy",
		},
		"what is left out is said": {
			after: early, verdict: "healthy", arrow: releaseHealthy, passed: 2,
			reason: "excluded: the first 2m after the deployment (warm-up), the newest 3m (metric delay)",
		},
		"the last step of a calibration passes without a promotion": {
			change: func(d *release.Document) { d.Plan.Change.Kind = release.KindNone },
			after:  early, verdict: "healthy", arrow: calibrated, passed: 2,
		},
		"a step of a calibration passes and there is another": {
			change: func(d *release.Document) {
				d.Plan.Change.Kind = release.KindNone
				d.Step, d.Traffic.Step, d.Judgement = &release.Step{Index: 0, Weight: 0.05}, 0, nil
			},
			after: early, verdict: "healthy", arrow: stepHealthy, passed: 1,
		},
		"a step passes even at its deadline": {after: late, verdict: "healthy", arrow: releaseHealthy, passed: 2},
		"a step passes and there is another": {
			change: func(d *release.Document) {
				d.Step, d.Traffic.Step, d.Judgement = &release.Step{Index: 0, Weight: 0.05}, 0, nil
			},
			after: early, verdict: "healthy", arrow: stepHealthy, passed: 1,
		},
		"a step that had passed before is not entered twice": {
			change: passed, after: early, verdict: "healthy", arrow: releaseHealthy, passed: 2,
		},
		"a step that had passed before must pass again": {
			change: func(d *release.Document) {
				passed(d)
				d.Traffic.Flowing, d.Traffic.Verdict = false, release.Override
			},
			after: early, verdict: "inconclusive", arrow: observe, passed: 1,
		},
		"a step that had passed before passes again until its deadline": {
			change: passed, after: late - time.Second, verdict: "healthy", arrow: releaseHealthy, passed: 2,
		},
		"a step that had passed before and was not promoted by its deadline stops the release": {
			change: passed, after: late, verdict: "inconclusive", arrow: stop, passed: 1,
			reason: "promotion: the step had passed, but it could not be promoted since → inconclusive",
		},
		"that another step had passed before does not count": {
			after: late + time.Hour, verdict: "healthy", arrow: releaseHealthy, passed: 2,
		},
		"errors on staging stop the release": {
			change: func(d *release.Document) { d.Observation = observed(3, 50) },
			after:  early, verdict: "unhealthy", arrow: stop, passed: 1, reason: "→ unhealthy",
		},
		"errors on staging stop the release even without flowing traffic": {
			change: func(d *release.Document) {
				d.Observation = observed(3, 50)
				d.Traffic = nil
			},
			after: early, verdict: "unhealthy", arrow: stop, passed: 1,
		},
		"too few judged minutes are looked at again": {
			change: func(d *release.Document) { d.Observation = observed(14, 1) },
			after:  early, verdict: "inconclusive", arrow: observe, passed: 1, reason: "observe: 14 judged minutes of 15m → inconclusive",
		},
		"too few judged minutes at the deadline stop the release": {
			change: func(d *release.Document) { d.Observation = observed(14, 1) },
			after:  late, verdict: "inconclusive", arrow: stop, passed: 1, reason: "the step's deadline of 55m after its deployment has come",
		},
		"a second before the deadline it is looked at again": {
			change: func(d *release.Document) { d.Observation = observed(14, 1) },
			after:  late - time.Second, verdict: "inconclusive", arrow: observe, passed: 1,
		},
		"traffic that does not flow is never healthy": {
			change: func(d *release.Document) {
				d.Traffic = &release.Traffic{Step: 1, Verdict: release.QuietSite, Note: "3 of 20 requests"}
			},
			after: early, verdict: "inconclusive", arrow: observe, passed: 1, reason: "traffic: quiet-site: 3 of 20 requests → inconclusive",
		},
		"traffic that does not flow at the deadline stops the release": {
			change: func(d *release.Document) {
				d.Traffic = &release.Traffic{Step: 1, Verdict: release.Override, Note: "nothing arrives", Flowed: true}
			},
			after: late, verdict: "inconclusive", arrow: stop, passed: 1, reason: "traffic: override: nothing arrives → inconclusive",
		},
		"a proof of traffic from the step before does not count": {
			change: func(d *release.Document) { d.Traffic.Step = 0 },
			after:  early, verdict: "inconclusive", arrow: observe, passed: 1, reason: "traffic: not proven at this step → inconclusive",
		},
		"no proof of traffic at all does not count": {
			change: func(d *release.Document) { d.Traffic = nil },
			after:  early, verdict: "inconclusive", arrow: observe, passed: 1,
		},
		"no data is not healthy": {
			change: func(d *release.Document) { d.Observation = observed(0, 0) },
			after:  early, verdict: "inconclusive", arrow: observe, passed: 1, reason: "requests: staging 0 of the 1,000 needed → inconclusive",
		},
		"metrics that could not be read are not healthy": {
			change: func(d *release.Document) {
				d.Observation = &release.Observation{Error: "Refused", Cause: `{"errorMessage":"not authorized","errorType":"Refused"}`}
			},
			after: early, verdict: "inconclusive", arrow: observe, passed: 1, reason: "metrics: could not be read (Refused: not authorized) → inconclusive",
		},
		"metrics that could not be read by the deadline stop the release": {
			change: func(d *release.Document) { d.Observation = &release.Observation{Error: "Unavailable", Cause: "gone"} },
			after:  late, verdict: "inconclusive", arrow: stop, passed: 1, reason: "metrics: could not be read (Unavailable: gone) → inconclusive",
		},
		"an observation of the step before is not healthy": {
			change: func(d *release.Document) { d.Deployed = &release.Deployed{At: deployed.Add(20 * time.Minute)} },
			after:  early, verdict: "inconclusive", arrow: observe, passed: 1,
		},
		"an alarm in ALARM stops the release": {
			alarm: &fakeAlarm{state: types.StateValueAlarm},
			after: early, verdict: "unhealthy", arrow: stop, passed: 1, reason: "alarm site: ALARM → unhealthy",
		},
		"an alarm that is OK lets it pass": {
			alarm: &fakeAlarm{state: types.StateValueOk},
			after: early, verdict: "healthy", arrow: releaseHealthy, passed: 2, reason: "alarm site: OK → healthy",
		},
		"an alarm without data is noted": {
			alarm: &fakeAlarm{state: types.StateValueInsufficientData},
			after: early, verdict: "healthy", arrow: releaseHealthy, passed: 2, reason: "alarm site: INSUFFICIENT_DATA, which is not counted as health",
		},
		"an alarm that may not be read is not healthy": {
			alarm: &fakeAlarm{err: &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"}},
			after: early, verdict: "inconclusive", arrow: observe, passed: 1, reason: "alarm site: could not be read",
		},
		"an alarm that may not be read by the deadline stops the release": {
			alarm: &fakeAlarm{err: &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"}},
			after: late, verdict: "inconclusive", arrow: stop, passed: 1,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := document()
			h := judgehealth.Handler{Now: func() time.Time { return deployed.Add(c.after) }}
			if c.change != nil {
				c.change(&doc)
			}
			if c.alarm != nil {
				doc.Plan.Gates.Alarms, h.CloudWatch = []string{alarm}, *c.alarm
			}
			got, err := h.Handle(t.Context(), release.Input{Document: doc})
			if err != nil {
				t.Fatal(err)
			}
			if taken := arrow(t, got); got.Verdict != c.verdict || taken != c.arrow || len(got.Passed) != c.passed {
				t.Errorf("got %s, %s and %d passed, want %s, %s and %d; %q", got.Verdict, taken, len(got.Passed), c.verdict, c.arrow, c.passed, got.Reasons)
			}
			if !slices.ContainsFunc(got.Reasons, func(r string) bool { return strings.Contains(r, c.reason) }) {
				t.Errorf("got reasons %q, want %q among them", got.Reasons, c.reason)
			}
			if got.Step != doc.Step.Index || !got.At.Equal(deployed.Add(c.after)) {
				t.Errorf("got step %d at %s", got.Step, got.At)
			}
		})
	}
}

func TestAPassedStepKeepsItsEvidence(t *testing.T) {
	t.Parallel()
	h := judgehealth.Handler{Now: func() time.Time { return deployed.Add(30 * time.Minute) }}
	got, err := h.Handle(t.Context(), release.Input{Document: document()})
	if err != nil || got.JudgedMinutes != 15 || len(got.Passed) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	p := got.Passed[1]
	if p.Step != 1 || p.Weight != 0.15 || len(p.Reasons) != 3 || !p.At.Equal(got.At) || p.JudgedMinutes != 15 || len(p.Gates) != 2 {
		t.Errorf("got %+v", p)
	}
	if want := document().Observation; !reflect.DeepEqual(p.Observation, want) {
		t.Errorf("got observation %+v, want the one it passed on, %+v", p.Observation, want)
	}
}

func TestAlarmsThatCannotBeReadCostNothingButTime(t *testing.T) {
	t.Parallel()
	doc := document()
	doc.Plan.Gates.Alarms = []string{alarm}
	for _, code := range []string{"ThrottlingException", "InternalServiceFault", "AccessDenied"} {
		h := judgehealth.Handler{
			CloudWatch: fakeAlarm{err: &smithy.GenericAPIError{Code: code}}, Now: func() time.Time { return deployed },
		}
		got, err := h.Handle(t.Context(), release.Input{Document: doc})
		if err != nil || !got.Observe || got.Verdict != "inconclusive" || !strings.Contains(strings.Join(got.Reasons, "\n"), code) {
			t.Errorf("%s: got %+v, %v, want to look again", code, got, err)
		}
	}
}
