// Package metrics reads what CloudWatch knows of CloudFront distributions, and of alarms, as the judge wants it.
//
// CloudFront publishes per minute, under DistributionId and Region=Global and in us-east-1 only, Requests as a sum and
// error rates as an average in percent
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html). Rates of
// different minutes cannot be averaged, so they are turned back into counts: rate × requests ÷ 100. A staging distribution
// has the same metrics under its own id. It is not documented whether the primary's Requests include those that staging
// served; if they do, staging's errors are in the baseline too, and a difference looks up to a seventh smaller than it is.
//
// Percentiles of the origins' latency are published only where the distribution's additional metrics are switched on, and only
// for minutes in which an origin answered (latency.go).
//
// Nothing here fills a gap: a minute that lacks one of its datapoints is no minute (-1 in every column), an answer that
// CloudWatch does not call complete is a failure, and so is a value that cannot be a measurement.
package metrics

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"cloudfront-cd/internal/release"
)

// Window is whole minutes, from From up to but excluding To.
type Window struct {
	From time.Time
	To   time.Time
}

// Between is the whole minutes between two times; none when there are none.
func Between(from, to time.Time) Window {
	start := from.Truncate(time.Minute)
	if start.Before(from) {
		start = start.Add(time.Minute)
	}
	end := to.Truncate(time.Minute)
	if end.Before(start) {
		end = start
	}
	return Window{From: start.UTC(), To: end.UTC()}
}

// Minutes is the window's length.
func (w Window) Minutes() int { return int(w.To.Sub(w.From) / time.Minute) }

// Visible is the moment up to which metrics can be expected to be complete.
func Visible(now time.Time) time.Time { return now.Add(-release.MetricDelay) }

// The metrics that are read.
const (
	requests    = "Requests"
	errors4xx   = "4xxErrorRate"
	errors5xx   = "5xxErrorRate"
	noDatapoint = -1
)

// Requests reads the requests of each distribution, in their order, in one call. A minute without a datapoint is -1:
// CloudFront publishes none for a minute without requests, and neither does a metric that is late.
func Requests(ctx context.Context, api cloudwatch.GetMetricDataAPIClient, w Window, distributions ...string) ([]release.Series, error) {
	read, err := query(ctx, api, w, distributions, requests)
	if err != nil {
		return nil, err
	}
	all := make([]release.Series, len(distributions))
	for i, id := range distributions {
		all[i] = release.Series{Distribution: id, From: w.From, Requests: make([]int64, w.Minutes())}
		for minute, n := range read[i][0] {
			all[i].Requests[minute] = int64(math.Round(n))
		}
	}
	return all, nil
}

// Counts reads the requests and errors of each distribution, in their order, in one call.
func Counts(ctx context.Context, api cloudwatch.GetMetricDataAPIClient, w Window, distributions ...string) ([]release.Series, error) {
	return CountsAndLatency(ctx, api, w, nil, distributions...)
}

func counts(id string, w Window, n, rate4xx, rate5xx []float64) release.Series {
	s := release.Series{
		Distribution: id, From: w.From,
		Requests: make([]int64, w.Minutes()), Errors4xx: make([]int64, w.Minutes()), Errors5xx: make([]int64, w.Minutes()),
	}
	for i := range s.Requests {
		if n[i] == noDatapoint || rate4xx[i] == noDatapoint || rate5xx[i] == noDatapoint {
			s.Requests[i], s.Errors4xx[i], s.Errors5xx[i] = noDatapoint, noDatapoint, noDatapoint
			continue
		}
		s.Requests[i] = int64(math.Round(n[i]))
		s.Errors4xx[i] = int64(math.Round(n[i] * rate4xx[i] / 100))
		s.Errors5xx[i] = int64(math.Round(n[i] * rate5xx[i] / 100))
	}
	return s
}

// Total adds up the requests of the minutes that have a datapoint.
func Total(s release.Series) int64 {
	var sum int64
	for _, n := range s.Requests {
		sum += max(0, n)
	}
	return sum
}

// query returns, for each distribution and each metric, one value per minute of the window.
func query(ctx context.Context, api cloudwatch.GetMetricDataAPIClient, w Window, distributions []string, names ...string) ([][][]float64, error) {
	answers := answers{window: w, values: map[string][]float64{}, status: map[string]types.StatusCode{}}
	read := make([][][]float64, len(distributions))
	var queries []types.MetricDataQuery
	for d, distribution := range distributions {
		read[d] = make([][]float64, len(names))
		for n, name := range names {
			id := fmt.Sprintf("d%dm%d", d, n)
			queries = append(queries, metric(id, distribution, name))
			read[d][n] = answers.expect(id)
		}
	}
	if w.Minutes() == 0 {
		return read, nil
	}
	// At most 100,800 datapoints come in one page (CloudWatch API Reference, GetMetricData), enough for eleven days of six metrics.
	pages := cloudwatch.NewGetMetricDataPaginator(api, &cloudwatch.GetMetricDataInput{
		StartTime: &w.From, EndTime: &w.To, MetricDataQueries: queries, ScanBy: types.ScanByTimestampAscending,
	}, func(o *cloudwatch.GetMetricDataPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the metrics of %v: %w", distributions, err)
		}
		for _, r := range page.MetricDataResults {
			if err := answers.add(r); err != nil {
				return nil, fmt.Errorf("read the metrics of %v: %w", distributions, err)
			}
		}
	}
	if err := answers.complete(); err != nil {
		return nil, fmt.Errorf("read the metrics of %v: %w", distributions, err)
	}
	return read, nil
}

func metric(id, distribution, name string) types.MetricDataQuery {
	// "Only one statistic is applicable for each metric" (CloudFront Developer Guide, same page as above).
	statistic := string(types.StatisticAverage)
	switch name {
	case requests:
		statistic = string(types.StatisticSum)
	case release.P50, release.P95:
		name, statistic = originLatency, name
	}
	return types.MetricDataQuery{
		Id: &id,
		MetricStat: &types.MetricStat{
			Period: aws.Int32(60), Stat: &statistic,
			Metric: &types.Metric{
				Namespace: aws.String("AWS/CloudFront"), MetricName: &name,
				Dimensions: []types.Dimension{
					{Name: aws.String("DistributionId"), Value: &distribution},
					{Name: aws.String("Region"), Value: aws.String("Global")},
				},
			},
		},
	}
}
