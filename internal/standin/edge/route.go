package edge

import (
	"net/http"
	"slices"
	"time"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/sample"
)

type override struct {
	pop      int
	from, to time.Time
}

// Override lets one POP, or AllPOPs, send everybody to the primary from one time to another, as CloudFront does at peak
// traffic "regardless of the setting in your continuous deployment policy" (CloudFront Developer Guide, "Quotas and
// other considerations for continuous deployment"). That this happens per POP is one user's report of AWS's words
// (dhfrost, 2026-04).
func (e *Edge) Override(pop int, from, to time.Time) {
	e.overrides = slices.DeleteFunc(e.overrides, func(o override) bool { return o.to.Before(e.clock.Now()) })
	e.overrides = append(e.overrides, override{pop, from, to})
}

// EndOverrides ends all that have been set.
func (e *Edge) EndOverrides() { e.overrides = nil }

// Overridden reports whether a POP sends everybody to the primary now.
func (e *Edge) Overridden(pop int) bool {
	now := e.clock.Now()
	for _, o := range e.overrides {
		if (o.pop == AllPOPs || o.pop == pop) && !now.Before(o.from) && now.Before(o.to) {
			return true
		}
	}
	return false
}

// splits reports whether the POP knows an enabled policy and the staging distribution it names.
func (n *node) splits() bool {
	return n.policy.Enabled && n.staging != nil && !n.staging.site.Gone() && n.staging.site.Revision(n.pop.number) >= 0
}

// split is how many of the requests go to staging, and whether that is because of a session.
func (e *Edge) split(n *node, r *Request, now time.Time) (toStaging int64, held bool) {
	if !n.splits() {
		return 0, false
	}
	switch n.policy.Type {
	case cloudfront.SingleHeader:
		// The header's name has any case, as names of headers do; its value is compared as it is (API Reference,
		// ContinuousDeploymentSingleHeaderConfig).
		if r.Header != nil && first(r.Header, http.CanonicalHeaderKey(n.policy.Header)) == n.policy.Value {
			return r.Count, false
		}
		return 0, false
	case cloudfront.SingleWeight:
		if n.policy.MaximumTTL > 0 && r.Session.Epoch != 0 && r.Session.holds(now, &n.policy, n.epoch) {
			if r.Session.Side == Staging {
				return r.Count, true
			}
			return 0, true
		}
		return sample.Binomial(n.random, r.Count, n.policy.Weight), false
	default:
		return 0, false
	}
}

func first(h http.Header, canonical string) string {
	if v := h[canonical]; len(v) > 0 {
		return v[0]
	}
	return ""
}
