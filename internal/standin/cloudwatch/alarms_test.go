package cloudwatch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func TestAlarms(t *testing.T) {
	server, c, clock := world()
	clock.Advance(time.Minute)
	server.SetAlarm("arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors", "ALARM", "too many")
	server.SetAlarm("latency", "OK", "")
	server.SetCompositeAlarm("both", "INSUFFICIENT_DATA", "")
	tests := map[string]struct {
		in   sdk.DescribeAlarmsInput
		want string
	}{
		"all metric alarms":          {sdk.DescribeAlarmsInput{}, "errors=ALARM latency=OK"},
		"by name":                    {sdk.DescribeAlarmsInput{AlarmNames: []string{"latency"}}, "latency=OK"},
		"a name that no alarm has":   {sdk.DescribeAlarmsInput{AlarmNames: []string{"gone"}}, ""},
		"a composite alarm by name":  {sdk.DescribeAlarmsInput{AlarmNames: []string{"both"}}, ""},
		"the alarms of one state":    {sdk.DescribeAlarmsInput{StateValue: types.StateValueAlarm}, "errors=ALARM"},
		"composite alarms asked for": {sdk.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{"CompositeAlarm"}}, "both=INSUFFICIENT_DATA"},
		"both kinds, one a page": {
			sdk.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{"CompositeAlarm", "MetricAlarm"}, MaxRecords: aws.Int32(1)},
			"both=INSUFFICIENT_DATA errors=ALARM latency=OK",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := []string{}
			for p := sdk.NewDescribeAlarmsPaginator(c, &tt.in); p.HasMorePages(); {
				out, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range out.MetricAlarms {
					got = append(got, *a.AlarmName+"="+string(a.StateValue))
				}
				for _, a := range out.CompositeAlarms {
					got = append(got, *a.AlarmName+"="+string(a.StateValue))
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	out, err := c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{AlarmNames: []string{"errors"}})
	if err != nil {
		t.Fatal(err)
	}
	a := out.MetricAlarms[0]
	if !a.StateUpdatedTimestamp.Equal(minute(1)) || *a.StateReason != "too many" ||
		*a.AlarmArn != "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors" {
		t.Errorf("got %+v", a)
	}
	_, err = c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{AlarmNamePrefix: aws.String("e")})
	wantCode(t, err, "NotImplemented")
	_, err = c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{NextToken: aws.String("e")})
	wantCode(t, err, "InvalidNextToken")
}

func TestRefusals(t *testing.T) {
	server, c, _ := world()
	for _, code := range []string{"AccessDenied", "Throttling", "InternalServiceFault"} {
		server.Refuse("DescribeAlarms", code)
		_, err := c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{})
		wantCode(t, err, code)
	}
	if _, err := c.GetMetricData(t.Context(), hour(ask("q", "E1", "Requests", "Sum"))); err != nil {
		t.Errorf("got %v for an operation that is not refused", err)
	}
	server.Refuse("DescribeAlarms", "")
	if _, err := c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{}); err != nil {
		t.Errorf("got %v after the refusal", err)
	}
}
