package cloudwatch_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go/encoding/cbor"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudwatch"
)

func TestDatapoints(t *testing.T) {
	tests := map[string]struct {
		query   func(*types.MetricDataQuery)
		weight  bool
		elapsed time.Duration
		want    string
	}{
		"the sum of requests per minute, without the minute that had none": {
			want: "09:00=1000 09:02=3000 09:03=500",
		},
		"only what ended three minutes ago":             {elapsed: 6 * time.Minute, want: "09:00=1000 09:02=3000"},
		"nothing yet":                                   {elapsed: 4*time.Minute - time.Second, want: ""},
		"the first minute, three minutes after its end": {elapsed: 4 * time.Minute, want: "09:00=1000"},
		"an error rate in percent": {
			query: func(q *types.MetricDataQuery) { set(q, "5xxErrorRate", "Average", 60) },
			want:  "09:00=10 09:02=2 09:03=0",
		},
		"the other error rate": {
			query: func(q *types.MetricDataQuery) { set(q, "4xxErrorRate", "Average", 60) },
			want:  "09:00=5 09:02=0 09:03=1",
		},
		"both error rates": {
			query: func(q *types.MetricDataQuery) { set(q, "TotalErrorRate", "Average", 60) },
			want:  "09:00=15 09:02=2 09:03=1",
		},
		"a longer period adds requests": {
			query: func(q *types.MetricDataQuery) { set(q, "Requests", "Sum", 180) },
			want:  "09:00=4000 09:03=500",
		},
		"a longer period averages the minutes": {
			query: func(q *types.MetricDataQuery) { set(q, "5xxErrorRate", "Average", 180) },
			want:  "09:00=6 09:03=0",
		},
		"a longer period averages the requests, with the switch": {
			query:  func(q *types.MetricDataQuery) { set(q, "5xxErrorRate", "Average", 180) },
			weight: true, want: "09:00=4 09:03=0",
		},
		"a statistic that the metric does not have": {
			query: func(q *types.MetricDataQuery) { set(q, "Requests", "Average", 60) },
		},
		"a percentile": {query: func(q *types.MetricDataQuery) { set(q, "5xxErrorRate", "p99", 60) }},
		"additional metrics, which are off": {
			query: func(q *types.MetricDataQuery) { set(q, "503ErrorRate", "Average", 60) },
		},
		"the unit it was published with": {
			query: func(q *types.MetricDataQuery) { q.MetricStat.Unit = types.StandardUnitNone },
			want:  "09:00=1000 09:02=3000 09:03=500",
		},
		"another unit":      {query: func(q *types.MetricDataQuery) { q.MetricStat.Unit = types.StandardUnitCount }},
		"another namespace": {query: func(q *types.MetricDataQuery) { q.MetricStat.Metric.Namespace = aws.String("AWS/S3") }},
		"another region": {
			query: func(q *types.MetricDataQuery) { q.MetricStat.Metric.Dimensions[1].Value = aws.String("us-east-1") },
		},
		"without the region": {
			query: func(q *types.MetricDataQuery) {
				q.MetricStat.Metric.Dimensions = q.MetricStat.Metric.Dimensions[:1]
			},
		},
		"another distribution": {
			query: func(q *types.MetricDataQuery) { q.MetricStat.Metric.Dimensions[0].Value = aws.String("E2") },
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server, c, clock := world()
			server.WeightByRequests = tt.weight
			server.Record("E1", minute(0), 400, 20, 40)
			server.Record("E1", minute(0).Add(30*time.Second), 600, 30, 60)
			server.Record("E1", minute(1), 0, 0, 0)
			server.Record("E1", minute(2), 3000, 0, 60)
			server.Record("E1", minute(3), 500, 5, 0)
			if tt.elapsed == 0 {
				tt.elapsed = time.Hour
			}
			clock.Advance(tt.elapsed)
			q := ask("q", "E1", "Requests", "Sum")
			if tt.query != nil {
				tt.query(&q)
			}
			out, err := c.GetMetricData(t.Context(), hour(q))
			if err != nil {
				t.Fatal(err)
			}
			result := out.MetricDataResults[0]
			if got := show(result); got != tt.want || result.StatusCode != types.StatusCodeComplete {
				t.Errorf("got %q %s, want %q", got, result.StatusCode, tt.want)
			}
		})
	}
}

func set(q *types.MetricDataQuery, metric, stat string, period int32) {
	q.MetricStat.Metric.MetricName, q.MetricStat.Stat, q.MetricStat.Period = &metric, &stat, &period
}

func show(r types.MetricDataResult) string {
	points := []string{}
	for i, at := range r.Timestamps {
		points = append(points, fmt.Sprintf("%s=%g", at.UTC().Format("15:04"), r.Values[i]))
	}
	return strings.Join(points, " ")
}

func TestTheEndIsExclusiveAndTheStartRoundedDown(t *testing.T) {
	server, c, clock := world()
	for n := range 5 {
		server.Record("E1", minute(n), int64(n+1), 0, 0)
	}
	clock.Advance(time.Hour)
	in := hour(ask("q", "E1", "Requests", "Sum"))
	in.StartTime, in.EndTime = aws.Time(minute(1).Add(40*time.Second)), aws.Time(minute(3))
	out, err := c.GetMetricData(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := show(out.MetricDataResults[0]), "09:01=2 09:02=3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPagesHoldEveryDatapointOnce(t *testing.T) {
	for scan, want := range map[types.ScanBy]string{
		types.ScanByTimestampAscending:  "a:1 a:2 a:3 b:10 b:20 b:30",
		types.ScanByTimestampDescending: "a:3 a:2 a:1 b:30 b:20 b:10",
		"":                              "a:3 a:2 a:1 b:30 b:20 b:10",
	} {
		t.Run(string(scan), func(t *testing.T) {
			server, c, clock := world()
			for n := range 4 {
				server.Record("E1", minute(n), int64(n+1), 0, 0)
				server.Record("E2", minute(n), int64(10*(n+1)), 0, 0)
			}
			clock.Advance(6 * time.Minute)
			in := hour(ask("a", "E1", "Requests", "Sum"), ask("b", "E2", "Requests", "Sum"))
			in.MaxDatapoints, in.ScanBy = aws.Int32(2), scan
			got, pages := []string{}, 0
			for p := sdk.NewGetMetricDataPaginator(c, in); p.HasMorePages(); pages++ {
				out, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range out.MetricDataResults {
					for _, v := range r.Values {
						got = append(got, fmt.Sprintf("%s:%g", *r.Id, v))
					}
				}
				if first := out.MetricDataResults[0].StatusCode; pages == 0 && first != types.StatusCodePartialData {
					t.Errorf("got %s on the first page, want PartialData", first)
				}
				clock.Advance(time.Minute) // the fourth minute becomes visible between two pages, and must not disturb
			}
			if strings.Join(got, " ") != want || pages != 3 {
				t.Errorf("got %q on %d pages, want %q on 3", got, pages, want)
			}
		})
	}
}

func TestRefusedQueries(t *testing.T) {
	tests := map[string]struct {
		change func(*sdk.GetMetricDataInput)
		want   string
	}{
		"501 queries": {func(in *sdk.GetMetricDataInput) {
			in.MetricDataQueries = nil
			for n := range 501 {
				in.MetricDataQueries = append(in.MetricDataQueries, ask(fmt.Sprintf("q%d", n), "E1", "Requests", "Sum"))
			}
		}, "InvalidParameterValue"},
		"no queries": {func(in *sdk.GetMetricDataInput) {
			in.MetricDataQueries = []types.MetricDataQuery{}
		}, "MissingParameter"},
		"an id in upper case": {func(in *sdk.GetMetricDataInput) {
			in.MetricDataQueries[0].Id = aws.String("E1")
		}, "InvalidParameterValue"},
		"an id used twice": {func(in *sdk.GetMetricDataInput) {
			in.MetricDataQueries = append(in.MetricDataQueries, in.MetricDataQueries[0])
		}, "InvalidParameterValue"},
		"an end before the start":  {func(in *sdk.GetMetricDataInput) { in.EndTime = in.StartTime }, "ValidationError"},
		"a token of somebody else": {func(in *sdk.GetMetricDataInput) { in.NextToken = aws.String("x") }, "InvalidNextToken"},
		"a period of ten seconds": {func(in *sdk.GetMetricDataInput) {
			in.MetricDataQueries[0].MetricStat.Period = aws.Int32(10)
		}, "NotImplemented"},
		"metric math": {func(in *sdk.GetMetricDataInput) {
			in.MetricDataQueries[0] = types.MetricDataQuery{Id: aws.String("m"), Expression: aws.String("a+b")}
		}, "NotImplemented"},
		"another account": {func(in *sdk.GetMetricDataInput) {
			in.MetricDataQueries[0].AccountId = aws.String("1")
		}, "NotImplemented"},
		"bytes": {func(in *sdk.GetMetricDataInput) {
			in.MetricDataQueries[0].MetricStat.Metric.MetricName = aws.String("BytesDownloaded")
		}, "NotImplemented"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, c, _ := world()
			in := hour(ask("q", "E1", "Requests", "Sum"))
			tt.change(in)
			_, err := c.GetMetricData(t.Context(), in)
			wantCode(t, err, tt.want)
		})
	}
	_, c, _ := world()
	_, err := c.ListMetrics(t.Context(), &sdk.ListMetricsInput{})
	wantCode(t, err, "NotImplemented")
}

func FuzzNoRequestPanics(f *testing.F) {
	metric := cbor.Map{"Namespace": cbor.String("AWS/CloudFront"), "MetricName": cbor.String("Requests")}
	at := func(unix float64) cbor.Value { return &cbor.Tag{ID: 1, Value: cbor.Float64(unix)} }
	f.Add("GetMetricData", cbor.Encode(cbor.Map{
		"StartTime": at(1.7e9), "EndTime": at(1.8e9), "NextToken": cbor.String("1-1"),
		"MetricDataQueries": cbor.List{cbor.Map{
			"Id":         cbor.String("q"),
			"MetricStat": cbor.Map{"Metric": metric, "Period": cbor.Uint(60), "Stat": cbor.String("Sum")},
		}},
	}))
	f.Add("DescribeAlarms", cbor.Encode(cbor.Map{"AlarmNames": cbor.List{cbor.String("a"), cbor.Uint(1)}}))
	f.Add("DescribeAlarms", []byte{0xff})
	f.Fuzz(func(t *testing.T, operation string, body []byte) {
		server := cloudwatch.New(simtime.New(start()))
		server.Record("E1", start(), 1, 0, 0)
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.URL.Path = "/service/GraniteServiceVersion20100801/operation/" + operation
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if !slices.Contains([]int{200, 400, 501}, w.Code) {
			t.Errorf("got status %d", w.Code)
		}
	})
}
