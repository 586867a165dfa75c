// Package scenario is the situations that a release may meet, by name: the demo shows them, the path tests run them.
package scenario

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/examples"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/release"
)

// First is the name of the execution that every scenario of a release starts with.
const First = release.Release

// Scenario is one situation.
type Scenario struct {
	Name string
	// Story is what happens, in one sentence.
	Story string
	// Workflow is the one that runs first; empty for a release.
	Workflow string
	// Request replaces the example's request.
	Request string
	// Options changes the world before it is built.
	Options func(*world.Options)
	// Prepare arranges what will happen.
	Prepare func(*world.World) error
	// Ends are the executions that run, in order of their start, each with the ends that are right for it.
	Ends []Ending
	// Check looks at what is left behind, beyond what holds for every end.
	Check func(*world.World) error
}

// Ending is how an execution must end: one of the titles, or Aborted.
type Ending struct {
	Execution string
	Titles    []string
}

// Ends of executions that came to none of the workflow's: stopped, out of time, or broken.
const (
	Aborted  = "ABORTED"
	TimedOut = "TIMED_OUT"
	Broken   = "FAILED"
)

// Stage is a scenario with its world, ready to run.
type Stage struct {
	Scenario

	World *world.World
}

// Inputs replace the example's; zero values keep it.
type Inputs struct {
	Seed             uint64
	Request          []byte
	Primary, Staging *types.DistributionConfig
}

// World makes the scenario's world, in which nothing has been started.
func (s Scenario) World(in Inputs) (*world.World, error) {
	options, err := s.options(in)
	if err != nil {
		return nil, err
	}
	w, err := world.New(options)
	if err != nil {
		return nil, err
	}
	if s.Prepare != nil {
		if err := s.Prepare(w); err != nil {
			return nil, fmt.Errorf("prepare scenario %s: %w", s.Name, err)
		}
	}
	return w, nil
}

// Build makes the scenario's world and starts its first execution.
func (s Scenario) Build(in Inputs) (*Stage, error) {
	w, err := s.World(in)
	if err != nil {
		return nil, err
	}
	if _, err := w.StartWorkflow(s.first(), s.first(), s.request(in)); err != nil {
		return nil, err
	}
	return &Stage{Scenario: s, World: w}, nil
}

// first is the workflow of the first execution, and that execution's name.
func (s Scenario) first() string { return cmp.Or(s.Workflow, First) }

func (s Scenario) options(in Inputs) (world.Options, error) {
	o := world.Options{Seed: in.Seed, Primary: in.Primary, Staging: in.Staging}
	var err error
	if o.Primary == nil {
		if o.Primary, _, err = distribution.ParseCLI(examples.SPAPrimary); err != nil {
			return o, fmt.Errorf("example spa.primary.json: %w", err)
		}
	}
	if o.Staging == nil {
		if o.Staging, _, err = distribution.ParseCLI(examples.SPAStaging); err != nil {
			return o, fmt.Errorf("example spa.staging.json: %w", err)
		}
	}
	o.PrimaryID = read(in.Request).Primary
	for _, r := range [][]byte{examples.Request, s.request(in)} {
		o.Published = append(o.Published, published(o.Primary, read(r))...)
	}
	if s.Options != nil {
		s.Options(&o)
	}
	return o, nil
}

// request is what matters here of a release's request, which the workflow may still refuse.
type request struct {
	Primary string `json:"primary"`
	Change  struct {
		Origin string  `json:"origin"`
		Domain *string `json:"domain"`
		Path   *string `json:"path"`
	} `json:"change"`
}

func read(text []byte) request {
	var r request
	if json.Unmarshal(text, &r) != nil {
		return request{}
	}
	return r
}

// published is where a release will point an origin to: what is there was put there before the release began.
func published(primary *types.DistributionConfig, r request) []world.Target {
	for _, o := range primary.Origins.Items {
		if aws.ToString(o.Id) == r.Change.Origin {
			return []world.Target{{Domain: aws.ToString(cmp.Or(r.Change.Domain, o.DomainName)), Path: aws.ToString(cmp.Or(r.Change.Path, o.OriginPath))}}
		}
	}
	return nil
}

func (s Scenario) request(in Inputs) []byte {
	switch {
	case in.Request != nil:
		return in.Request
	case s.Request != "":
		return []byte(s.Request)
	}
	return examples.Request
}

// Done reports whether every execution of the scenario has been started and has ended. A scenario in which one was never
// started is done when all that were must have ended by the state machine's own timeout.
func (s *Stage) Done() bool {
	if s.World.Running() {
		return false
	}
	over := world.Start().Add(2 * release.MachineTimeout)
	return len(s.listed()) >= len(s.Ends) || s.World.Clock.Now().After(over)
}

// listed are the executions that the scenario is about. Beyond these, the rule starts recover at every failed end.
func (s *Stage) listed() []*asl.Execution {
	var listed []*asl.Execution
	for _, x := range s.World.Executions {
		if s.Lists(x) {
			listed = append(listed, x)
		}
	}
	return listed
}

// Lists reports whether the scenario is about an execution.
func (s *Stage) Lists(x *asl.Execution) bool {
	return slices.ContainsFunc(s.Ends, func(e Ending) bool { return e.Execution == x.Name() })
}

// Main is the last of the scenario's executions, whose end is the scenario's.
func (s *Stage) Main() *asl.Execution {
	if listed := s.listed(); len(listed) > 0 {
		return listed[len(listed)-1]
	}
	return s.World.Executions[0]
}

// LastRelease is the last of them that is of the release workflow.
func (s *Stage) LastRelease() *asl.Execution {
	last := s.World.Executions[0]
	for _, x := range s.listed() {
		if x.Machine() == s.World.Machines[release.Release] {
			last = x
		}
	}
	return last
}

// End is the title of an execution's final state, or its status where it came to none.
func End(x *asl.Execution) string {
	cameToOne := x.Status() == asl.Succeeded || x.Status() == asl.Failed
	if cameToOne && slices.Contains(release.Ends(), x.State()) {
		return x.State()
	}
	return string(x.Status())
}

// Expected says in what the run differs from what the scenario must come to.
func (s *Stage) Expected() error {
	listed := s.listed()
	if len(listed) != len(s.Ends) {
		return fmt.Errorf("%d of its executions were started instead of %d", len(listed), len(s.Ends))
	}
	for i, want := range s.Ends {
		x := listed[i]
		if got := End(x); x.Name() != want.Execution || !slices.Contains(want.Titles, got) {
			return fmt.Errorf("execution %s ended %s instead of %v: %s", x.Name(), got, want.Titles, x.Cause())
		}
	}
	for _, x := range s.World.Executions {
		if !s.Lists(x) && End(x) != release.NothingToRecover {
			return fmt.Errorf("execution %s ended %s, and there should have been nothing to recover: %s", x.Name(), End(x), x.Cause())
		}
	}
	if s.Check != nil {
		return s.Check(s.World)
	}
	return nil
}

// Find is the scenario of that name.
func Find(name string) (Scenario, bool) {
	i := slices.IndexFunc(All(), func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, false
	}
	return All()[i], true
}
