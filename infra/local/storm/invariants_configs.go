package storm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
)

func (s *storm) oldOrJudged() observer {
	var past []*cloudfront.Config // what the primary had before each promotion
	return observer{write: func(wr cloudfront.Write, by *actor) {
		if by == nil || wr.ID != s.w.Pair.PrimaryID || wr.Config == nil {
			return
		}
		before := s.before.configs[wr.ID]
		switch {
		case wr.Operation == promoteCall:
			past = append(past, before)
			if staging := s.before.configs[s.staging()]; !sameServed(wr.Config, staging) {
				s.violate(by.call.Execution, "old-or-judged", "the promotion has given the primary something else than staging's config")
			}
		case slices.Contains([]string{release.Release, release.Recover}, s.workflow(by.call.Execution)) && wr.Config.Text(policyIDKey) != before.Text(policyIDKey):
			s.violate(by.call.Execution, "old-or-judged", fmt.Sprintf("%s of %s has taken the policy off the primary", wr.Operation, by.call.State))
		case sameServed(wr.Config, before):
		case len(past) > 0 && sameServed(wr.Config, past[len(past)-1]):
		default:
			s.violate(by.call.Execution, "old-or-judged", fmt.Sprintf("%s of %s has given the primary a config that it never had and nobody judged", wr.Operation, by.call.State))
		}
	}}
}

// judgedBeforePromoted looks at every promotion with its own eyes: not at what the document says, but at what the stand-ins
// have seen since the execution first sent viewers to staging.
func (s *storm) judgedBeforePromoted() observer {
	type begun struct{ primary, staging *cloudfront.Config }
	first := map[*asl.Execution]begun{}
	minutes := newMinutes(s)
	return observer{event: func(*asl.Execution, asl.Event) { minutes.look() }, write: func(wr cloudfront.Write, by *actor) {
		minutes.look()
		if by == nil {
			return
		}
		x := by.call.Execution
		if wr.Policy != nil && wr.Policy.Enabled && wr.Policy.Type == cloudfront.SingleWeight && first[x] == (begun{}) {
			first[x] = begun{s.before.configs[s.w.Pair.PrimaryID], s.before.configs[s.staging()]}
		}
		if wr.Operation != promoteCall || wr.ID != s.w.Pair.PrimaryID {
			return
		}
		b := first[x]
		switch {
		case b == (begun{}):
			s.violate(x, "judged-before-promoted", "it was promoted without a viewer on staging before")
		case !sameServed(b.staging, s.before.configs[s.staging()]):
			s.violate(x, "judged-before-promoted", "staging has changed since the judging began")
		case !sameServed(b.primary, s.before.configs[s.w.Pair.PrimaryID]):
			s.violate(x, "judged-before-promoted", "the primary has changed since the judging began, the promotion has overwritten that")
		case !lastVerdictHealthy(x):
			s.violate(x, "judged-before-promoted", "the last verdict before the promotion is not healthy")
		case s.w.Clock.Now().Sub(lastProof(x)) > release.ProofFreshFor+skew:
			s.violate(x, "judged-before-promoted", "the proof of traffic was made "+s.w.Clock.Now().Sub(lastProof(x)).String()+" before the promotion")
		case !minutes.flowed(lastProof(x), lowestWeight(by.call)) && !s.unfair["metrics"]:
			s.violate(x, "judged-before-promoted", fmt.Sprintf("in no %d minutes that the proof of traffic can have seen had staging its share of the viewers", release.ProofMinutes))
		case s.showsAs(Bad) && !s.unfair["metrics"]:
			s.violate(x, "judged-before-promoted", "a change was promoted that fails one time in eight")
		case s.showsAs(Slow) && judgesLatency(x.Input()) && !s.unfair["metrics"]:
			s.violate(x, "judged-before-promoted", "a change was promoted under a latency gate that takes three times as long")
		}
	}}
}

// showsAs reports whether what a release brings is like that to viewers, what they have is not, and it is seen where it is: with
// session stickiness.
func (s *storm) showsAs(change string) bool {
	primary, staging := s.before.configs[s.w.Pair.PrimaryID], s.before.configs[s.staging()]
	return s.plan.Weather.Change == change && !s.plan.Weather.Header && bringsNew(staging) && !bringsNew(primary)
}

// skew is by how much two functions' clocks may differ.
const skew = 10 * time.Second

// lastProof is when traffic was proven last, by the history.
func lastProof(x *asl.Execution) time.Time {
	history := x.History()
	for i := len(history) - 1; i >= 0; i-- {
		if e := history[i].StateExited; e != nil && (e.Name == "Prove Traffic Again" || e.Name == "Prove Traffic") {
			return history[i].Timestamp
		}
	}
	return time.Time{}
}

// lowestWeight is that of the ramp of a call's plan.
func lowestWeight(call asl.Call) float64 {
	var in release.Input
	lowest := 1.0
	if json.Unmarshal(call.Payload, &in) != nil || in.Document.Plan == nil {
		return lowest
	}
	for _, step := range in.Document.Plan.Ramp {
		lowest = min(lowest, step.Weight)
	}
	return lowest
}

// lastVerdictHealthy reads it out of the history.
func lastVerdictHealthy(x *asl.Execution) bool {
	history := x.History()
	judging, healthy := false, false
	for _, e := range history {
		if e.StateEntered != nil {
			judging = e.StateEntered.Name == "Judge Health"
		}
		if e.StateExited != nil && judging {
			var doc release.Document
			healthy = json.Unmarshal([]byte(e.StateExited.Output), &doc) == nil && doc.Judgement != nil && doc.Judgement.Verdict == "healthy"
		}
	}
	return healthy
}

// editsSurvive: colleagues edit comments of distributions and the stickiness or header of policies, so that these tell.
func (s *storm) editsSurvive() observer {
	e := edits{s: s, marked: map[string]edit{}, theirs: map[string]time.Time{}}
	return observer{write: func(wr cloudfront.Write, by *actor) {
		switch {
		case by == nil:
			e.note(wr)
		case wr.Config != nil:
			e.checkConfig(wr, by)
		case wr.Policy != nil:
			e.checkPolicy(wr, by)
		}
	}}
}

// edits are what colleagues have left: the comment of a distribution, and how a policy routes.
type edits struct {
	s      *storm
	marked map[string]edit
	theirs map[string]time.Time // when
}

type edit struct {
	comment string
	at      time.Time
}

func (e edits) note(wr cloudfront.Write) {
	if wr.Config != nil && strings.HasPrefix(wr.Config.Text("Comment"), colleague) {
		e.marked[wr.ID] = edit{wr.Config.Text("Comment"), e.s.w.Clock.Now()}
	}
	if wr.Policy != nil && !sameRouting(e.s.before.policies[wr.ID], *wr.Policy) {
		e.theirs[wr.ID] = e.s.w.Clock.Now()
	}
}

// checkConfig lets a request that has acknowledged it make staging anew, and a promotion carry what was there when the release
// began.
func (e edits) checkConfig(wr cloudfront.Write, by *actor) {
	mark, marked := e.marked[wr.ID]
	if !marked || wr.Config.Text("Comment") == mark.comment {
		return
	}
	rebuilt := by.call.State == "Change Staging" && wr.ID == e.s.staging()
	if rebuilt || wr.Operation == promoteCall && mark.at.Before(by.call.Execution.StartDate()) {
		delete(e.marked, wr.ID)
		return
	}
	e.s.violate(by.call.Execution, "edits-survive", fmt.Sprintf("%s of %s has overwritten a colleague's edit of %s", wr.Operation, by.call.State, wr.ID))
}

func (e edits) checkPolicy(wr cloudfront.Write, by *actor) {
	at, edited := e.theirs[wr.ID]
	lost := slices.Contains([]string{"Route Header", "Shift Traffic"}, by.call.State) && e.s.before.policies[wr.ID].Type != wr.Policy.Type
	if edited && (lost || !sameRouting(e.s.before.policies[wr.ID], *wr.Policy)) && at.After(found(by.call.Execution)) {
		e.s.violate(by.call.Execution, "edits-survive", by.call.State+" has overwritten a colleague's edit of the policy")
	}
}

// sameRouting compares what colleagues edit of a policy, where it routes in the same way.
func sameRouting(a, b cloudfront.Policy) bool {
	return a.Type != b.Type || a.MaximumTTL == b.MaximumTTL && a.Header == b.Header && a.Value == b.Value
}

// found is when an execution has seen the pair as it is to be left: at its Preflight, or else at its start.
func found(x *asl.Execution) time.Time {
	at := x.StartDate()
	for _, e := range x.History() {
		if e.StateExited != nil && e.StateExited.Name == "Preflight" {
			at = e.Timestamp
		}
	}
	return at
}

func (s *storm) rolledBackEverywhere() observer {
	old := map[*asl.Execution]*cloudfront.Config{}
	edited := false // by somebody else, since a release began
	return observer{
		write: func(wr cloudfront.Write, by *actor) { edited = edited || by == nil && wr.ID == s.w.Pair.PrimaryID },
		event: func(x *asl.Execution, e asl.Event) {
			if e.StateEntered == nil || s.workflow(x) != release.Release {
				return
			}
			s.see()
			switch e.StateEntered.Name {
			case "Change Staging":
				old[x], edited = s.before.configs[s.w.Pair.PrimaryID], false
			case "Finish":
				doc := documentOf(x)
				if old[x] != nil && !edited && !s.unfair["viewers"] && doc.Conclude().End == release.RolledBack {
					s.checkRolledBack(x, old[x])
				}
			}
		},
	}
}

// checkRolledBack looks at what every point of presence serves.
func (s *storm) checkRolledBack(x *asl.Execution, old *cloudfront.Config) {
	for pop := range s.w.CloudFront.POPs() {
		serving, ok := s.w.CloudFront.Serving(pop, s.w.Pair.PrimaryID)
		switch {
		case !ok:
		case serving.Policy.Enabled && !s.othersOn(serving.Policy.ID):
			s.violate(x, "rolled-back-everywhere", fmt.Sprintf("point of presence %d still sends viewers to staging", pop))
		case !sameServed(serving.Primary, old):
			s.violate(x, "rolled-back-everywhere", fmt.Sprintf("point of presence %d serves another config than before the release", pop))
		}
	}
}
