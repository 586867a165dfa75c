package storm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cloudfront-cd/internal/asl"
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
