// Package edge is a stand-in of CloudFront's data plane: every point of presence (POP) answers viewers with what the control
// plane has sent it so far, so that weights, sessions, caches, overrides and metrics are effects and not assumptions.
package edge

import (
	"net/http"
	"time"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudfront"
)

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

// AllPOPs as the number of a POP means every one.
const AllPOPs = -1

// Session is what the cookie of session stickiness says. Its zero value is no session.
type Session struct {
	Side        Side
	Start, Last time.Time
	// Epoch changes when the policy, or its stickiness, is switched on or off: that resets all sessions.
	Epoch uint64
}

// Request is what a viewer sends to a POP; with Count it stands for that many identical ones of different viewers at the same
// moment, so that a population of millions costs no more than what differs between them.
type Request struct {
	// POP is the number of the point of presence.
	POP int
	// Host is the distribution's domain name, or an alias.
	Host string
	// Method is GET where it is empty.
	Method string
	// Path is the path as it was sent, still escaped, without the query.
	Path string
	// Query is the raw query, without the question mark.
	Query string
	// Header is only read. It may be nil.
	Header http.Header
	// Body is that of a request that is not cached.
	Body []byte
	// Session is the viewer's, from an earlier Answer. The HTTP handler keeps it in a cookie.
	Session Session
	// Count is how many requests this is; zero means one.
	Count int64
}

// Answer is what Count of the requests got.
type Answer struct {
	Count int64
	// Side is which distribution served, DistributionID its id.
	Side           Side
	DistributionID string
	Status         int
	// Header and Body may be shared with the cache and must not be changed.
	Header http.Header
	Body   []byte
	// Result is as in the field x-edge-result-type of a standard log: Hit, RefreshHit, Miss, Error, Redirect…
	Result string
	// Session is the one to send with the viewer's next request; without stickiness it is zero.
	Session Session
}

// Recorder adds up what a distribution served; the CloudWatch stand-in is one.
type Recorder interface {
	// Record adds to what the minute already has; it is called several times for the same minute.
	Record(distributionID string, minute time.Time, requests, errors4xx, errors5xx int64)
}

// Origin is what a POP asks when it has to. The S3 stand-in is one for each bucket, scripts are others.
type Origin interface {
	// Fetch answers a request, or Count identical ones: the answers' counts add up to it.
	Fetch(OriginRequest) []OriginAnswer
}

// OriginRequest is what a POP sends to an origin.
type OriginRequest struct {
	// POP is the number of the point of presence.
	POP int
	// Domain is the origin's domain name.
	Domain string
	Method string
	// Path is escaped and begins with the origin path.
	Path  string
	Query string
	// Header has what the cache key, the origin request policy and the origin's custom headers send. It is only read.
	Header http.Header
	Body   []byte
	// SourceARN is the ARN of the distribution when an origin access control signed the request, or else empty.
	SourceARN string
	At        time.Time
	// Count is how many requests this is, at least one.
	Count int64
}

// OriginAnswer is what Count of the requests got. Header and Body are shared from here on.
type OriginAnswer struct {
	Count  int64
	Status int
	Header http.Header
	Body   []byte
}

// Edge is the fleet's data plane. Its exported fields may be set at any time. Like the control plane it lives on the
// goroutine of the clock.
type Edge struct {
	// RequestsIncludeStaging makes the primary's metrics include what staging served for it. Unverified against live
	// AWS: the CloudFront Developer Guide does not say.
	RequestsIncludeStaging bool
	// CustomErrorResponseBug is the share of staging's requests that are answered 500 while a weight policy meets custom
	// error responses. Reported by M. Borgmeier (dev.to, September 2025: intermittent at a weight of 15 %, never with a
	// header policy); the share was not reported, and whether AWS has repaired it is unknown.
	CustomErrorResponseBug float64
}

// New returns the edge of an account. Origins finds the origin of a domain name, or nil where there is no such host.
func New(
	clock *simtime.Clock, account *cloudfront.Server, origins func(domain string) Origin, metrics Recorder, seed uint64,
) *Edge {
	_, _, _, _, _ = clock, account, origins, metrics, seed
	return &Edge{}
}

// Serve answers a request. A host that no distribution has at that POP is answered as CloudFront answers it.
func (e *Edge) Serve(r Request) []Answer { _ = r; return nil }

// Override lets one POP, or AllPOPs, send everybody to the primary from one time to another, as CloudFront does at peak
// traffic "regardless of the setting in your continuous deployment policy" (CloudFront Developer Guide, "Quotas and
// other considerations for continuous deployment"). That this happens per POP is one user's report of AWS's words
// (dhfrost, 2026-04).
func (e *Edge) Override(pop int, from, to time.Time) { _, _, _ = pop, from, to }

// EndOverrides ends all that have been set.
func (e *Edge) EndOverrides() {}
