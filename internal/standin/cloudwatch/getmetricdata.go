package cloudwatch

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// "As many as 500 MetricDataQuery structures" and at most 100,800 datapoints a call (GetMetricData, CloudWatch API
// Reference).
const (
	maxQueries    = 500
	maxDatapoints = 100_800
)

// "The valid characters are letters, numbers, and underscore. The first character must be a lowercase letter"
// (MetricDataQuery, CloudWatch API Reference).
var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]{0,254}$`)

func (s *Server) getMetricData(in *input) (cbor.Map, *fault) {
	start, end := in.instant("StartTime"), in.instant("EndTime")
	limit := in.number("MaxDatapoints", maxDatapoints, 1, maxDatapoints)
	token, order := in.text("NextToken"), in.text("ScanBy")
	in.member("LabelOptions") // the time zone of labels only
	asked := in.structures("MetricDataQueries")
	if f := in.done(); f != nil {
		return nil, f
	}
	if !start.Before(end) {
		detail := "The parameter StartTime must be less than the parameter EndTime."
		return nil, &fault{http.StatusBadRequest, "ValidationError", "ValidationError", detail}
	}
	if order != "" && order != "TimestampDescending" && order != "TimestampAscending" {
		return nil, invalid("ScanBy %q is not known.", order)
	}
	queries, f := parseQueries(asked)
	if f != nil {
		return nil, f
	}
	at := page{asOf: s.clock.Now()}
	if token != "" {
		if at, f = parsePage(token, s.clock.Now()); f != nil {
			return nil, f
		}
	}
	// "Start time less than 15 days ago: round down to the nearest whole minute." Nothing here gets older.
	start = start.Truncate(time.Minute)
	return s.collect(queries, start, end, order, at, limit), nil
}

// page says where the next page begins. The time keeps what is visible the same on all pages.
type page struct {
	asOf time.Time
	skip int64
}

func (p page) token() string { return fmt.Sprintf("%d-%d", p.asOf.UnixNano(), p.skip) }

func parsePage(token string, now time.Time) (page, *fault) {
	var nanos, skip int64
	if n, err := fmt.Sscanf(token, "%d-%d", &nanos, &skip); n != 2 || err != nil || skip < 0 {
		return page{}, invalidNextToken()
	}
	p := page{time.Unix(0, nanos).UTC(), skip}
	if p.token() != token || p.asOf.After(now) {
		return page{}, invalidNextToken()
	}
	return p, nil
}

// collect cuts one page out of all datapoints in the order of the queries. A query whose datapoints go on after the
// page is PartialData.
func (s *Server) collect(queries []query, start, end time.Time, order string, at page, limit int64) cbor.Map {
	results := cbor.List{}
	first, last, position := at.skip, at.skip+limit, int64(0)
	for _, q := range queries {
		if q.hidden {
			continue
		}
		points := s.datapoints(q, start, end, at.asOf)
		if order != "TimestampAscending" {
			slices.Reverse(points)
		}
		status, times, values := "Complete", cbor.List{}, cbor.List{}
		for _, p := range points {
			switch {
			case position >= last:
				status = "PartialData"
			case position >= first:
				times = append(times, &cbor.Tag{ID: 1, Value: cbor.Float64(p.at.Unix())})
				values = append(values, cbor.Float64(p.value))
			}
			position++
		}
		results = append(results, cbor.Map{
			"Id": cbor.String(q.id), "Label": cbor.String(q.label), "StatusCode": cbor.String(status),
			"Timestamps": times, "Values": values,
		})
	}
	out := cbor.Map{"MetricDataResults": results, "Messages": cbor.List{}}
	if position > last {
		at.skip = last
		out["NextToken"] = cbor.String(at.token())
	}
	return out
}

func parseQueries(asked []*input) ([]query, *fault) {
	if len(asked) == 0 {
		return nil, missing("MetricDataQueries")
	}
	if len(asked) > maxQueries {
		return nil, invalid("The collection MetricDataQueries must not have a size greater than %d.", maxQueries)
	}
	queries := make([]query, 0, len(asked))
	ids := map[string]bool{}
	for _, in := range asked {
		q, f := parseQuery(in)
		if f != nil {
			return nil, f
		}
		if ids[q.id] {
			return nil, invalid("The id %q is used twice.", q.id)
		}
		ids[q.id] = true
		queries = append(queries, q)
	}
	return queries, nil
}

func parseQuery(in *input) (query, *fault) {
	q := query{id: in.text("Id"), label: in.text("Label"), hidden: !in.flag("ReturnData", true)}
	stat := in.structure("MetricStat")
	if in.fields["Expression"] != nil {
		return q, notImplemented("metric math and Metrics Insights")
	}
	if f := in.done(); f != nil {
		return q, f
	}
	if !queryID.MatchString(q.id) {
		return q, invalid("The id %q does not begin with a lower-case letter, or holds more than letters, digits and underscores.", q.id)
	}
	seconds := stat.number("Period", 0, 1, 86_400*30)
	metric := stat.structure("Metric")
	q.stat, q.unit = stat.text("Stat"), stat.text("Unit")
	if f := stat.done(); f != nil {
		return q, f
	}
	if seconds%60 != 0 {
		return q, notImplemented("a period that is not of whole minutes")
	}
	if seconds == 0 || q.stat == "" {
		return q, missing("Period or Stat")
	}
	q.period = time.Duration(seconds) * time.Second
	return q, parseMetric(metric, &q)
}

func parseMetric(in *input, q *query) *fault {
	namespace := in.text("Namespace")
	q.metric = in.text("MetricName")
	dimensions := map[string]string{}
	for _, d := range in.structures("Dimensions") {
		dimensions[d.text("Name")] = d.text("Value")
		if f := d.done(); f != nil {
			return f
		}
	}
	if f := in.done(); f != nil {
		return f
	}
	if namespace == "" || q.metric == "" {
		return missing("Namespace or MetricName")
	}
	if q.label == "" {
		q.label = q.metric
	}
	if namespace != "AWS/CloudFront" || len(dimensions) != 2 || dimensions["Region"] != "Global" {
		return nil
	}
	q.distribution = dimensions["DistributionId"]
	if q.metric == "BytesDownloaded" || q.metric == "BytesUploaded" {
		return notImplemented("the metric " + q.metric) // every distribution has it in AWS
	}
	return nil
}
