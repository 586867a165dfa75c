package asl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// How Retry and Catch are read.

func (l *loader) retry(f *fields, s *state) {
	list := f.list("Retry")
	for i, value := range list {
		r := l.fields(fmt.Sprintf("%s[%d]", f.place("Retry"), i), value)
		r.comment()
		entry := Retrier{
			ErrorEquals: r.errors(i == len(list)-1),
			Interval:    time.Duration(r.integer("IntervalSeconds", 1, 1, longest)) * time.Second,
			MaxAttempts: int(r.integer("MaxAttempts", 3, 0, longest)),
			BackoffRate: r.backoff(),
			MaxDelay:    time.Duration(r.integer("MaxDelaySeconds", 0, 1, 31_622_399)) * time.Second,
		}
		jitter := r.text("JitterStrategy")
		entry.FullJitter = jitter == "FULL"
		if r.has("JitterStrategy") && jitter != "FULL" && jitter != "NONE" {
			r.bad("JitterStrategy", "must be FULL or NONE")
		}
		r.done()
		s.retry = append(s.retry, entry)
	}
}

func (f *fields) backoff() float64 {
	value, ok := f.take("BackoffRate")
	if !ok {
		return 2
	}
	n, _ := value.(json.Number)
	rate, err := n.Float64()
	switch {
	case n == "" || err != nil:
		f.bad("BackoffRate", "must be a number")
	case rate < 1:
		f.bad("BackoffRate", "must be >= 1")
	}
	return rate
}

func (l *loader) catch(f *fields, s *state) {
	list := f.list("Catch")
	for i, value := range list {
		c := l.fields(fmt.Sprintf("%s[%d]", f.place("Catch"), i), value)
		c.comment()
		names := c.errors(i == len(list)-1)
		entry := catcher{errors: names, result: c.resultPath()}
		entry.next = c.target("Next", s, Arrow{Kind: ArrowCatch, Index: i, Errors: strings.Join(names, ",")})
		if entry.next == nil {
			c.bad("Next", "is required")
		}
		c.done()
		s.catch = append(s.catch, entry)
	}
}

// errors reads ErrorEquals. Names that begin with "States." are reserved, so one that cannot occur here is a mistake:
// States.Runtime is never matched; heartbeats, JSONata and distributed Map are not implemented; and AWS reports
// a branch's own error and not States.BranchFailed.
func (f *fields) errors(last bool) []string {
	known := []string{
		StatesALL, StatesTaskFailed, StatesTimeout, StatesDataLimitExceeded, StatesPermissions, StatesNoChoiceMatched,
		StatesIntrinsicFailure, StatesParameterPathFailure, StatesResultPathMatchFailure,
	}
	list := f.list("ErrorEquals")
	if len(list) == 0 {
		f.bad("ErrorEquals", "must be a list of at least one error name")
	}
	var names []string
	for _, value := range list {
		name, ok := value.(string)
		switch {
		case !ok || name == "":
			f.bad("ErrorEquals", "must be a list of error names")
		case name == StatesRuntime:
			f.bad("ErrorEquals", "States.Runtime always fails the execution, it can be neither retried nor caught")
		case name == StatesALL && (len(list) > 1 || !last):
			f.bad("ErrorEquals", "States.ALL must be alone, and in the last entry")
		case strings.HasPrefix(name, "States.") && !slices.Contains(known, name):
			f.bad("ErrorEquals", "%s is not an error that can occur here", name)
		}
		names = append(names, name)
	}
	return names
}
