package metrics_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/metrics"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // constant of these tests

// pages answers each call with the next page.
type pages struct {
	answers []*cloudwatch.GetMetricDataOutput
	err     error
	asked   []*cloudwatch.GetMetricDataInput
}

func (p *pages) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	p.asked = append(p.asked, in)
	if p.err != nil {
		return nil, p.err
	}
	return p.answers[len(p.asked)-1], nil
}

// result is a metric's values from noon on, one a minute; NaN in it stands for no datapoint.
func result(id string, status types.StatusCode, values ...float64) types.MetricDataResult {
	r := types.MetricDataResult{Id: aws.String(id), StatusCode: status}
	for i, v := range values {
		if !math.IsNaN(v) {
			r.Timestamps = append(r.Timestamps, noon.Add(time.Duration(i)*time.Minute))
			r.Values = append(r.Values, v)
		}
	}
	return r
}

func page(next string, results ...types.MetricDataResult) *cloudwatch.GetMetricDataOutput {
	out := &cloudwatch.GetMetricDataOutput{MetricDataResults: results}
	if next != "" {
		out.NextToken = &next
	}
	return out
}

const complete = types.StatusCodeComplete

func window(minutes int) metrics.Window {
	return metrics.Between(noon, noon.Add(time.Duration(minutes)*time.Minute))
}

func TestBetween(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		parsed, err := time.Parse("15:04:05", s)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	cases := map[string]struct {
		from, to, wantFrom, wantTo string
		minutes                    int
	}{
		"whole minutes stay":                    {"12:00:00", "12:05:00", "12:00:00", "12:05:00", 5},
		"broken minutes on both sides drop out": {"12:00:01", "12:05:59", "12:01:00", "12:05:00", 4},
		"within one minute there is none":       {"12:00:01", "12:00:59", "12:01:00", "12:01:00", 0},
		"a time that has not come gives none":   {"12:10:00", "12:05:00", "12:10:00", "12:10:00", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := metrics.Between(at(c.from), at(c.to))
			if !got.From.Equal(at(c.wantFrom)) || !got.To.Equal(at(c.wantTo)) || got.Minutes() != c.minutes {
				t.Errorf("got %v of %d minutes, want %s to %s", got, got.Minutes(), c.wantFrom, c.wantTo)
			}
		})
	}
}

func TestCountsAreRatesTimesRequests(t *testing.T) {
	t.Parallel()
	none := math.NaN()
	api := &pages{answers: []*cloudwatch.GetMetricDataOutput{page(
		"",
		result("d0m0", complete, 1000, 3, none, 500, 200, 500),
		result("d0m1", complete, 1.5, 100.0/3, 0, none, 0, 1),
		result("d0m2", complete, 0.04, 200.0/3, 0, 1, 150, none),
	)}}
	got, err := metrics.Counts(t.Context(), api, window(6), "ESTAGING")
	if err != nil {
		t.Fatal(err)
	}
	s := got[0]
	if s.Distribution != "ESTAGING" || !s.From.Equal(noon) {
		t.Errorf("got series of %s from %s", s.Distribution, s.From)
	}
	// The third minute lacks its requests, the fourth its 4xx and the last its 5xx; the fifth has an impossible rate, which the judge must see.
	for column, c := range map[string]struct{ got, want []int64 }{
		"requests": {s.Requests, []int64{1000, 3, -1, -1, 200, -1}},
		"4xx":      {s.Errors4xx, []int64{15, 1, -1, -1, 0, -1}},
		"5xx":      {s.Errors5xx, []int64{0, 2, -1, -1, 300, -1}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", column, c.got, c.want)
		}
	}
}

func TestOneCallAsksForAllMetricsOfAllDistributions(t *testing.T) {
	t.Parallel()
	api := &pages{err: errors.New("enough seen")}
	_, _ = metrics.Counts(t.Context(), api, window(2), "ESTAGING", "EPRIMARY")
	in := api.asked[0]
	if !in.StartTime.Equal(noon) || !in.EndTime.Equal(noon.Add(2*time.Minute)) {
		t.Errorf("got %s to %s", in.StartTime, in.EndTime)
	}
	var got []string
	for _, q := range in.MetricDataQueries {
		m := q.MetricStat.Metric
		if *m.Namespace != "AWS/CloudFront" || *m.Dimensions[0].Name != "DistributionId" || len(m.Dimensions) != 2 ||
			*m.Dimensions[1].Name != "Region" || *m.Dimensions[1].Value != "Global" || *q.MetricStat.Period != 60 {
			t.Errorf("got query %+v", *m)
		}
		got = append(got, *m.Dimensions[0].Value+" "+*m.MetricName+" "+*q.MetricStat.Stat)
	}
	want := []string{
		"ESTAGING Requests Sum", "ESTAGING 4xxErrorRate Average", "ESTAGING 5xxErrorRate Average",
		"EPRIMARY Requests Sum", "EPRIMARY 4xxErrorRate Average", "EPRIMARY 5xxErrorRate Average",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPagesAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	later := result("d1m0", complete, 70)
	later.Timestamps[0] = noon.Add(time.Minute)
	api := &pages{answers: []*cloudwatch.GetMetricDataOutput{
		page("more", result("d0m0", complete, 1, 2), result("d1m0", types.StatusCodePartialData, 60)),
		page("", later),
	}}
	got, err := metrics.Requests(t.Context(), api, window(2), "EPRIMARY", "ESTAGING")
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(api.asked[1].NextToken) != "more" {
		t.Errorf("got token %q", aws.ToString(api.asked[1].NextToken))
	}
	if metrics.Total(got[0]) != 3 || !slices.Equal(got[1].Requests, []int64{60, 70}) {
		t.Errorf("got %v and %v", got[0].Requests, got[1].Requests)
	}
}

func TestAnEmptyWindowAsksNothing(t *testing.T) {
	t.Parallel()
	api := &pages{}
	got, err := metrics.Counts(t.Context(), api, window(0), "ESTAGING")
	if err != nil || len(api.asked) != 0 || got[0].Requests == nil || len(got[0].Requests) != 0 {
		t.Errorf("got %v, %v after %d calls", got, err, len(api.asked))
	}
}

func TestTotalLeavesOutMinutesWithoutDatapoints(t *testing.T) {
	t.Parallel()
	api := &pages{answers: []*cloudwatch.GetMetricDataOutput{page("", result("d0m0", complete, 5, math.NaN(), 7))}}
	got, err := metrics.Requests(t.Context(), api, window(4), "EPRIMARY")
	if err != nil || !slices.Equal(got[0].Requests, []int64{5, -1, 7, -1}) || metrics.Total(got[0]) != 12 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAnAnswerThatIsNotSoundIsAFault(t *testing.T) {
	t.Parallel()
	ragged := result("d0m0", complete, 1)
	ragged.Values = append(ragged.Values, 2)
	notANumber := result("d0m0", complete, 1)
	notANumber.Values[0] = math.NaN()
	cases := map[string]struct {
		page *cloudwatch.GetMetricDataOutput
		err  error
		want fault.Name
	}{
		"partial data at the end":     {page: page("", result("d0m0", types.StatusCodePartialData, 1)), want: fault.Unavailable},
		"an internal error":           {page: page("", result("d0m0", types.StatusCodeInternalError)), want: fault.Unavailable},
		"a metric that is missing":    {page: page(""), want: fault.Unavailable},
		"a metric that is forbidden":  {page: page("", result("d0m0", types.StatusCodeForbidden)), want: fault.Refused},
		"a metric that was not asked": {page: page("", result("d9m0", complete, 1)), want: fault.Unexpected},
		"times without values":        {page: page("", ragged), want: fault.Unexpected},
		"not a number":                {page: page("", notANumber), want: fault.Unexpected},
		"a negative value":            {page: page("", result("d0m0", complete, -1)), want: fault.Unexpected},
		"an infinite value":           {page: page("", result("d0m0", complete, math.Inf(1))), want: fault.Unexpected},
		"throttling":                  {err: &smithy.GenericAPIError{Code: "Throttling"}, want: fault.Throttled},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &pages{answers: []*cloudwatch.GetMetricDataOutput{c.page}, err: c.err}
			got, err := metrics.Requests(t.Context(), api, window(1), "EPRIMARY")
			if err == nil || fault.NameOf(err) != c.want {
				t.Fatalf("got %v, %v, want %s", got, err, c.want)
			}
			if !strings.Contains(err.Error(), "EPRIMARY") {
				t.Errorf("got %q, want the distribution named", err)
			}
		})
	}
}

func TestDatapointsOutsideTheWindowAreLeftOut(t *testing.T) {
	t.Parallel()
	api := &pages{answers: []*cloudwatch.GetMetricDataOutput{page("", result("d0m0", complete, 1, 2, 3, 4))}}
	got, err := metrics.Requests(t.Context(), api, metrics.Between(noon.Add(time.Minute), noon.Add(3*time.Minute)), "EPRIMARY")
	if err != nil || !slices.Equal(got[0].Requests, []int64{2, 3}) {
		t.Errorf("got %v, %v", got, err)
	}
}
