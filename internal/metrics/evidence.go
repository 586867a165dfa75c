package metrics

import (
	"time"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/release"
)

// Names are what the judge's sentences call the two sides.
type Names struct {
	Canary   string
	Baseline string
}

// Evidence is what the judge needs, taken from the document: the observation of distribution canary since a time, and the
// plan's gates. An observation that is missing, failed, of another distribution or older is unreadable, so it can never be
// taken for health.
func Evidence(doc release.Document, canary string, since time.Time, names Names, alarms []judge.Alarm) judge.Evidence {
	gates := doc.Plan.Gates
	e := judge.Evidence{
		Gates: judge.Gates{
			MinimumRequests: gates.MinimumRequests, Tolerance4xx: gates.Tolerance.Errors4xx, Tolerance5xx: gates.Tolerance.Errors5xx,
		},
		Alarms: alarms,
	}
	o := doc.Observation
	switch {
	case o == nil:
		e.Unreadable = "no observation was made"
	case o.Error != "":
		failure := release.Failure{Error: o.Error, Cause: o.Cause}
		e.Unreadable = failure.Error + ": " + failure.Message()
	case o.Canary.Distribution != canary || o.Canary.From.Before(since):
		e.Unreadable = "the observation is not of " + canary + " since " + since.UTC().Format(time.RFC3339)
	default:
		e.Canary, e.Baseline = side(names.Canary, o.Canary), side(names.Baseline, o.Baseline)
	}
	return e
}

func side(name string, s release.Series) judge.Side {
	return judge.Side{Name: name, Requests: s.Requests, Errors4xx: s.Errors4xx, Errors5xx: s.Errors5xx}
}
