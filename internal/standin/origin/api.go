package origin

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/sample"
)

// API is an API of a shop whose demands and faults can be set at any time. Requirements are judged first, for all identical
// requests alike; faults are drawn for each of them from a seeded generator.
type API struct {
	// RequiredHeaders must arrive with their values, or else the answer is 401: the secrets that an origin's custom headers
	// prove CloudFront with. (An authorizer of Amazon API Gateway answers so where its identity source is missing.)
	RequiredHeaders http.Header
	// RequiredQuery is a parameter without which the answer is 400, RequiredCookie a cookie without which it is 401, and
	// Authorization makes that header's absence a 401 too.
	RequiredQuery, RequiredCookie string
	Authorization                 bool
	// Share4xx and Share5xx are the shares of requests that fail without a reason: with 401, as of sessions that have ended,
	// and with 500.
	Share4xx, Share5xx float64
	// Faults are what is wrong at some paths on top of that.
	Faults []Fault
	// Latency is how long its answers take to begin, errors too.
	Latency edge.Latency
	// CacheControl is a header of the good answers, unless it is empty.
	CacheControl string
	// Served counts what arrived.
	Served int64

	random  *rand.Rand
	minute  time.Time
	used    map[string]int64 // in that minute, by a fault's prefix
	answers map[answerKey]edge.OriginAnswer
}

// Fault is what is wrong below a path: a share of the requests fails on top of the background, and what exceeds PerMinute in
// a minute of the clock, if that is set, is answered 503. Slower, if it is set, is the factor by which answers take longer.
// With POPs only the requests of so many points of presence, the first ones, fail on top: as a regional backend does.
type Fault struct {
	Prefix             string
	Share4xx, Share5xx float64
	PerMinute          int64
	Slower             float64
	POPs               int
}

type answerKey struct {
	status       int
	cacheControl string
}

// NewAPI returns an API without demands or faults.
func NewAPI(seed uint64) *API {
	return &API{
		Latency: edge.Latency{Median: 120 * time.Millisecond, Spread: 0.4}, // made up
		random:  rand.New(rand.NewPCG(seed, 0)), used: map[string]int64{}, answers: map[answerKey]edge.OriginAnswer{},
	}
}

// Fetch implements edge.Origin.
func (o *API) Fetch(r edge.OriginRequest) []edge.OriginAnswer {
	o.Served += r.Count
	taken, latency := o.take(r), o.latency(r.Path)
	out := make([]edge.OriginAnswer, 0, 1)
	add := func(count int64, status int) {
		if count > 0 {
			a := o.answer(status)
			a.Count, a.Latency = count, latency
			out = append(out, a)
		}
	}
	if status := o.demands(r); status != http.StatusOK {
		add(taken, status)
	} else {
		share4xx, share5xx := o.shares(r)
		failed := sample.Binomial(o.random, taken, share5xx)
		refused := sample.Binomial(o.random, taken-failed, share4xx/(1-share5xx)) // of none, if all have failed
		add(taken-failed-refused, http.StatusOK)
		add(refused, http.StatusUnauthorized)
		add(failed, http.StatusInternalServerError)
	}
	add(r.Count-taken, http.StatusServiceUnavailable)
	return out
}

// take is how many of the requests still fit into the minute.
func (o *API) take(r edge.OriginRequest) int64 {
	if minute := r.At.Truncate(time.Minute); !minute.Equal(o.minute) {
		o.minute = minute
		clear(o.used)
	}
	taken := r.Count
	for _, f := range o.Faults {
		if f.PerMinute > 0 && strings.HasPrefix(r.Path, f.Prefix) {
			taken = min(taken, max(0, f.PerMinute-o.used[f.Prefix]))
			o.used[f.Prefix] += r.Count
		}
	}
	return taken
}

func (o *API) demands(r edge.OriginRequest) int {
	switch {
	case !hasHeaders(r.Header, o.RequiredHeaders):
		return http.StatusUnauthorized
	case o.Authorization && value(r.Header, "Authorization") == "":
		return http.StatusUnauthorized
	case o.RequiredCookie != "" && !hasPair(value(r.Header, "Cookie"), ";", o.RequiredCookie):
		return http.StatusUnauthorized
	case o.RequiredQuery != "" && !hasPair(r.Query, "&", o.RequiredQuery):
		return http.StatusBadRequest
	default:
		return http.StatusOK
	}
}

func hasHeaders(sent, required http.Header) bool {
	for name := range required {
		if value(sent, name) != value(required, name) {
			return false
		}
	}
	return true
}

func hasPair(list, separator, name string) bool {
	for list != "" {
		var pair string
		pair, list, _ = strings.Cut(list, separator)
		if key, _, _ := strings.Cut(strings.TrimSpace(pair), "="); key == name {
			return true
		}
	}
	return false
}

func (o *API) shares(r edge.OriginRequest) (share4xx, share5xx float64) {
	share4xx, share5xx = o.Share4xx, o.Share5xx
	for _, f := range o.Faults {
		if strings.HasPrefix(r.Path, f.Prefix) && (f.POPs == 0 || r.POP < f.POPs) {
			share4xx += f.Share4xx
			share5xx += f.Share5xx
		}
	}
	return share4xx, share5xx
}

func (o *API) latency(path string) edge.Latency {
	l := o.Latency
	for _, f := range o.Faults {
		if f.Slower > 0 && strings.HasPrefix(path, f.Prefix) {
			l = l.Times(f.Slower)
		}
	}
	return l
}

// answer is made once for each status, so that the edge recognizes it.
func (o *API) answer(status int) edge.OriginAnswer {
	key := answerKey{status, o.CacheControl}
	a, ok := o.answers[key]
	if !ok {
		a = edge.OriginAnswer{
			Status: status,
			Header: http.Header{"Content-Type": {"application/json"}, "Server": {"shop"}},
			Body:   []byte(`{"status": ` + strconv.Itoa(status) + `, "message": "` + http.StatusText(status) + `"}` + "\n"),
		}
		if status == http.StatusOK && o.CacheControl != "" {
			a.Header["Cache-Control"] = []string{o.CacheControl}
		}
		o.answers[key] = a
	}
	return a
}
