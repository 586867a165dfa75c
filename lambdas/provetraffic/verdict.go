package provetraffic

import (
	"math"
	"time"

	"cloudfront-cd/internal/release"
)

const (
	// leastRequests of staging are proof; fewer expected ones are too few to tell.
	leastRequests = 10

	// leastShare is the part of the lowest weight that must arrive. A point of presence that is in override sends all its
	// viewers to the primary, so its absence only lowers the share; below a third it is no longer the exception.
	leastShare = 1.0 / 3
)

// verdict names what the requests in the window mean. Share counts the two sides as disjoint, because it is not documented
// whether the primary's requests include staging's; if they do, the share is lower than the truth by a factor of 1 + weight
// and the proof only harder.
func verdict(t release.Traffic, flowed bool, deployed time.Time) string {
	total := t.PrimaryRequests + t.StagingRequests
	switch {
	case t.StagingRequests >= leastRequests && t.Share >= leastShare*t.LowestWeight:
		return release.Flowing
	case !t.From.Before(t.To):
		return release.NotYetRouting
	case total*t.LowestWeight < leastRequests:
		return release.QuietSite
	case !flowed && t.At.Before(deployed.Add(release.RoutingWithin)):
		return release.NotYetRouting
	default:
		return release.Override
	}
}

// perViewer is how many requests a viewer is taken to send in the window, who are all on the same side: chance moves the
// share by viewers, not by requests.
const perViewer = 10

// below reports a share that falls short of every weight that sessions may stick to by more than chance (3 standard
// deviations of a Poisson count of viewers). It is noted and not judged, because a share may be low for a good reason: if
// the primary's Requests include staging's, which is not documented, the share is always a little too low.
func below(t release.Traffic) bool {
	total := t.PrimaryRequests + t.StagingRequests
	return t.StagingRequests+3*math.Sqrt(perViewer*t.StagingRequests) < t.LowestWeight*total
}
