package storm

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

func (s *storm) everyExecutionEnds() observer {
	return observer{event: func(x *asl.Execution, _ asl.Event) {
		if x.Status() == asl.Running {
			return
		}
		took := x.StopDate().Sub(x.StartDate())
		switch {
		case x.Status() == asl.TimedOut:
			s.violate(x, "every-execution-ends", "the machine's own timeout has ended it, in "+x.State())
		case x.Status() == asl.Failed && x.State() != endOf(x) && x.Cause() != "said the storm":
			s.violate(x, "every-execution-ends", fmt.Sprintf("it failed in %s: %s %s", x.State(), x.Error(), shorten(x.Cause())))
		}
		if plan := documentOf(x).Plan; plan != nil && s.workflow(x) == release.Release && x.RedriveCount() == 0 && took > plan.Longest()+outages {
			s.violate(x, "every-execution-ends", fmt.Sprintf("it took %s, its plan allows %s", took, plan.Longest()))
		}
	}}
}

// outages is what retries may take on top of a plan's own deadlines.
const outages = 3 * time.Hour

// othersOn reports whether somebody else has switched a policy on last.
func (s *storm) othersOn(policyID string) bool {
	log := s.w.CloudFront.Log()
	for i := len(log) - 1; i >= 0; i-- {
		if log[i].ID == policyID {
			return log[i].Who != transport.AccessKey
		}
	}
	return false
}

// recoverSuffices looks at the end of the fair day's recover, and at what it has left.
func (s *storm) recoverSuffices() observer {
	return observer{end: func() {
		fair := s.execution("fair-day")
		if fair == nil {
			return
		}
		if took := fair.StopDate().Sub(fair.StartDate()); fair.Status() == asl.Running || took > time.Hour+outages {
			s.violate(fair, "recover-suffices", fmt.Sprintf("recover took %s and is %s", took, fair.Status()))
		}
		end := endOf(fair)
		if end == release.NeedsOperator && !regressed(fair) || end == release.Rejected || end == string(asl.Failed) {
			s.violate(fair, "recover-suffices", "recover alone ended "+end+": "+shorten(fair.Cause()))
		}
		if id, found := s.policy(); found && !s.othersOn(id) && !s.unfair["lock"] {
			s.checkOff(fair, id)
		}
	}}
}

// checkOff looks for viewers on staging, when nothing runs any more and nobody else has switched the policy on.
func (s *storm) checkOff(fair *asl.Execution, policyID string) {
	if policy, _ := s.w.CloudFront.LivePolicy(policyID); policy.Enabled && s.attached(policyID) {
		s.violate(fair, "recover-suffices", "the policy is on although nothing runs any more")
	}
	for pop := range s.w.CloudFront.POPs() {
		if serving, ok := s.w.CloudFront.Serving(pop, s.w.Pair.PrimaryID); ok && serving.Policy.Enabled {
			s.violate(fair, "recover-suffices", fmt.Sprintf("point of presence %d sends viewers to staging although nothing runs any more", pop))
		}
	}
}

func (s *storm) attached(policyID string) bool {
	primary, found := s.w.CloudFront.Live(s.w.Pair.PrimaryID)
	return found && primary.Text(policyIDKey) == policyID
}

func (s *storm) execution(name string) *asl.Execution {
	i := slices.IndexFunc(s.w.Executions, func(x *asl.Execution) bool { return x.Name() == name })
	if i < 0 {
		return nil
	}
	return s.w.Executions[i]
}

func (s *storm) underItsOwnLock() observer {
	return observer{write: func(wr cloudfront.Write, by *actor) {
		if by == nil || by.late || by.call.Execution == nil || switchesOff(wr) {
			return
		}
		subject := subjectOf(by.call)
		var holder record.Holder
		text, found := s.w.S3.Get(world.Bucket, record.LockKey(subject))
		if !found || json.Unmarshal(text, &holder) != nil || holder.Execution != by.call.Execution.ARN() {
			s.violate(by.call.Execution, "under-its-own-lock", fmt.Sprintf("%s of %s %s while the lock on %s is held by %q", wr.Operation, by.call.State, wr.ID, subject, holder.Name))
		}
	}}
}

// subjectOf is whose lock a call must hold.
func subjectOf(call asl.Call) string {
	var in release.Input
	if json.Unmarshal(call.Payload, &in) != nil || in.Document.Plan == nil {
		return ""
	}
	return in.Document.Plan.Primary
}

// locksEnd looks at the pair's own lock: recover is asked about this primary alone, cleanup finds the others.
func (s *storm) locksEnd() observer {
	return observer{end: func() {
		key := record.LockKey(s.w.Pair.PrimaryID)
		var holder record.Holder
		text, found := s.w.S3.Get(world.Bucket, key)
		if !found || json.Unmarshal(text, &holder) != nil || s.unfair["lock"] {
			return
		}
		x, known := s.w.Engine.Execution(holder.Execution)
		if known && (endOf(x) == release.NeedsOperator || slices.Contains(release.Ends(), endOf(x)) && gaveUp(x, "Release Lock")) {
			return // it is stale from that end on: whoever comes next takes it over
		}
		s.violate(nil, "locks-end", fmt.Sprintf("the lock %s is held by %s although nothing runs any more", key, holder.Name))
	}}
}

// onlyOrphans knows by the ids of an account what is an orphan (scenario.NewAccount), and of the pair by the weather.
func (s *storm) onlyOrphans() observer {
	pair := []string{s.w.Pair.PrimaryID, s.w.Pair.StagingID, s.w.Pair.Policy.ID}
	return observer{write: func(wr cloudfront.Write, by *actor) {
		if by == nil || by.call.Execution == nil {
			return
		}
		x := by.call.Execution
		cleans := s.workflow(x) == release.Cleanup
		others := []string{"E1SITE", "E2SITE", "E1KEPT", "E2KEPT"}
		if !cleans {
			others = append(others, "E1LOST", "E2LOST")
		}
		switch {
		case slices.ContainsFunc(others, func(prefix string) bool { return strings.HasPrefix(wr.ID, prefix) }):
			s.violate(x, "only-orphans", fmt.Sprintf("%s of %s touched %s, which is none of its business", wr.Operation, by.call.State, wr.ID))
		case cleans && slices.Contains(pair, wr.ID) && !s.orphaned() && !switchesOff(wr):
			s.violate(x, "only-orphans", fmt.Sprintf("%s of %s touched %s of a pair that is in use", wr.Operation, by.call.State, wr.ID))
		case wr.ETagAfter == "" && wr.ID == s.w.Pair.PrimaryID:
			s.violate(x, "only-orphans", "the primary was deleted")
		}
	}}
}

// orphaned reports whether the pair is one that a cleanup may take apart: its stack is gone, or somebody has pulled a part out.
func (s *storm) orphaned() bool {
	weather := s.plan.Weather
	if weather.StackDeleted || weather.Alone {
		return true
	}
	for _, f := range s.plan.Faults {
		if slices.Contains([]string{"policy-detached", "policy-deleted", "staging-deleted", "primary-deleted"}, f.Kind) {
			return true
		}
	}
	return slices.ContainsFunc(s.w.Executions, func(x *asl.Execution) bool {
		return slices.Contains([]string{release.Retire, release.Maintenance, release.Enroll}, s.workflow(x)) // which may have died half-way
	})
}

// propagationAwaited knows by every write which distribution it has sent on its way, and by the fleet when that is everywhere.
func (s *storm) propagationAwaited() observer {
	u := underWay{s, map[string]sent{}}
	s.w.CloudFront.OnFlip = func(id, _ string, have, all int) {
		if have == all {
			delete(u.sent, id)
		}
	}
	return observer{write: func(wr cloudfront.Write, by *actor) {
		id := wr.ID
		if wr.Policy != nil {
			id = s.primaryOf(wr.ID)
		}
		switch {
		case wr.Operation == "CreateInvalidation":
		case by == nil || by.call.Execution == nil || by.late:
			delete(u.sent, id)
		default:
			u.check(wr, by)
			if wr.ETagAfter != "" && id != "" {
				u.sent[id] = sent{by.call.Execution, subjectOf(by.call), s.w.Clock.Now()}
			}
		}
	}}
}

// underWay are the distributions that are on their way to the points of presence.
type underWay struct {
	s    *storm
	sent map[string]sent
}

// sent is who has sent one on its way, for whose sake, and when.
type sent struct {
	x       *asl.Execution
	subject string
	at      time.Time
}

func (u underWay) check(wr cloudfront.Write, by *actor) {
	// Deleting a policy that no empty id detaches redeploys a primary that nothing of what follows needs.
	apart := slices.Contains([]string{"Detach Policy", "Delete Policy", "Disable Staging", "Delete Staging"}, by.call.State)
	if apart || switchesOff(wr) {
		return
	}
	now := u.s.w.Clock.Now()
	for _, id := range slices.Sorted(maps.Keys(u.sent)) {
		w := u.sent[id]
		if w.x == by.call.Execution && w.subject == subjectOf(by.call) && !w.at.Equal(now) {
			u.s.violate(w.x, "propagation-awaited", fmt.Sprintf("%s of %s %s while its own write to %s, %s ago, is still on its way", wr.Operation, by.call.State, wr.ID, id, now.Sub(w.at)))
		}
	}
}

// primaryOf is the distribution that a policy's write sends on its way.
func (s *storm) primaryOf(policyID string) string {
	for _, id := range s.w.CloudFront.Distributions() {
		if config, _ := s.w.CloudFront.Live(id); config.Text(policyIDKey) == policyID {
			return id
		}
	}
	return ""
}
