package judge

import "fmt"

// maxCount is beyond what a minute of CloudFront can hold. It keeps every sum far below the limits of int64.
const maxCount = 1_000_000_000_000

// tallies are a side's minutes added up.
type tallies struct {
	name                 string
	errors4xx, errors5xx Tally
	// missing is how many minutes had no datapoint, or not on both sides.
	missing int
}

func (t tallies) requests() int64 { return t.errors5xx.Requests }
func (t tallies) minutes() int    { return t.errors5xx.Minutes }

// add adds a side up, or says what is wrong with it. A minute of which counts is false is left out.
func (s Side) add(counts func(minute int) bool) (sum tallies, problem string) {
	sum.name = s.Name
	if len(s.Errors4xx) != len(s.Requests) || len(s.Errors5xx) != len(s.Requests) {
		return tallies{}, fmt.Sprintf("%s has %d minutes of requests, %d of 4xx and %d of 5xx", s.Name, len(s.Requests), len(s.Errors4xx), len(s.Errors5xx))
	}
	for i, requests := range s.Requests {
		e4, e5 := s.Errors4xx[i], s.Errors5xx[i]
		silent := s.silent(i)
		if !silent && (requests < 0 || requests > maxCount || e4 < 0 || e4 > requests || e5 < 0 || e5 > requests) {
			return tallies{}, fmt.Sprintf("%s has a minute that cannot be, with %d requests, %d 4xx and %d 5xx", s.Name, requests, e4, e5)
		}
		if silent || !counts(i) {
			sum.missing++
			continue
		}
		sum.errors4xx.Add(requests, e4)
		sum.errors5xx.Add(requests, e5)
	}
	return sum, ""
}

// Problem says what is wrong with a side; empty if it can be a measurement.
func (s Side) Problem() string {
	_, problem := s.add(func(int) bool { return true })
	return problem
}

// silent reports whether the minute has no datapoint.
func (s Side) silent(minute int) bool {
	return s.Requests[minute] == -1 && s.Errors4xx[minute] == -1 && s.Errors5xx[minute] == -1
}

// sides adds up both sides, or says what is wrong with one of them.
func (e Evidence) sides() (canary, baseline tallies, problem string) {
	always := func(int) bool { return true }
	if !e.SameMinutes {
		canary, problem = e.Canary.add(always)
		if problem == "" {
			baseline, problem = e.Baseline.add(always)
		}
		return canary, baseline, problem
	}
	if len(e.Canary.Requests) != len(e.Baseline.Requests) {
		return canary, baseline, fmt.Sprintf("%s has %d minutes and %s %d, which should be the same ones",
			e.Canary.Name, len(e.Canary.Requests), e.Baseline.Name, len(e.Baseline.Requests))
	}
	// The other side's columns may be shorter than its requests: that is found when it is added up itself.
	if _, problem = e.Canary.add(always); problem == "" {
		_, problem = e.Baseline.add(always)
	}
	if problem != "" {
		return canary, baseline, problem
	}
	canary, _ = e.Canary.add(func(i int) bool { return !e.Baseline.silent(i) })
	baseline, _ = e.Baseline.add(func(i int) bool { return !e.Canary.silent(i) })
	return canary, baseline, ""
}
