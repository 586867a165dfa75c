package observe_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/lambdas/observe"
)

// fakeMetrics is the value of a metric at a minute; a negative one is no datapoint.
type fakeMetrics func(distribution, metric string, at time.Time) float64

func (f fakeMetrics) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		r := types.MetricDataResult{Id: q.Id, StatusCode: types.StatusCodeComplete}
		for at := *in.StartTime; at.Before(*in.EndTime); at = at.Add(time.Minute) {
			if v := f(*q.MetricStat.Metric.Dimensions[0].Value, *q.MetricStat.Metric.MetricName, at); v >= 0 {
				r.Timestamps, r.Values = append(r.Timestamps, at), append(r.Values, v)
			}
		}
		out.MetricDataResults = append(out.MetricDataResults, r)
	}
	return out, nil
}

type failing struct{ err error }

func (f failing) GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	return nil, f.err
}

var deployed = time.Date(2026, 11, 23, 12, 0, 20, 0, time.UTC) //nolint:gochecknoglobals // constant of these tests

func input(which string) release.Input {
	return release.Input{Which: which, Document: release.Document{
		Plan: &release.Plan{},
		Preflight: &release.Preflight{
			Primary: release.Distribution{ID: "EPRIMARY"}, Staging: release.Distribution{ID: "ESTAGING"},
			At: time.Date(2026, 11, 23, 11, 30, 45, 0, time.UTC),
		},
		Deployed: &release.Deployed{At: deployed},
	}}
}

func after(d time.Duration) func() time.Time { return func() time.Time { return deployed.Add(d) } }

func TestStagingIsObservedBesideThePrimaryInTheSameMinutes(t *testing.T) {
	t.Parallel()
	// Deployed 12:00:20, warm until 12:02:20, so the first minute is 12:03; at 12:09:20 minutes before 12:06 are visible.
	h := observe.Handler{Now: after(9 * time.Minute), CloudWatch: fakeMetrics(func(distribution, metric string, at time.Time) float64 {
		switch {
		case distribution == "ESTAGING" && at.Minute() == 4:
			return -1
		case metric == "5xxErrorRate" && distribution == "ESTAGING":
			return 2
		case metric != "Requests":
			return 1
		case distribution == "ESTAGING":
			return 500
		}
		return 10_000
	})}
	got, err := h.Handle(t.Context(), input(release.CountsOfStaging))
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 11, 23, 12, 3, 0, 0, time.UTC)
	check(t, got.Canary, release.Series{
		Distribution: "ESTAGING", From: from,
		Requests: []int64{500, -1, 500}, Errors4xx: []int64{5, -1, 5}, Errors5xx: []int64{10, -1, 10},
	})
	check(t, got.Baseline, release.Series{
		Distribution: "EPRIMARY", From: from,
		Requests: []int64{10_000, 10_000, 10_000}, Errors4xx: []int64{100, 100, 100}, Errors5xx: []int64{100, 100, 100},
	})
	if !got.At.Equal(deployed.Add(9 * time.Minute)) {
		t.Errorf("got at %s", got.At)
	}
}

// TestAClockThatJumpsBackSeesNothing: minutes from before the deployment are no evidence, whatever the clock says.
func TestAClockThatJumpsBackSeesNothing(t *testing.T) {
	t.Parallel()
	h := observe.Handler{Now: after(-time.Hour), CloudWatch: fakeMetrics(func(string, string, time.Time) float64 { return 1000 })}
	got, err := h.Handle(t.Context(), input(release.CountsOfStaging))
	if err != nil || len(got.Canary.Requests) != 0 || len(got.Baseline.Requests) != 0 {
		t.Errorf("got %+v, %v, want no minutes", got, err)
	}
}

func TestThePrimaryIsObservedBesideItsOwnPast(t *testing.T) {
	t.Parallel()
	h := observe.Handler{Now: after(7 * time.Minute), CloudWatch: fakeMetrics(func(distribution, metric string, at time.Time) float64 {
		if distribution != "EPRIMARY" {
			t.Errorf("asked for %s", distribution)
		}
		switch {
		case metric != "Requests":
			return 1
		case at.Before(deployed):
			return 1000
		}
		return 2000
	})}
	got, err := h.Handle(t.Context(), input(release.CountsOfPrimary))
	if err != nil {
		t.Fatal(err)
	}
	check(t, got.Canary, release.Series{
		Distribution: "EPRIMARY", From: time.Date(2026, 11, 23, 12, 3, 0, 0, time.UTC),
		Requests: []int64{2000}, Errors4xx: []int64{20}, Errors5xx: []int64{20},
	})
	check(t, got.Baseline, release.Series{
		Distribution: "EPRIMARY", From: time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC), // sixty minutes, the last of them 11:29
		Requests:  slices.Repeat([]int64{1000}, release.BaselineMinutes),
		Errors4xx: slices.Repeat([]int64{10}, release.BaselineMinutes), Errors5xx: slices.Repeat([]int64{10}, release.BaselineMinutes),
	})
}

func TestLatenciesAreReadWhereAGateJudgesThem(t *testing.T) {
	t.Parallel()
	tolerance := 30.0
	latency := map[string]float64{"ESTAGING": 212.5, "EPRIMARY": 180}
	h := observe.Handler{Now: after(9 * time.Minute), CloudWatch: fakeMetrics(func(distribution, metric string, at time.Time) float64 {
		switch {
		case metric != "OriginLatency":
			return 1
		case at.Minute() == 4:
			return -1
		}
		return latency[distribution]
	})}
	for _, which := range []string{release.CountsOfStaging, release.CountsOfPrimary} {
		in := input(which)
		if got, err := h.Handle(t.Context(), in); err != nil || got.Canary.LatencyP50 != nil || got.Baseline.LatencyP95 != nil {
			t.Errorf("%s: got %v, %v without a gate", which, got, err)
		}
		in.Document.Plan.Gates.Latency = &release.Latency{P95: &tolerance}
		got, err := h.Handle(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		want := latency[got.Canary.Distribution]
		if !slices.Equal(got.Canary.LatencyP95, []float64{want, -1, want}) || got.Canary.LatencyP50 != nil {
			t.Errorf("%s: got %v and %v", which, got.Canary.LatencyP95, got.Canary.LatencyP50)
		}
		if len(got.Baseline.LatencyP95) != len(got.Baseline.Requests) || got.Baseline.LatencyP95[0] != 180 {
			t.Errorf("%s: got %v to compare with", which, got.Baseline.LatencyP95)
		}
	}
}

func check(t *testing.T, got, want release.Series) {
	t.Helper()
	if got.Distribution != want.Distribution || !got.From.Equal(want.From) || !slices.Equal(got.Requests, want.Requests) ||
		!slices.Equal(got.Errors4xx, want.Errors4xx) || !slices.Equal(got.Errors5xx, want.Errors5xx) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestBeforeTheFirstVisibleMinuteThereIsNothing(t *testing.T) {
	t.Parallel()
	h := observe.Handler{Now: after(time.Minute), CloudWatch: failing{errors.New("nothing to ask for")}}
	got, err := h.Handle(t.Context(), input(release.CountsOfStaging))
	if err != nil || got.Canary.Distribution != "ESTAGING" || len(got.Canary.Requests) != 0 || len(got.Baseline.Requests) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestMetricsThatCannotBeReadAreAFault(t *testing.T) {
	t.Parallel()
	for _, which := range []string{release.CountsOfStaging, release.CountsOfPrimary} {
		h := observe.Handler{Now: after(20 * time.Minute), CloudWatch: failing{&smithy.GenericAPIError{Code: "Throttling"}}}
		if got, err := h.Handle(t.Context(), input(which)); fault.NameOf(err) != fault.Throttled {
			t.Errorf("%s: got %+v, %v, want %s", which, got, err, fault.Throttled)
		}
	}
}

func TestAnythingElseCannotBeObserved(t *testing.T) {
	t.Parallel()
	h := observe.Handler{Now: after(time.Minute), CloudWatch: failing{}}
	if got, err := h.Handle(t.Context(), input("")); fault.NameOf(err) != fault.Unexpected {
		t.Errorf("got %+v, %v, want %s", got, err, fault.Unexpected)
	}
}
