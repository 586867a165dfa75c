package storm

import (
	"cmp"
	"encoding/json"
	"fmt"
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

// Violation is an invariant that did not hold.
type Violation struct {
	Invariant string
	// At is when, after the beginning; Execution whose doing it was, where it was one's.
	At        time.Duration
	Execution string
	Says      string
}

// String is the violation in one line.
func (v Violation) String() string {
	return fmt.Sprintf("%s, after %s, %s: %s", v.Invariant, v.At.Truncate(time.Second), cmp.Or(v.Execution, "no execution"), v.Says)
}

// observer watches a storm for one invariant. Its functions may be nil.
type observer struct {
	write   func(cloudfront.Write, *actor) // a mutation at CloudFront; the actor is nil where it was somebody else
	event   func(*asl.Execution, asl.Event)
	request func(transport.Call)
	end     func() // after the fair day
}

// Invariant is what must hold in every storm.
type Invariant struct {
	Name string
	// Says is what holds, as a sentence.
	Says  string
	watch func(*storm) observer
}

// Invariants are all of them.
func Invariants() []Invariant {
	return []Invariant{
		{"old-or-judged", "The primary's config is at every instant the old one, the judged one, or somebody else's edit that we left alone.", (*storm).oldOrJudged},
		{"judged-before-promoted", "Nothing is promoted that was not judged healthy on exactly that config with proof of traffic.", (*storm).judgedBeforePromoted},
		{"edits-survive", "No edit by others is ever overwritten, except that the policy is switched off.", (*storm).editsSurvive},
		{"every-execution-ends", "Every execution ends in one of its ends, by its deadline.", (*storm).everyExecutionEnds},
		{"rolled-back-everywhere", "After Rolled Back viewers get the old config everywhere, or another's later edit.", (*storm).rolledBackEverywhere},
		{"recover-suffices", "After any end or stop, recover alone reaches a safe state within its bound.", (*storm).recoverSuffices},
		{"under-its-own-lock", "At most one execution at a time works on a primary: who writes holds its lock, except to switch the policy off.", (*storm).underItsOwnLock},
		{"locks-end", "No lock outlives its proof.", (*storm).locksEnd},
		{"only-orphans", "A cleanup deletes only orphans, a retire only its pair.", (*storm).onlyOrphans},
		{"propagation-awaited", "Nobody writes while a propagation of their own runs, except to switch the policy off.", (*storm).propagationAwaited},
		{"viewers-protected", "A bad change costs at most the weight's share of the viewers, a healthy one nobody.", (*storm).viewersProtected},
		{"within-budget", "History events, documents and API calls a minute stay within their budgets.", (*storm).withinBudget},
		{"record-true", "The evidence record is complete and true.", (*storm).recordTrue},
		{"nothing-doubled", "Nothing is made twice: no distribution and no policy is left over.", (*storm).nothingDoubled},
	}
}

func (s *storm) invariants() []observer {
	var all []observer
	for _, i := range Invariants() {
		all = append(all, i.watch(s))
	}
	return all
}

// violate notes a violation; of each invariant and execution the first.
func (s *storm) violate(x *asl.Execution, invariant, says string) {
	v := Violation{Invariant: invariant, Says: says}
	if s.w != nil {
		v.At = s.w.Clock.Now().Sub(s.start)
	}
	if x != nil {
		v.Execution = x.Name()
	}
	if slices.ContainsFunc(s.broken, func(b Violation) bool { return b.Invariant == v.Invariant && b.Execution == v.Execution }) {
		return
	}
	s.say(s.stamp() + "VIOLATED " + v.String())
	s.broken = append(s.broken, v)
}

const (
	promoteCall  = "UpdateDistributionWithStagingConfig"
	updatePolicy = "UpdateContinuousDeploymentPolicy"
	policyIDKey  = "ContinuousDeploymentPolicyId"
)

// switchesOff reports whether a write does no more than make sure that the policy is off.
func switchesOff(wr cloudfront.Write) bool {
	return wr.Policy != nil && !wr.Policy.Enabled && wr.Operation == updatePolicy
}

// served is what a promotion moves and a viewer sees: a config without what belongs to the distribution itself.
func served(c *cloudfront.Config) *cloudfront.Node {
	if c == nil {
		return nil
	}
	tree := c.Tree().Clone()
	for _, name := range []string{policyIDKey, "CallerReference", "Aliases", "Staging", "Enabled"} {
		tree.Remove(name)
	}
	return tree
}

func sameServed(a, b *cloudfront.Config) bool {
	return a == nil && b == nil || a != nil && b != nil && served(a).Same(served(b))
}

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
		case s.isBad() && !s.unfair["metrics"]:
			s.violate(x, "judged-before-promoted", "a change was promoted that fails one time in eight")
		}
	}}
}

// isBad reports whether a release brings what fails one time in eight, and is seen where it fails: with session stickiness.
func (s *storm) isBad() bool {
	path := s.before.configs[s.staging()].Text("Origins/site/OriginPath")
	return s.plan.Weather.Change == Bad && !s.plan.Weather.Header && slices.Contains(newPaths(), path)
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
	type edit struct {
		comment string
		at      time.Time
	}
	marked := map[string]edit{} // by distribution
	theirs := map[string]bool{} // policies that others wrote last
	return observer{write: func(wr cloudfront.Write, by *actor) {
		switch {
		case by == nil && wr.Config != nil && strings.HasPrefix(wr.Config.Text("Comment"), colleague):
			marked[wr.ID] = edit{wr.Config.Text("Comment"), s.w.Clock.Now()}
		case by == nil && wr.Policy != nil:
			theirs[wr.ID] = true
		case by != nil && wr.Config != nil && marked[wr.ID].comment != "" && wr.Config.Text("Comment") != marked[wr.ID].comment:
			if s.rebuilt(wr, by) || wr.Operation == promoteCall && marked[wr.ID].at.Before(by.call.Execution.StartDate()) {
				delete(marked, wr.ID)
				return
			}
			s.violate(by.call.Execution, "edits-survive", fmt.Sprintf("%s of %s has overwritten a colleague's edit of %s", wr.Operation, by.call.State, wr.ID))
		case by != nil && wr.Policy != nil && theirs[wr.ID]:
			before := s.before.policies[wr.ID]
			if before.Type == wr.Policy.Type && (before.MaximumTTL != wr.Policy.MaximumTTL || before.Header != wr.Policy.Header || before.Value != wr.Policy.Value) {
				s.violate(by.call.Execution, "edits-survive", fmt.Sprintf("%s has overwritten a colleague's edit of the policy", by.call.State))
			}
		}
	}}
}

// rebuilt: the request has acknowledged that staging is made anew. A promotion carries what was there when the release began.
func (s *storm) rebuilt(wr cloudfront.Write, by *actor) bool {
	return by.call.State == "Change Staging" && wr.ID == s.staging()
}

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

func (s *storm) rolledBackEverywhere() observer {
	old := map[*asl.Execution]*cloudfront.Config{}
	edited := map[string]bool{}
	return observer{
		write: func(wr cloudfront.Write, by *actor) {
			if by == nil {
				edited[wr.ID] = true
			}
		},
		event: func(x *asl.Execution, e asl.Event) {
			if e.StateEntered == nil || s.workflow(x) != release.Release {
				return
			}
			s.see()
			id := s.w.Pair.PrimaryID
			if e.StateEntered.Name == "Change Staging" {
				old[x] = s.before.configs[id]
				edited = map[string]bool{}
			}
			if e.StateEntered.Name != "Finish" || old[x] == nil || edited[id] || s.unfair["viewers"] {
				return
			}
			doc := documentOf(x)
			if doc.Conclude().End != release.RolledBack {
				return
			}
			for pop := range s.w.CloudFront.POPs() {
				serving, ok := s.w.CloudFront.Serving(pop, id)
				switch {
				case !ok:
				case serving.Policy.Enabled && !s.othersOn(serving.Policy.ID):
					s.violate(x, "rolled-back-everywhere", fmt.Sprintf("point of presence %d still sends viewers to staging", pop))
				case !sameServed(serving.Primary, old[x]):
					s.violate(x, "rolled-back-everywhere", fmt.Sprintf("point of presence %d serves another config than before the release", pop))
				}
			}
		},
	}
}

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

func (s *storm) recoverSuffices() observer {
	return observer{end: func() {
		id := s.w.Pair.PrimaryID
		fair := s.execution("fair-day")
		if fair == nil {
			return
		}
		if took := fair.StopDate().Sub(fair.StartDate()); fair.Status() == asl.Running || took > time.Hour+outages {
			s.violate(fair, "recover-suffices", fmt.Sprintf("recover took %s and is %s", took, fair.Status()))
		}
		if end := endOf(fair); end == release.NeedsOperator && !regressed(fair) || end == release.Rejected || end == string(asl.Failed) {
			s.violate(fair, "recover-suffices", "recover alone ended "+end+": "+shorten(fair.Cause()))
		}
		policyID, _ := s.policy()
		policy, found := s.w.CloudFront.LivePolicy(policyID)
		if !found || s.othersOn(policyID) {
			return
		}
		if policy.Enabled && s.attached(policyID) && !s.unfair["lock"] {
			s.violate(fair, "recover-suffices", "the policy is on although nothing runs any more")
		}
		for pop := range s.w.CloudFront.POPs() {
			if serving, ok := s.w.CloudFront.Serving(pop, id); ok && serving.Policy.Enabled && !s.unfair["lock"] {
				s.violate(fair, "recover-suffices", fmt.Sprintf("point of presence %d sends viewers to staging although nothing runs any more", pop))
			}
		}
	}}
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

func (s *storm) locksEnd() observer {
	return observer{end: func() {
		for _, key := range s.w.S3.Keys(world.Bucket, "locks/") {
			if key != record.LockKey(s.w.Pair.PrimaryID) {
				continue // recover is asked about this primary alone; cleanup finds the others
			}
			var holder record.Holder
			text, _ := s.w.S3.Get(world.Bucket, key)
			if json.Unmarshal(text, &holder) != nil {
				continue
			}
			x, known := s.w.Engine.Execution(holder.Execution)
			if known && (endOf(x) == release.NeedsOperator || slices.Contains(release.Ends(), endOf(x)) && gaveUp(x, "Release Lock")) {
				continue // it is stale from that end on: whoever comes next takes it over
			}
			s.violate(nil, "locks-end", fmt.Sprintf("the lock %s is held by %s although nothing runs any more", key, holder.Name))
		}
	}}
}

// onlyOrphans knows by the ids of an account what is an orphan (scenario.NewAccount), and of the pair by the weather.
func (s *storm) onlyOrphans() observer {
	pair := []string{s.w.Pair.PrimaryID, s.w.Pair.StagingID, s.w.Pair.Policy.ID}
	return observer{write: func(wr cloudfront.Write, by *actor) {
		if by == nil || by.call.Execution == nil {
			return
		}
		x, id := by.call.Execution, wr.ID
		switch s.workflow(x) {
		case release.Cleanup:
			if strings.HasPrefix(id, "E1SITE") || strings.HasPrefix(id, "E2SITE") || strings.HasPrefix(id, "E2KEPT") || strings.HasPrefix(id, "E1KEPT") {
				s.violate(x, "only-orphans", fmt.Sprintf("%s of %s touched %s, which is no orphan", wr.Operation, by.call.State, id))
			}
			if slices.Contains(pair, id) && !s.orphaned() && !switchesOff(wr) {
				s.violate(x, "only-orphans", fmt.Sprintf("%s of %s touched %s of a pair that is in use", wr.Operation, by.call.State, id))
			}
		default:
			if strings.HasPrefix(id, "E1SITE") || strings.HasPrefix(id, "E2SITE") || strings.HasPrefix(id, "E2KEPT") || strings.HasPrefix(id, "E1LOST") {
				s.violate(x, "only-orphans", fmt.Sprintf("%s of %s touched %s, which it was not asked about", wr.Operation, by.call.State, id))
			}
		}
		if wr.ETagAfter == "" && id == s.w.Pair.PrimaryID {
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

func (s *storm) propagationAwaited() observer {
	type wrote struct {
		x       *asl.Execution
		subject string
		at      time.Time
	}
	last := map[string]wrote{} // by distribution that is on its way: who has sent it
	s.w.CloudFront.OnFlip = func(id, _ string, have, all int) {
		if have == all {
			delete(last, id)
		}
	}
	return observer{write: func(wr cloudfront.Write, by *actor) {
		if wr.Operation == "CreateInvalidation" {
			return
		}
		id := wr.ID
		if wr.Policy != nil {
			id = s.primaryOf(wr.ID)
		}
		if by == nil || by.call.Execution == nil || by.late {
			delete(last, id)
			return
		}
		x, now := by.call.Execution, s.w.Clock.Now()
		for other, w := range last {
			// Deleting a policy that no empty id detaches redeploys a primary that nothing of what follows needs.
			apart := slices.Contains([]string{"Detach Policy", "Delete Policy", "Disable Staging", "Delete Staging"}, by.call.State)
			if w.x == x && w.subject == subjectOf(by.call) && !w.at.Equal(now) && !switchesOff(wr) && !apart {
				s.violate(x, "propagation-awaited", fmt.Sprintf("%s of %s %s while its own write to %s, %s ago, is still on its way", wr.Operation, by.call.State, wr.ID, other, now.Sub(w.at)))
			}
		}
		if wr.ETagAfter != "" && id != "" {
			last[id] = wrote{x, subjectOf(by.call), now}
		}
	}}
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

func (s *storm) viewersProtected() observer {
	minutes := newMinutes(s)
	worst := 0.0
	promoted := false
	return observer{
		event: func(*asl.Execution, asl.Event) {
			if m, fresh := minutes.look(); fresh {
				if n := m.Primary.Requests + m.Staging.Requests; n > 20_000 { // of fewer the share says little
					worst = max(worst, m.Share())
				}
				if n := m.Primary.Requests; n > 20_000 && s.plan.Weather.Change == Bad && !promoted && !s.unfair["viewers"] && !slices.Contains(s.plan.Weather.Turns, errorsCached) && float64(m.Primary.Errors5xx) > 0.02*float64(n) {
					s.violate(nil, "viewers-protected", fmt.Sprintf("%d of %d requests of viewers of the primary failed although nothing bad was promoted", m.Primary.Errors5xx, n))
				}
			}
		},
		write: func(wr cloudfront.Write, by *actor) { promoted = promoted || wr.Operation == promoteCall },
		end: func() {
			if s.w.Viewers == nil || s.plan.Weather.Rate == 0 {
				return
			}
			const most = 0.15 * 1.4
			if worst > most {
				s.violate(nil, "viewers-protected", fmt.Sprintf("%.1f %% of the viewers of a minute were on staging, at most 15 %% are ever asked for", 100*worst))
			}
			total := s.w.Viewers.Total(s.w.Pair.PrimaryID)
			both := total.Primary.Plus(total.Staging)
			if s.plan.Weather.Change == Healthy && !s.unfair["viewers"] && !s.plan.Weather.Header && both.SiteErrors+both.Misplaced > 0 && !s.customErrors() {
				s.violate(nil, "viewers-protected", fmt.Sprintf("the change is healthy, but %d pages and assets were errors and %d in the wrong place", both.SiteErrors, both.Misplaced))
			}
		},
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
	// mostCalls of CloudFront a minute: AWS tells no limit, and throttles.
	mostCalls = 150
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
	if promotions > 1 {
		s.violate(x, "record-true", fmt.Sprintf("it has promoted %d times", promotions))
	}
	if s.workflow(x) == release.Release {
		if end == release.Promoted && promotions == 0 {
			s.violate(x, "record-true", "it says Promoted, and has promoted nothing")
		}
		if promotions > 0 && !slices.Contains([]string{release.Promoted, release.RolledBack, release.NeedsOperator}, end) {
			s.violate(x, "record-true", "it has promoted, and says "+end)
		}
	}
	doc := documentOf(x)
	key, data, found := s.w.Evidence(x)
	if s.unfair["record"] || gaveUp(x, "Finish") || doc.Plan == nil || doc.Lock == nil || end == release.NeedsOperator || end == release.NothingToRecover {
		return
	}
	if !found {
		s.violate(x, "record-true", "it ended "+end+" and has left no record")
		return
	}
	var evidence record.Evidence
	if err := json.Unmarshal(data, &evidence); err != nil {
		s.violate(x, "record-true", fmt.Sprintf("its record %s cannot be read: %v", key, err))
		return
	}
	if evidence.Outcome != nil && evidence.Outcome.End != end || evidence.Outcome == nil && s.workflow(x) != release.Cleanup {
		s.violate(x, "record-true", fmt.Sprintf("it ended %s, its record %s says otherwise", end, key))
	}
}

// gaveUp reports whether a task of an execution failed for good.
func gaveUp(x *asl.Execution, title string) bool {
	return slices.ContainsFunc(x.Taken(), func(a asl.Arrow) bool { return a.From == title && a.Kind == asl.ArrowCatch })
}

func (s *storm) nothingDoubled() observer {
	return observer{end: func() {
		if s.plan.Workflow == release.Cleanup {
			return // whose account has orphans by the dozen
		}
		staging := 0
		for _, id := range s.w.CloudFront.Distributions() {
			if config, _ := s.w.CloudFront.Live(id); config.Text("Staging") == "true" {
				staging++
			}
		}
		if n := len(s.w.CloudFront.Policies()); n > 1 || staging > 1 {
			s.violate(nil, "nothing-doubled", fmt.Sprintf("there are %d policies and %d staging distributions", n, staging))
		}
	}}
}

// documentOf is the document as it was when the execution entered its last state.
func documentOf(x *asl.Execution) release.Document {
	var doc release.Document
	history := x.History()
	for i := len(history) - 1; i >= 0; i-- {
		if e := history[i].StateEntered; e != nil {
			_ = json.Unmarshal([]byte(e.Input), &doc) // the engine wrote it
			return doc
		}
	}
	return doc
}

func regressed(x *asl.Execution) bool {
	doc := documentOf(x)
	return doc.Regressed()
}
