package metrics

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/release"
)

// Alarms reads the states of the metric and composite alarms with these ARNs, in their order; no ARN, no call. An alarm
// that is not found or may not be read has no state, and its Cause says why: the judge counts it as inconclusive. Only
// where asking again may help is there an error instead.
func Alarms(ctx context.Context, api cloudwatch.DescribeAlarmsAPIClient, arns []string) ([]judge.Alarm, error) {
	if len(arns) == 0 {
		return nil, nil
	}
	states, err := states(ctx, api, arns)
	if name := fault.NameOf(err); err != nil && (name == fault.Throttled || name == fault.Unavailable) {
		return nil, fmt.Errorf("read the alarms: %w", err)
	}
	alarms := make([]judge.Alarm, len(arns))
	for i, arn := range arns {
		alarms[i] = judge.Alarm{Name: release.AlarmName(arn), State: string(states[arn])}
		switch {
		case err != nil:
			alarms[i].Cause = err.Error()
		case alarms[i].State == "":
			alarms[i].Cause = "there is no metric or composite alarm " + arn
		}
	}
	return alarms, nil
}

// AlarmsNow is Alarms for a look that will be repeated in a minute: whatever the reason, an alarm that cannot be read is
// inconclusive, and a short outage of CloudWatch costs a release nothing but time.
func AlarmsNow(ctx context.Context, api cloudwatch.DescribeAlarmsAPIClient, arns []string) []judge.Alarm {
	alarms, err := Alarms(ctx, api, arns)
	if err == nil {
		return alarms
	}
	alarms = make([]judge.Alarm, len(arns))
	for i, arn := range arns {
		alarms[i] = judge.Alarm{Name: release.AlarmName(arn), Cause: err.Error()}
	}
	return alarms
}

func states(ctx context.Context, api cloudwatch.DescribeAlarmsAPIClient, arns []string) (map[string]types.StateValue, error) {
	// Without types only metric alarms are returned; composite ones need the permission on * (CloudWatch API Reference,
	// DescribeAlarms).
	in := cloudwatch.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}}
	for _, arn := range arns {
		in.AlarmNames = append(in.AlarmNames, release.AlarmName(arn))
	}
	found := map[string]types.StateValue{}
	pages := cloudwatch.NewDescribeAlarmsPaginator(api, &in, func(o *cloudwatch.DescribeAlarmsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range page.MetricAlarms {
			found[aws.ToString(a.AlarmArn)] = a.StateValue
		}
		for _, a := range page.CompositeAlarms {
			found[aws.ToString(a.AlarmArn)] = a.StateValue
		}
	}
	return found, nil
}
