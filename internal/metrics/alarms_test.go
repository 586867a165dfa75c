package metrics_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/release"
)

const alarmPrefix = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:"

type alarmPages struct {
	answers []*cloudwatch.DescribeAlarmsOutput
	err     error
	asked   []*cloudwatch.DescribeAlarmsInput
}

func (p *alarmPages) DescribeAlarms(_ context.Context, in *cloudwatch.DescribeAlarmsInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	p.asked = append(p.asked, in)
	if p.err != nil {
		return nil, p.err
	}
	return p.answers[len(p.asked)-1], nil
}

func TestAlarmsOfEveryKindAreFoundByARN(t *testing.T) {
	t.Parallel()
	foreign := types.MetricAlarm{AlarmArn: aws.String("arn:aws:cloudwatch:us-east-1:999999999999:alarm:gone"), StateValue: types.StateValueOk}
	api := &alarmPages{answers: []*cloudwatch.DescribeAlarmsOutput{
		{
			MetricAlarms: []types.MetricAlarm{
				{AlarmArn: aws.String(alarmPrefix + "site"), StateValue: types.StateValueOk},
				foreign,
				{AlarmArn: aws.String(alarmPrefix + "new"), StateValue: types.StateValueInsufficientData},
			},
			NextToken: aws.String("more"),
		},
		{
			CompositeAlarms: []types.CompositeAlarm{{AlarmArn: aws.String(alarmPrefix + "all"), StateValue: types.StateValueAlarm}},
		},
	}}
	got, err := metrics.Alarms(t.Context(), api, []string{alarmPrefix + "new", alarmPrefix + "all", alarmPrefix + "gone", alarmPrefix + "site"})
	if err != nil {
		t.Fatal(err)
	}
	want := []judge.Alarm{
		{Name: "new", State: judge.StateInsufficientData},
		{Name: "all", State: judge.StateAlarm},
		{Name: "gone", Cause: "there is no metric or composite alarm " + alarmPrefix + "gone"},
		{Name: "site", State: judge.StateOK},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if in := api.asked[0]; !slices.Equal(in.AlarmNames, []string{"new", "all", "gone", "site"}) || len(in.AlarmTypes) != 2 {
		t.Errorf("asked for %v of %v", in.AlarmNames, in.AlarmTypes)
	}
}

func TestNoAlarmsNoCall(t *testing.T) {
	t.Parallel()
	api := &alarmPages{}
	if got, err := metrics.Alarms(t.Context(), api, nil); err != nil || len(got) != 0 || len(api.asked) != 0 {
		t.Errorf("got %v, %v after %d calls", got, err, len(api.asked))
	}
}

func TestAlarmsThatMayNotBeReadAreUnreadable(t *testing.T) {
	t.Parallel()
	api := &alarmPages{err: &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"}}
	got, err := metrics.Alarms(t.Context(), api, []string{alarmPrefix + "site"})
	if err != nil || len(got) != 1 || got[0].State != "" || !strings.Contains(got[0].Cause, "AccessDenied") {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAlarmsAreAskedForAgainWhereThatMayHelp(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]fault.Name{"Throttling": fault.Throttled, "InternalServiceError": fault.Unavailable} {
		api := &alarmPages{err: &smithy.GenericAPIError{Code: code}}
		if got, err := metrics.Alarms(t.Context(), api, []string{alarmPrefix + "site"}); err == nil || fault.NameOf(err) != want {
			t.Errorf("%s: got %v, %v, want %s", code, got, err, want)
		}
	}
}

func TestALookThatIsRepeatedTakesWhateverItCannotReadForUnreadable(t *testing.T) {
	t.Parallel()
	arns := []string{alarmPrefix + "site", alarmPrefix + "other"}
	for name, err := range map[string]error{
		"too many requests":    &smithy.GenericAPIError{Code: "Throttling"},
		"an internal error":    &smithy.GenericAPIError{Code: "InternalServiceError"},
		"a missing permission": &smithy.GenericAPIError{Code: "AccessDenied"},
		"no answer at all":     context.DeadlineExceeded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := metrics.AlarmsNow(t.Context(), &alarmPages{err: err}, arns)
			if len(got) != 2 || got[0].Name != "site" || got[1].Name != "other" {
				t.Fatalf("got %+v, want both alarms", got)
			}
			for _, a := range got {
				if a.State != "" || !strings.Contains(a.Cause, err.Error()) {
					t.Errorf("got %+v, want it unreadable because of %v", a, err)
				}
			}
		})
	}
}

func TestALookThatIsRepeatedReadsAlarmsLikeAnyOther(t *testing.T) {
	t.Parallel()
	api := &alarmPages{answers: []*cloudwatch.DescribeAlarmsOutput{
		{MetricAlarms: []types.MetricAlarm{{AlarmArn: aws.String(alarmPrefix + "site"), StateValue: types.StateValueAlarm}}},
	}}
	got := metrics.AlarmsNow(t.Context(), api, []string{alarmPrefix + "site"})
	if want := []judge.Alarm{{Name: "site", State: judge.StateAlarm}}; !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := metrics.AlarmsNow(t.Context(), &alarmPages{err: context.Canceled}, nil); len(got) != 0 {
		t.Errorf("got %+v, want none where none is asked for", got)
	}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	observed := func(canary string, from time.Time) *release.Observation {
		return &release.Observation{Canary: release.Series{Distribution: canary, From: from}}
	}
	cases := map[string]struct {
		observation *release.Observation
		want        string
	}{
		"an observation of this step is evidence":    {observed("ESTAGING", noon.Add(2*time.Minute)), ""},
		"none is unreadable":                         {nil, "no observation was made"},
		"one of the step before is unreadable":       {observed("ESTAGING", noon.Add(-time.Minute)), "the observation is not of ESTAGING since 2026-11-23T12:00:00Z"},
		"one of another distribution is unreadable":  {observed("EPRIMARY", noon), "the observation is not of ESTAGING since 2026-11-23T12:00:00Z"},
		"a failure is unreadable, with its message":  {&release.Observation{Error: "Refused", Cause: `{"errorMessage":"access denied"}`}, "Refused: access denied"},
		"a failure that is no JSON is told as it is": {&release.Observation{Error: "States.Timeout", Cause: "late"}, "States.Timeout: late"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := release.Plan{Gates: release.Gates{MinimumRequests: 7, Tolerance: release.Tolerance{Errors5xx: 0.5, Errors4xx: 2}, Alpha: 0.05}}
			plan.Ramp = make([]release.RampStep, 4)
			past := release.Past{Errors5xx: release.PastErrors{Dispersion: 3}, Errors4xx: release.PastErrors{Dispersion: 2}}
			doc := release.Document{Plan: &plan, Preflight: &release.Preflight{Past: past}, Observation: c.observation}
			got := metrics.Evidence(doc, "ESTAGING", noon, metrics.Names{Canary: "staging"}, nil)
			if got.Unreadable != c.want {
				t.Errorf("got %q, want %q", got.Unreadable, c.want)
			}
			// Two gates in each of four steps and the bake.
			want := judge.Gates{
				MinimumRequests: 7, Tolerance4xx: 2, Tolerance5xx: 0.5, Alpha: 0.05 / 10, Confidence: 95, Dispersion4xx: 2, Dispersion5xx: 3,
			}
			if got.Gates != want {
				t.Errorf("got gates %+v, want %+v", got.Gates, want)
			}
		})
	}
}
