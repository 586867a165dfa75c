package cloudwatch_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudwatch"
)

type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	res := w.Result()
	res.Request = r
	return res, nil
}

func start() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func world() (*cloudwatch.Server, *sdk.Client, *simtime.Clock) {
	clock := simtime.New(start())
	server := cloudwatch.New(clock)
	return server, sdk.New(sdk.Options{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
		HTTPClient:  &http.Client{Transport: inProcess{server}},
		Retryer:     aws.NopRetryer{},
	}), clock
}

func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != want {
		t.Errorf("got %v, want code %s", err, want)
	}
}

func ask(id, distribution, metric, stat string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: aws.String(id), MetricStat: &types.MetricStat{
		Period: aws.Int32(60), Stat: aws.String(stat),
		Metric: &types.Metric{
			Namespace: aws.String("AWS/CloudFront"), MetricName: aws.String(metric),
			Dimensions: []types.Dimension{
				{Name: aws.String("DistributionId"), Value: aws.String(distribution)},
				{Name: aws.String("Region"), Value: aws.String("Global")},
			},
		},
	}}
}

// hour asks for the hour from start on.
func hour(queries ...types.MetricDataQuery) *sdk.GetMetricDataInput {
	return &sdk.GetMetricDataInput{
		StartTime: aws.Time(start()), EndTime: aws.Time(start().Add(time.Hour)), MetricDataQueries: queries,
		ScanBy: types.ScanByTimestampAscending,
	}
}

func minute(n int) time.Time { return start().Add(time.Duration(n) * time.Minute) }
