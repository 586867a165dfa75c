package edge

// Switches are the behaviours of CloudFront's edge that nobody could verify against live AWS. The zero value has the reading
// that sources speak for, or that they at least do not speak against.
type Switches struct {
	// RequestsIncludeStaging makes the primary's metrics include what staging served for it. The CloudFront Developer Guide
	// does not say.
	RequestsIncludeStaging bool
	// CustomErrorResponseBug is the share of staging's requests that are answered 500 while a weight policy meets custom
	// error responses. Reported by M. Borgmeier (dev.to, September 2025: intermittent at a weight of 15 %, never with a
	// header policy); the share was not reported, and whether AWS has repaired it is unknown.
	CustomErrorResponseBug float64
	// ErrorsCachedWithoutCaching makes error caching apply where a behaviour caches nothing (a maximum TTL of 0). The
	// Developer Guide's pages on error caching do not mention such behaviours.
	ErrorsCachedWithoutCaching bool
	// RevalidationsHaveNoLatency leaves requests out of OriginLatency that found a stale object in the cache, about which the
	// origin was asked. The metric is of "requests that are served from the origin, not the CloudFront cache"; of these both
	// is true.
	RevalidationsHaveNoLatency bool
}

// Turn is one switch set to another value than its default.
type Turn struct {
	Name  string
	Apply func(*Switches)
}

// Turns are all single turns away from the default, in a fixed order, for tests that run under each of them.
func Turns() []Turn {
	const share = 0.02 // made up; see CustomErrorResponseBug
	return []Turn{
		{"primary's requests include staging's", func(s *Switches) { s.RequestsIncludeStaging = true }},
		{"weight with custom error responses fails", func(s *Switches) { s.CustomErrorResponseBug = share }},
		{"errors cached where nothing else is", func(s *Switches) { s.ErrorsCachedWithoutCaching = true }},
		{"revalidations are not in the latency", func(s *Switches) { s.RevalidationsHaveNoLatency = true }},
	}
}
