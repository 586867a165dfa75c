// Package cloudfront is a stand-in of CloudFront's control plane for continuous deployment: an http.Handler that speaks the
// REST-XML API 2020-05-31, so that unmodified AWS clients are its clients, with simulated time behind it.
//
// The model. A distribution's config is an immutable XML tree; a write stores a new tree under a new ETag and starts a
// propagation over a fleet of points of presence (POPs), which flip one by one at seeded moments. The distribution is
// InProgress until the last POP has the newest revision. A revision of a primary distribution carries the state of the
// policy attached to it, because a policy has no deployment of its own: writing it redeploys the primary. What each POP
// serves at the moment is Server.Serving, on which an edge can be built.
//
// Rules cite their source. Nobody here has tried them against a live account; where sources conflict or are silent and it
// matters to a release, the behaviour is one of Switches. Other silences are filled with the plainest reading, marked
// "assumed". An operation that is not implemented answers 501 with the code NotImplemented, never an empty success.
//
// Ours alone, and unlike AWS in ways that do not matter here: any credentials are accepted; lists are ordered by id and a
// Marker is the last id seen; a request body is limited to 1 MB; tags, monitoring subscriptions and origin access controls
// are read without lag. Policies for cache behaviours are AWS's managed ones, and cannot be made.
//
// A Server is not safe for concurrent use: it lives on the goroutine of its clock.
package cloudfront

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"cloudfront-cd/internal/simtime"
)

// Limits are AWS's default quotas per account (Developer Guide, "Quotas"). That staging distributions beyond theirs are
// answered with TooManyDistributions is assumed.
type Limits struct {
	Distributions  int
	Staging        int
	Policies       int
	AccessControls int
	// Per distribution. The last two are in progress at the same time.
	Aliases, Origins, OriginGroups, Behaviors int
	InvalidationPaths, InvalidationWildcards  int
}

// Server is a CloudFront account. Its exported fields may be set at any time.
type Server struct {
	// Switches are the unverified behaviours.
	Switches Switches
	// Limits are the account's quotas.
	Limits Limits
	// Spread is how long POPs take to receive a write, unless SpreadOf has an entry for the distribution's id.
	Spread   Spread
	SpreadOf map[string]Spread
	// ReadLag makes Get and List operations answer with the state of so long ago; writes always see the newest one.
	// CloudFront promises only eventual consistency: "An immediate request for information about a distribution might not
	// show the change" (Developer Guide, "Distribution state").
	ReadLag time.Duration
	// InvalidationSpread is how long POPs take to have an invalidation.
	InvalidationSpread Spread
	// Throttle limits the rate of requests.
	Throttle Throttle
	// Forgetful leaves Log empty, for a server that is to run for days.
	Forgetful bool
	// OnFlip, when set, is told of each POP that received a revision, and how many of all have the newest one now.
	OnFlip func(distributionID, pop string, have, all int)
	// OnInvalidate, when set, is told of each POP, by its number, that an invalidation of a distribution has reached.
	OnInvalidate func(distributionID string, pop int, paths []string)

	clock         *simtime.Clock
	seed          uint64
	ids           *rand.Rand
	others        *rand.Rand // ids of what is neither a distribution nor a policy; it leaves theirs as they are
	nextID        string
	routes        map[string]route
	operations    map[string]string
	managed       map[string]map[string]*Node
	foreign       map[string]bool // policies that worlds built in Go refer to
	controls      []*accessControl
	pops          []string
	stuck         map[stuckKey]bool
	distributions []*distribution // in order of creation, deleted ones included for a while: a lagging reader still sees them
	created       uint64          // how many distributions there have been
	policies      []*policy
	log           []Write
	requests      uint64
}

// New returns an empty account with a fleet of 20 POPs. The same seed gives the same ids, ETags and propagations.
func New(clock *simtime.Clock, seed uint64) *Server {
	return &Server{
		Switches: DefaultSwitches(),
		Limits: Limits{
			Distributions: 500, Staging: 20, Policies: 20, AccessControls: 100,
			Aliases: 100, Origins: 100, OriginGroups: 10, Behaviors: 75, InvalidationPaths: 3000, InvalidationWildcards: 15,
		},
		Spread:   Spread{Min: 30 * time.Second, Max: 4 * time.Minute},
		SpreadOf: map[string]Spread{},
		// Seconds until it is forwarded, and AWS's waiter expects to look again every 20 s; no figure is promised.
		InvalidationSpread: Spread{Min: 5 * time.Second, Max: time.Minute},

		clock:      clock,
		seed:       seed,
		ids:        rand.New(rand.NewPCG(seed, 0)),
		others:     rand.New(rand.NewPCG(seed, 1<<63)),
		routes:     routes(),
		operations: operationNames(),
		managed:    managedPolicies(),
		foreign:    map[string]bool{},
		pops:       defaultPOPs(),
		stuck:      map[stuckKey]bool{},
	}
}

// ServeHTTP answers one request of the CloudFront API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests++
	id := fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(s.seed), s.requests) //nolint:gosec // only a label
	answer, err := s.answer(r)
	if err != nil {
		writeError(w, id, err)
		return
	}
	respond(w, id, answer)
}

func (s *Server) answer(r *http.Request) (reply, error) {
	if !s.Throttle.take(s.clock.Now()) {
		return reply{}, fail(http.StatusBadRequest, "Throttling", "Rate exceeded")
	}
	key, ids := routeKey(r)
	found, ok := s.routes[key]
	if !ok {
		return reply{}, s.notImplemented(key, r)
	}
	c, err := newCall(found.operation, ids, r)
	if err != nil {
		return reply{}, err
	}
	return found.handle(s, c)
}

// notImplemented names the operation that a request is for. What is no operation of the API is answered with 404; its code is
// assumed.
func (s *Server) notImplemented(key string, r *http.Request) error {
	if name := s.operations[key]; name != "" {
		return fail(http.StatusNotImplemented, "NotImplemented", "The CloudFront stand-in does not implement %s (%s %s).",
			name, r.Method, r.URL.RequestURI())
	}
	return fail(http.StatusNotFound, "UnknownOperation", "%s %s is no operation of the CloudFront API 2020-05-31.", r.Method, r.URL.RequestURI())
}

// Now is the simulated time.
func (s *Server) Now() time.Time { return s.clock.Now() }

// asOf is the moment whose state readers see.
func (s *Server) asOf() time.Time { return s.clock.Now().Add(-s.ReadLag) }

func (s *Server) distribution(id string) *distribution {
	i := slices.IndexFunc(s.distributions, func(d *distribution) bool { return d.id == id && !d.gone })
	if i < 0 {
		return nil
	}
	return s.distributions[i]
}

func (s *Server) policy(id string) *policy {
	i := slices.IndexFunc(s.policies, func(p *policy) bool { return p.id == id && !p.gone })
	if i < 0 {
		return nil
	}
	return s.policies[i]
}

// primaryOf is the distribution that a policy is attached to, or nil.
func (s *Server) primaryOf(policyID string) *distribution {
	i := slices.IndexFunc(s.distributions, func(d *distribution) bool { return !d.gone && d.policyID() == policyID })
	if i < 0 {
		return nil
	}
	return s.distributions[i]
}

// policyFor is the policy that refers to a staging distribution, or nil.
func (s *Server) policyFor(stagingDomain string) *policy {
	i := slices.IndexFunc(s.policies, func(p *policy) bool { return !p.gone && p.now.StagingDomain == stagingDomain })
	if i < 0 {
		return nil
	}
	return s.policies[i]
}

// byDomain is the distribution with a domain name, or nil.
func (s *Server) byDomain(domain string) *distribution {
	i := slices.IndexFunc(s.distributions, func(d *distribution) bool { return !d.gone && d.domain == domain })
	if i < 0 {
		return nil
	}
	return s.distributions[i]
}
