// Package edge is a stand-in of CloudFront's data plane: every point of presence (POP) answers viewers with what the control
// plane has sent it so far, so that weights, sessions, caches, overrides and metrics are effects and not assumptions.
//
// What happens to a request, in order: the host picks a distribution (site.go), the POP's state of the policy picks the side
// (route.go, session.go), the path picks a behaviour (behavior.go), which refuses, redirects, answers from the POP's cache
// (cache.go, freshness.go) or asks the origin (fetch.go); an error may be replaced by a page (errorpages.go); headers are
// added (headers.go), the distribution's metrics and log get their share (record.go).
//
// Left out, and what happens instead: ranges and compression (the whole object, as the origin stores it), origin access
// identities (requests are unsigned, so that such a bucket refuses), signed URLs and cookies (501), viewer TLS, WAF,
// functions and Lambda@Edge (the answer's X-Standin-Note says that they did not run).
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
	// Client is the viewer's address as logs have it, and may be empty.
	Client string
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
	// Age is how long the answer has been in the cache; the HTTP handler makes a header of it.
	Age time.Duration
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
	// Latency is how long these answers took to begin.
	Latency Latency
}

// Edge is the fleet's data plane. Its exported fields may be set at any time. Like the control plane it lives on the
// goroutine of the clock.
type Edge struct {
	Switches

	// CacheEntries is how many objects each POP keeps for each distribution; the least recently used one goes first.
	CacheEntries int
	// Log, when set, gets a record of every answer.
	Log func(LogRecord)
	// Latencies, when set, gets how long origins took.
	Latencies LatencyRecorder

	clock     *simtime.Clock
	account   *cloudfront.Server
	origins   func(domain string) Origin
	metrics   Recorder
	policies  Policies
	seed      uint64
	pops      []popInfo
	dists     map[string]*dist
	hosts     map[hostKey]known
	made      map[madeKey]reply
	overrides []override
	key       []byte // what the cache key of the present request is built in
	serial    uint64 // of calls of Serve; ids of requests are made of it
}

// New returns the edge of an account, which tells it of invalidations. Origins finds the origin of a domain name, or nil where
// there is no such host.
func New(
	clock *simtime.Clock, account *cloudfront.Server, origins func(domain string) Origin, metrics Recorder, seed uint64,
) *Edge {
	const defaultEntries = 10_000
	e := &Edge{
		CacheEntries: defaultEntries,
		clock:        clock, account: account, origins: origins, metrics: metrics, seed: seed,
		policies: account,
		dists:    map[string]*dist{}, hosts: map[hostKey]known{},
		made: map[madeKey]reply{},
	}
	account.OnInvalidate = e.Invalidate
	return e
}
