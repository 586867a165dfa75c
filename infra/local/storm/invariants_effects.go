package storm

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

// viewersProtected looks at what viewers really got, minute by minute and in all.
func (s *storm) viewersProtected() observer {
	v := protected{s: s, minutes: newMinutes(s)}
	return observer{
		event: func(*asl.Execution, asl.Event) { v.look() },
		write: func(wr cloudfront.Write, _ *actor) { v.promoted = v.promoted || wr.Operation == promoteCall },
		end: func() {
			if s.w.Viewers != nil && s.plan.Weather.Rate > 0 {
				v.checkAll()
			}
		},
	}
}

type protected struct {
	s        *storm
	minutes  *minutes
	worst    float64 // the largest share of a minute's viewers on staging
	promoted bool
}

// enough is how many requests a minute must have to tell something.
const enough = 20_000

func (v *protected) look() {
	m, fresh := v.minutes.look()
	if !fresh {
		return
	}
	if m.Primary.Requests+m.Staging.Requests > enough {
		v.worst = max(v.worst, m.Share())
	}
	const usual = 0.02
	bad := v.s.plan.Weather.Change == Bad && !v.promoted && !v.s.unfair["viewers"] && !slices.Contains(v.s.plan.Weather.Turns, errorsCached)
	if n := m.Primary.Requests; bad && n > enough && float64(m.Primary.Errors5xx) > usual*float64(n) {
		v.s.violate(nil, "viewers-protected", fmt.Sprintf("%d of %d requests of viewers of the primary failed although nothing bad was promoted", m.Primary.Errors5xx, n))
	}
}

func (v *protected) checkAll() {
	s := v.s
	const most = release.MaxWeight * 1.4 // chance
	if v.worst > most {
		s.violate(nil, "viewers-protected", fmt.Sprintf("%.1f %% of the viewers of a minute were on staging, at most 15 %% are ever asked for", 100*v.worst))
	}
	total := s.w.Viewers.Total(s.w.Pair.PrimaryID)
	both := total.Primary.Plus(total.Staging)
	healthy := s.plan.Weather.Change == Healthy && !s.unfair["viewers"] && !s.plan.Weather.Header && !s.customErrors()
	if healthy && both.SiteErrors+both.Misplaced > 0 {
		s.violate(nil, "viewers-protected", fmt.Sprintf("the change is healthy, but %d pages and assets were errors and %d in the wrong place", both.SiteErrors, both.Misplaced))
	}
}

// errorsCached is the switch that makes the usual errors of the API many.
const errorsCached = "errors cached where nothing else is"

// customErrors: the switch by which CloudFront itself fails while a weight meets custom error responses.
func (s *storm) customErrors() bool { return s.w.Edge.CustomErrorResponseBug > 0 }

const (
	// most events of a history are 25,000; a storm of retries stays below half of that.
	mostEvents   = 12_500
	mostDocument = 128 << 10
	// mostCalls of CloudFront a minute: AWS tells no limit, and throttles. A release makes a few; a cleanup's look through some
	// thirty things of an account, cut off after its reads and tried again as retries allow, makes hundreds.
	mostCalls = 500
)

func (s *storm) withinBudget() observer {
	minute, n := time.Time{}, 0
	return observer{
		event: func(x *asl.Execution, e asl.Event) {
			if e.ID == mostEvents {
				s.violate(x, "within-budget", fmt.Sprintf("its history has %d events", e.ID))
			}
			if e.StateEntered != nil && len(e.StateEntered.Input) > mostDocument {
				s.violate(x, "within-budget", fmt.Sprintf("its document has %d bytes", len(e.StateEntered.Input)))
			}
		},
		request: func(c transport.Call) {
			if c.Service != "CloudFront" {
				return
			}
			if at := s.w.Clock.Now().Truncate(time.Minute); !at.Equal(minute) {
				minute, n = at, 0
			}
			if n++; n == mostCalls {
				s.violate(nil, "within-budget", fmt.Sprintf("%d calls of CloudFront in a minute", n))
			}
		},
	}
}

// recordTrue recomputes from the stand-ins' log what a record says.
func (s *storm) recordTrue() observer {
	promoted := map[*asl.Execution]int{}
	return observer{
		write: func(wr cloudfront.Write, by *actor) {
			if by != nil && by.call.Execution != nil && wr.Operation == promoteCall && wr.ID == s.w.Pair.PrimaryID {
				promoted[by.call.Execution]++
			}
		},
		end: func() {
			for _, x := range s.w.Executions {
				s.checkRecord(x, promoted[x])
			}
		},
	}
}

func (s *storm) checkRecord(x *asl.Execution, promotions int) {
	end := endOf(x)
	if !slices.Contains(release.Ends(), end) {
		return
	}
	if s.workflow(x) == release.Release {
		s.checkPromotions(x, end, promotions)
	}
	doc := documentOf(x)
	unrecorded := doc.Plan == nil || doc.Lock == nil || end == release.NeedsOperator || end == release.NothingToRecover
	if unrecorded || s.unfair["record"] || gaveUp(x, "Finish") {
		return
	}
	key, data, found := s.w.Evidence(x)
	var evidence record.Evidence
	switch {
	case !found:
		s.violate(x, "record-true", "it ended "+end+" and has left no record")
	case json.Unmarshal(data, &evidence) != nil:
		s.violate(x, "record-true", "its record "+key+" cannot be read")
	case evidence.Outcome == nil && s.workflow(x) != release.Cleanup, evidence.Outcome != nil && evidence.Outcome.End != end:
		s.violate(x, "record-true", fmt.Sprintf("it ended %s, its record %s says otherwise", end, key))
	}
}

// checkPromotions compares what a release says with what CloudFront has seen.
func (s *storm) checkPromotions(x *asl.Execution, end string, promotions int) {
	switch {
	case promotions > 1:
		s.violate(x, "record-true", fmt.Sprintf("it has promoted %d times", promotions))
	case end == release.Promoted && promotions == 0:
		s.violate(x, "record-true", "it says Promoted, and has promoted nothing")
	case promotions > 0 && !slices.Contains([]string{release.Promoted, release.RolledBack, release.NeedsOperator}, end):
		s.violate(x, "record-true", "it has promoted, and says "+end)
	}
}

// gaveUp reports whether a task of an execution failed for good.
func gaveUp(x *asl.Execution, title string) bool {
	return slices.ContainsFunc(x.Taken(), func(a asl.Arrow) bool { return a.From == title && a.Kind == asl.ArrowCatch })
}

// nothingDoubled counts nothing that a colleague has taken apart: enroll cannot know whose it was, and it is the cleanup's.
func (s *storm) nothingDoubled() observer {
	return observer{end: func() {
		if s.plan.Workflow == release.Cleanup {
			return // whose account has orphans by the dozen
		}
		orphan := func(id string) bool { return s.takenApart[id] }
		staging := slices.DeleteFunc(s.w.CloudFront.Distributions(), func(id string) bool {
			config, _ := s.w.CloudFront.Live(id)
			return config.Text("Staging") != "true" || orphan(id)
		})
		policies := slices.DeleteFunc(s.w.CloudFront.Policies(), orphan)
		if len(policies) > 1 || len(staging) > 1 {
			s.violate(nil, "nothing-doubled", fmt.Sprintf("there are %d policies and %d staging distributions", len(policies), len(staging)))
		}
	}}
}
