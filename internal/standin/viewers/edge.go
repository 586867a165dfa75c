package viewers

import "time"

// Edge is what the viewers need to know of CloudFront's points of presence (POPs).
type Edge interface {
	// POPs is how many there are; they are numbered from zero.
	POPs() int
	// Serving is what one POP serves for a primary distribution just now, and false when it serves nothing.
	Serving(pop int, primaryID string) (Serving, bool)
}

// Serving is the state of one primary distribution at one POP, which may lag behind the control plane.
type Serving struct {
	// PrimaryID and StagingID are the distributions; StagingID is empty without a policy.
	PrimaryID, StagingID string
	// PolicyEnabled says whether the continuous deployment policy that this POP knows is enabled.
	PolicyEnabled bool
	// Weight is the share that a weight policy sends to staging, and zero for a header policy.
	Weight float64
	// HeaderPolicy says that viewers with the policy's header go to staging, and nobody else.
	HeaderPolicy bool
	// Sticky says that the weight policy keeps a viewer's session on one side.
	Sticky bool
	// CustomErrorResponses says whether the staging distribution has any.
	CustomErrorResponses bool
	// Primary and Staging are handles of the configs in force at this POP, passed on to Health.
	Primary, Staging any
}

// Recorder adds up what a distribution served in a minute; the CloudWatch stand-in is one.
type Recorder interface {
	// Record adds to what the minute already has; it is called several times for the same minute.
	Record(distributionID string, minute time.Time, requests, errors4xx, errors5xx int64)
}

// Side is one of the two distributions of a pair.
type Side int

// The two sides.
const (
	Primary Side = iota
	Staging
)

// String is the side in lower case.
func (s Side) String() string {
	if s == Staging {
		return "staging"
	}
	return "primary"
}

// Rates are the shares of requests, from 0 to 1, that are answered with an error.
type Rates struct {
	// E4xx and E5xx are the two classes of errors; together at most 1.
	E4xx, E5xx float64
}

// Health is how well a config serves at one POP at one time. The config is the handle from Serving.
type Health func(side Side, config any, pop int, at time.Time) Rates

// Rate is how many requests per minute viewers send to a site at this time.
type Rate func(at time.Time) float64

// Counts is what one side served.
type Counts struct {
	// Requests is how many requests there were, whatever their answer.
	Requests int64
	// Errors4xx and Errors5xx are those of them that were answered with an error.
	Errors4xx, Errors5xx int64
}

// Plus is the sum of two counts.
func (c Counts) Plus(d Counts) Counts {
	return Counts{c.Requests + d.Requests, c.Errors4xx + d.Errors4xx, c.Errors5xx + d.Errors5xx}
}

// Minute is what happened to one site in one minute, or since the start.
type Minute struct {
	// Start is when the minute began.
	Start time.Time
	// PrimaryID is the site.
	PrimaryID string
	// Primary and Staging are what each side really served, whatever the metrics will say.
	Primary, Staging Counts
	// Overridden is how many POPs sent everybody to the primary because of peak traffic.
	Overridden int
}

// Share is the part of all requests that staging served, and zero when there were none.
func (m Minute) Share() float64 {
	all := m.Primary.Requests + m.Staging.Requests
	if all == 0 {
		return 0
	}
	return float64(m.Staging.Requests) / float64(all)
}

// Harmed is how many requests were answered with a 5xx, on either side.
func (m Minute) Harmed() int64 { return m.Primary.Errors5xx + m.Staging.Errors5xx }
