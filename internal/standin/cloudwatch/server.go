// Package cloudwatch is a stand-in for Amazon CloudWatch: CloudFront's request metrics and the state of alarms.
//
// It speaks Smithy RPCv2 CBOR, the protocol of the unmodified SDK client. GetMetricData knows the namespace
// AWS/CloudFront with the dimensions DistributionId and Region=Global, and the metrics Requests (Sum), 4xxErrorRate,
// 5xxErrorRate and TotalErrorRate (Average, in percent) and OriginLatency (percentiles) at periods of whole minutes. As in AWS, a minute without
// requests has no datapoint, another namespace, dimension or statistic finds nothing, and a minute becomes visible some
// time after it ended. DescribeAlarms tells what SetAlarm said; no alarm is ever evaluated.
//
// Metric math, Metrics Insights, high resolution, and every other operation or parameter answer 501 NotImplemented.
package cloudwatch

import (
	"net/http"
	"sync"
	"time"

	"cloudfront-cd/internal/simtime"
)

// Server is the CloudWatch of one simulation. Its switches may be changed at any time between two requests.
type Server struct {
	// Delay is how long after its end a minute becomes visible. AWS documents no figure for CloudFront's metrics; New
	// sets three minutes.
	Delay time.Duration

	// WeightByRequests makes the Average of an error rate over several minutes weigh each minute by its requests.
	// Otherwise each minute counts the same. Unverified against live AWS: an Average is the sum of the samples divided
	// by their number, and how many samples CloudFront publishes per minute is not documented. A single minute reads
	// the same either way.
	WeightByRequests bool

	mu     sync.Mutex
	clock  *simtime.Clock
	series map[string]map[int64]Counts
	// latencies are in the same order.
	latencies map[string]map[int64]histogram
	alarms    map[string]alarm
	refused   map[string]string
}

// New returns a CloudWatch without data that reads the time from clock.
func New(clock *simtime.Clock) *Server {
	return &Server{
		Delay: 3 * time.Minute, clock: clock,
		series: map[string]map[int64]Counts{}, latencies: map[string]map[int64]histogram{}, alarms: map[string]alarm{}, refused: map[string]string{},
	}
}

// Refuse answers every call of an operation ("GetMetricData", "DescribeAlarms") with an error of this code, such as
// AccessDenied, Throttling or InternalServiceFault, until it is called again with no code.
func (s *Server) Refuse(operation, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.refused, operation)
	if code != "" {
		s.refused[operation] = code
	}
}

// ServeHTTP answers one request of the CloudWatch API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	operation, in, f := read(r)
	if f == nil && s.refused[operation] != "" {
		f = refusal(s.refused[operation])
	}
	if f != nil {
		f.write(w)
		return
	}
	switch operation {
	case "GetMetricData":
		reply(w)(s.getMetricData(in))
	case "DescribeAlarms":
		reply(w)(s.describeAlarms(in))
	default:
		notImplemented("the operation " + operation).write(w)
	}
}
