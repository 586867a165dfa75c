package preflight

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// recentMinutes is how much of the primary's past the estimate of its traffic is made from.
const recentMinutes = 30

// traffic is the primary's recent requests.
type traffic struct {
	requests float64
	points   int // minutes that have a datapoint; CloudFront publishes none for a minute without requests
	from, to time.Time
	refused  string // why CloudWatch does not answer
}

func (t traffic) perMinute() float64 { return t.requests / recentMinutes }

// gaveUp reports whether asking again would not help; other errors are for Step Functions to retry.
func gaveUp(err error) bool {
	name := fault.NameOf(err)
	return name != fault.Throttled && name != fault.Unavailable
}

// readTraffic sums the primary's requests over the last minutes that CloudWatch can be expected to have.
func (h Handler) readTraffic(ctx context.Context, primary string, now time.Time) (traffic, error) {
	to := now.Add(-release.MetricDelay).Truncate(time.Minute)
	t := traffic{from: to.Add(-recentMinutes * time.Minute), to: to}
	pages := cloudwatch.NewGetMetricDataPaginator(h.CloudWatch, &cloudwatch.GetMetricDataInput{
		StartTime: &t.from, EndTime: &t.to,
		MetricDataQueries: []types.MetricDataQuery{{
			Id: aws.String("requests"),
			MetricStat: &types.MetricStat{
				Period: aws.Int32(60), Stat: aws.String("Sum"),
				Metric: &types.Metric{
					Namespace: aws.String("AWS/CloudFront"), MetricName: aws.String("Requests"),
					Dimensions: []types.Dimension{
						{Name: aws.String("DistributionId"), Value: &primary},
						{Name: aws.String("Region"), Value: aws.String("Global")},
					},
				},
			},
		}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil && gaveUp(err) {
			t.refused = err.Error()
			return t, nil
		}
		if err != nil {
			return traffic{}, fmt.Errorf("read the requests of %s: %w", primary, err)
		}
		for _, r := range page.MetricDataResults {
			if err := t.add(r); err != nil {
				return traffic{}, err
			}
		}
	}
	return t, nil
}

func (t *traffic) add(r types.MetricDataResult) error {
	switch r.StatusCode {
	case types.StatusCodeForbidden:
		t.refused = "CloudWatch answers Forbidden for the metric"
		return nil
	case types.StatusCodeInternalError:
		return fault.Errorf(fault.Unavailable, "CloudWatch had an internal error while reading %s", aws.ToString(r.Label))
	default:
	}
	for _, v := range r.Values {
		t.requests += v
		t.points++
	}
	return nil
}

// alarms is the state of the alarms that the plan names.
type alarms struct {
	states  map[string]types.StateValue // by ARN
	refused string
}

func (h Handler) readAlarms(ctx context.Context, arns []string) (alarms, error) {
	a := alarms{states: map[string]types.StateValue{}}
	if len(arns) == 0 {
		return a, nil
	}
	in := cloudwatch.DescribeAlarmsInput{AlarmTypes: types.AlarmType("").Values()}
	for _, arn := range arns {
		in.AlarmNames = append(in.AlarmNames, release.AlarmName(arn))
	}
	pages := cloudwatch.NewDescribeAlarmsPaginator(h.CloudWatch, &in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil && gaveUp(err) {
			a.refused = err.Error()
			return a, nil
		}
		if err != nil {
			return alarms{}, fmt.Errorf("read the alarms: %w", err)
		}
		for _, m := range page.MetricAlarms {
			a.states[aws.ToString(m.AlarmArn)] = m.StateValue
		}
		for _, c := range page.CompositeAlarms {
			a.states[aws.ToString(c.AlarmArn)] = c.StateValue
		}
		for _, l := range page.LogAlarms {
			a.states[aws.ToString(l.AlarmArn)] = l.StateValue
		}
	}
	return a, nil
}
