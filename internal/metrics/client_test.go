package metrics_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudwatch"
	"cloudfront-cd/internal/standin/transport"
)

func TestThroughTheUnmodifiedClient(t *testing.T) {
	t.Parallel()
	clock := simtime.New(noon)
	server := cloudwatch.New(clock)
	client := sdk.NewFromConfig(transport.Config(&transport.Transport{
		Hosts: map[string]http.Handler{"monitoring.us-east-1.amazonaws.com": server},
	}))
	for minute := range 10 {
		server.Record("ESTAGING", noon.Add(time.Duration(minute)*time.Minute), int64(1000+minute), 7, int64(minute))
	}
	clock.Advance(8 * time.Minute)

	got, err := metrics.Counts(t.Context(), client, metrics.Between(noon, metrics.Visible(clock.Now())), "ESTAGING", "EPRIMARY")
	if err != nil {
		t.Fatal(err)
	}
	s := got[0]
	if !slices.Equal(s.Requests, []int64{1000, 1001, 1002, 1003, 1004}) || !slices.Equal(s.Errors4xx, []int64{7, 7, 7, 7, 7}) ||
		!slices.Equal(s.Errors5xx, []int64{0, 1, 2, 3, 4}) {
		t.Errorf("got %+v", s)
	}
	if !slices.Equal(got[1].Requests, []int64{-1, -1, -1, -1, -1}) {
		t.Errorf("got %v of a distribution without requests", got[1].Requests)
	}

	const prefix = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"
	server.SetAlarm("site", judge.StateAlarm, "too many errors")
	server.SetCompositeAlarm("all", judge.StateOK, "fine")
	alarms, err := metrics.Alarms(t.Context(), client, []string{prefix + "site", prefix + "all", prefix + "gone"})
	want := []judge.Alarm{
		{Name: "site", State: "ALARM"},
		{Name: "all", State: "OK"},
		{Name: "gone", Cause: "there is no metric or composite alarm " + prefix + "gone"},
	}
	if err != nil || !slices.Equal(alarms, want) {
		t.Errorf("got %+v, %v, want %+v", alarms, err, want)
	}
}
