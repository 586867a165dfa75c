package storm

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

// horizon is how long a storm may take in simulated time; what still runs then has missed every deadline.
const horizon = 5 * 24 * time.Hour

// Options change how a plan is played.
type Options struct {
	// Bug is the name of a bug to plant; empty for none.
	Bug string
	// Now, when set, is the wall clock, for who wants to know where the time goes.
	Now func() time.Time
	// Timeline, when set, gets a line for everything that happens.
	Timeline func(string)
}

// Result is what became of a plan.
type Result struct {
	Plan       Plan
	Violations []Violation
	// Ends are the executions in order of their start, as "name: end".
	Ends []string
	// Arrows are all that were taken, Strikes how often a fault began while an execution was in a state.
	Arrows  map[Arrow]bool
	Strikes map[Strike]int
	// Events and Calls are how much was done, Took how long in simulated time.
	Events, Calls int
	Took          time.Duration
	// Spent is how long it took in real time, where Options.Now says what that is.
	Spent Spent
}

// Spent is where the time of a storm went.
type Spent struct{ Building, Functions time.Duration }

// Arrow is one way from a state to another of a workflow.
type Arrow struct {
	Workflow string
	asl.Arrow
}

// Strike is a kind of fault that began while an execution was in a state of a workflow.
type Strike struct{ Kind, Workflow, State string }

// storm is one plan being played.
type storm struct {
	plan  Plan
	w     *world.World
	start time.Time
	say   func(string)
	now   func() time.Time
	spent Spent

	before    *situation
	calls     []func(asl.Call, func() asl.Result) asl.Result // what stands between Step Functions and a function, outermost last
	requests  []func(transport.Call) transport.Outcome       // what stands between a function and AWS; the first that has something to say decides
	nested    func()                                         // runs before the next mutating request
	over      bool                                           // the storm is over: no fault begins any more
	ends      []func()                                       // of what lasts
	actor     *actor
	observers []observer
	broken    []Violation
	strikes   map[Strike]int
	started   int // runs
	due       int // what a fault has yet to do
	unfair    map[string]bool

	// others are the policies that are not the pair's.
	others map[string]bool
	// takenApart are the pair's policy and staging distribution, once a colleague has detached or deleted one of them.
	takenApart map[string]bool
}

// Run plays a plan.
func Run(plan Plan, o Options) (result Result) {
	s := &storm{
		plan: plan, strikes: map[Strike]int{}, unfair: map[string]bool{}, others: map[string]bool{}, takenApart: map[string]bool{}, say: o.Timeline, now: o.Now,
	}
	if s.say == nil {
		s.say = func(string) {}
	}
	defer func() {
		if p := recover(); p != nil {
			s.violate(nil, "no-panic", fmt.Sprintf("the world panicked: %v", p))
		}
		result = s.result()
	}()
	done := s.measure(&s.spent.Building)
	w, err := build(plan)
	done()
	if err != nil {
		s.violate(nil, "no-panic", "the world could not be built: "+err.Error())
		return result
	}
	s.w, s.start = w, w.Clock.Now()
	s.before = s.situation()
	for _, id := range w.CloudFront.Policies() {
		s.others[id] = id != w.Pair.Policy.ID
	}
	s.listen()
	if o.Bug != "" {
		bugNamed(o.Bug).plant(s)
	}
	s.operators()
	for _, f := range plan.Faults {
		s.install(f)
	}
	for _, r := range plan.Runs {
		w.Clock.After(r.At, func() { s.begin(r) })
	}
	s.play()
	return result
}

// play lets everything happen, and then a fair day follows.
func (s *storm) play() {
	end := s.start.Add(horizon)
	late := func() bool { return s.w.Clock.Now().After(end) }
	s.w.Clock.RunUntil(func() bool { return s.started == len(s.plan.Runs) && s.due == 0 && !s.w.Running() || late() })
	for _, x := range s.w.Executions {
		if x.Status() == asl.Running {
			s.violate(x, "every-execution-ends", "it still runs after "+horizon.String())
			x.Stop("Storm", "it is over")
		}
	}
	s.calm()
	s.fairDay()
	for _, o := range s.observers {
		if o.end != nil {
			o.end()
		}
	}
}

// calm ends every fault.
func (s *storm) calm() {
	s.over = true
	s.say(s.stamp() + "the storm is over")
	for _, end := range s.ends {
		end()
	}
	s.ends = nil
}

// fairDay is what comes after every storm: nothing fails any more, and recover alone has to make the pair safe.
func (s *storm) fairDay() {
	s.w.Clock.Advance(release.OrphanLockAge + time.Minute) // what Step Functions does not know is believed dead then
	s.run(Start{Workflow: release.Recover, Name: "fair-day", Request: fmt.Sprintf(`{"primary":%q,"reason":"after the storm"}`, s.w.Pair.PrimaryID)})
	over := s.w.Clock.Now().Add(2 * release.RecoverTimeout)
	s.w.Clock.RunUntil(func() bool { return !s.w.Running() || s.w.Clock.Now().After(over) })
	s.w.Clock.Advance(s.plan.Weather.Propagation + time.Minute)
}

func (s *storm) begin(r Start) {
	s.started++
	s.run(r)
}

func (s *storm) run(r Start) {
	if _, err := s.w.StartWorkflow(r.Workflow, r.Name, json.RawMessage(r.Request)); err != nil {
		s.say(s.stamp() + err.Error())
	}
}

// listen puts the storm between Step Functions, the functions and AWS, and lets the invariants see everything.
func (s *storm) listen() {
	s.observers = s.invariants()
	s.w.Intercept = func(call asl.Call, run func() asl.Result) asl.Result {
		invoke := func() asl.Result { return s.act(&actor{call: call}, run) }
		for _, around := range s.calls {
			inner := invoke
			invoke = func() asl.Result { return around(call, inner) }
		}
		return invoke()
	}
	s.w.Transport.Fault = s.request
	s.w.Watch(func(x *asl.Execution, e asl.Event) {
		s.narrate(x, e)
		for _, o := range s.observers {
			if o.event != nil {
				o.event(x, e)
			}
		}
	})
}

func (s *storm) request(c transport.Call) transport.Outcome {
	for _, o := range s.observers {
		if o.request != nil {
			o.request(c)
		}
	}
	if mutates(c) && s.nested != nil {
		nested := s.nested
		s.nested = nil
		return transport.Outcome{Before: nested}
	}
	if s.over {
		return transport.Outcome{}
	}
	for _, strike := range s.requests {
		if o := strike(c); o.Kind != transport.Pass || o.Before != nil || o.Latency != 0 {
			if o.Kind != transport.Pass {
				s.say(fmt.Sprintf("%s        %s gets: %s %s", s.stamp(), c.Operation, kindOf(o.Kind), o.Code))
			}
			return o
		}
	}
	return transport.Outcome{}
}

func kindOf(k transport.Kind) string {
	return map[transport.Kind]string{
		transport.Refuse: "an error", transport.Disconnect: "no connection", transport.LoseAnswer: "its effect but no answer", transport.Delay: "no answer, and its effect later",
	}[k]
}

// actor is who writes: a call of a function, perhaps one that nobody waits for any more.
type actor struct {
	call asl.Call
	late bool
}

// act lets a function run, and attributes to it what is written meanwhile.
func (s *storm) act(a *actor, run func() asl.Result) asl.Result {
	outer := s.actor
	s.see()
	s.actor = a
	done := func() {}
	if outer == nil {
		done = s.measure(&s.spent.Functions)
	}
	result := run()
	done()
	s.see()
	s.actor = outer
	return result
}

// measure adds the time until done to a sum, where there is a clock.
func (s *storm) measure(sum *time.Duration) (done func()) {
	if s.now == nil {
		return func() {}
	}
	began := s.now()
	return func() { *sum += s.now().Sub(began) }
}

// see shows the observers the writes that they have not seen.
func (s *storm) see() {
	log := s.w.CloudFront.Log()
	for ; s.before.seen < len(log); s.before.seen++ {
		wr := log[s.before.seen]
		if wr.Operation == updatePolicy && wr.Policy == nil { // the primary's new ETag is the policy's write again
			s.before.note(wr)
			continue
		}
		by := s.actor
		if wr.Who != transport.AccessKey {
			by = nil
		}
		s.narrateWrite(wr, by)
		for _, o := range s.observers {
			if o.write != nil {
				o.write(wr, by)
			}
		}
		s.before.note(wr)
	}
}

// mutates reports whether a call changes something.
func mutates(c transport.Call) bool {
	return c.Method == http.MethodPut || c.Method == http.MethodDelete || c.Method == http.MethodPost && c.Service == "CloudFront"
}

// situation is what the storm knows of CloudFront by the log of writes.
type situation struct {
	seen     int
	configs  map[string]*cloudfront.Config
	policies map[string]cloudfront.Policy
}

func (s *storm) situation() *situation {
	b := &situation{configs: map[string]*cloudfront.Config{}, policies: map[string]cloudfront.Policy{}, seen: len(s.w.CloudFront.Log())}
	for _, id := range s.w.CloudFront.Distributions() {
		b.configs[id], _ = s.w.CloudFront.Live(id)
	}
	for _, id := range s.w.CloudFront.Policies() {
		b.policies[id], _ = s.w.CloudFront.LivePolicy(id)
	}
	return b
}

func (b *situation) note(wr cloudfront.Write) {
	if wr.Config != nil {
		b.configs[wr.ID] = wr.Config
	}
	if wr.Policy != nil {
		b.policies[wr.ID] = *wr.Policy
	}
}

func (s *storm) result() Result {
	r := Result{Plan: s.plan, Violations: s.broken, Arrows: map[Arrow]bool{}, Strikes: s.strikes, Spent: s.spent}
	if s.w == nil {
		return r
	}
	for _, x := range s.w.Executions {
		r.Ends = append(r.Ends, x.Name()+": "+endOf(x))
		r.Events += len(x.History())
		for _, a := range x.Taken() {
			r.Arrows[Arrow{s.workflow(x), a}] = true
		}
	}
	r.Calls, r.Took = len(s.w.Transport.Log()), s.w.Clock.Now().Sub(s.start)
	return r
}

// workflow is the name of the workflow that an execution is of.
func (s *storm) workflow(x *asl.Execution) string {
	for _, name := range release.Workflows() {
		if s.w.Machines[name] == x.Machine() {
			return name
		}
	}
	return ""
}

// endOf is the title of an execution's final state, or its status where it came to none.
func endOf(x *asl.Execution) string {
	cameToOne := x.Status() == asl.Succeeded || x.Status() == asl.Failed
	if cameToOne && slices.Contains(release.Ends(), x.State()) {
		return x.State()
	}
	return string(x.Status())
}
