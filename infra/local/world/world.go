// Package world is the embedded default: the golden state machines, the real handlers behind the real SDK clients, and the
// stand-ins for AWS, on one simulated clock and one goroutine. One seed gives one run, to the byte.
//
// It is the development and test engine, and the demo. Production is AWS Step Functions and AWS Lambda.
package world

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudformation"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/cloudwatch"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/eventbridge"
	"cloudfront-cd/internal/standin/origin"
	"cloudfront-cd/internal/standin/s3"
	"cloudfront-cd/internal/standin/stepfunctions"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/internal/standin/viewers"
	"cloudfront-cd/statemachine/golden"
)

// Ids of the pair that every world has.
const (
	PrimaryID = "E1PRIMARY"
	StagingID = "E2STAGING"
)

// Options say how the world is before anything happens.
type Options struct {
	// Seed draws ids, propagations, viewers and retries; the same seed gives the same run.
	Seed uint64
	// PrimaryID is the primary's id; default PrimaryID.
	PrimaryID string
	// Primary and Staging are the pair's configs.
	Primary, Staging *types.DistributionConfig
	// Alone is a primary without staging distribution and policy.
	Alone bool
	// Policy is attached to the primary; its zero value is a disabled policy with session stickiness and weight 5 %.
	Policy cloudfront.Policy
	// RequestsPerMinute is the site's traffic in its busiest hour; default 60,000.
	RequestsPerMinute float64
	// AdditionalMetrics are switched on for both distributions; they cost extra, so that most have them off.
	AdditionalMetrics bool
	// Quiet is a site without viewers, and so without metrics: days go by in no time.
	Quiet bool
	// POPs is how many points of presence there are; zero is the stand-in's own fleet. Fewer cost less.
	POPs int
	// Published is where content lies besides the origins of the two configs: what a release will point to.
	Published []Target
}

// World is everything around a release.
type World struct {
	Seed       uint64
	Clock      *simtime.Clock
	CloudFront *cloudfront.Server
	CloudWatch *cloudwatch.Server
	S3         *s3.Server
	Events     *eventbridge.Server
	Edge       *edge.Edge
	Viewers    *viewers.Population
	Transport  *transport.Transport
	Engine     *asl.Engine
	Machines   map[string]*asl.Machine // by workflow
	Pair       cloudfront.Pair

	// StepFunctions is the API in front of Engine.
	StepFunctions *stepfunctions.Server

	// CloudFormation has the stack that staging belongs to, whose last deployment has ended.
	CloudFormation *cloudformation.Server

	// Intercept, when set, stands between Step Functions and the Lambda function: it can fail the call before or after its
	// effect, run it twice, or let it take longer than it may.
	Intercept func(call asl.Call, run func() asl.Result) asl.Result
	// Skew is by how much the clock of the Lambda function that runs differs from the true one.
	Skew time.Duration
	// LoseEvents makes EventBridge lose the events of executions' ends, so that only the schedule is left.
	LoseEvents bool
	// Executions are all that were started, in order.
	Executions []*asl.Execution

	random   *rand.Rand
	handlers map[string]lambda.Handler
	watchers []func(*asl.Execution, asl.Event)
	ends     map[string]int         // unsafe ends by execution name: a redriven execution has several
	pending  int                    // executions that the rule has yet to start
	origins  map[string]edge.Origin // by domain name
	websites map[string]*website
	faults   []origin.Fault
	closed   []string // buckets whose policies name distributions
}

// Start is when every world begins.
func Start() time.Time { return time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC) }

// New builds a world in which the pair has existed for a while and the site has had viewers.
func New(o Options) (*World, error) {
	clock := simtime.New(Start().Add(-settle - lived))
	w := &World{
		Seed:           o.Seed,
		Clock:          clock,
		CloudFront:     cloudfront.New(clock, o.Seed),
		CloudWatch:     cloudwatch.New(clock),
		CloudFormation: cloudformation.New(clock),
		S3:             s3.New(clock),
		Events:         eventbridge.New(clock),
		random:         rand.New(rand.NewPCG(o.Seed, 1)),
		ends:           map[string]int{},
		origins:        map[string]edge.Origin{},
		websites:       map[string]*website{},
	}
	if o.POPs > 0 {
		w.CloudFront.SetPOPs(w.CloudFront.POPs()[:o.POPs]...)
	}
	if err := w.S3.CreateBucket(Bucket); err != nil {
		return nil, err
	}
	w.Transport = &transport.Transport{
		Now: clock.Now,
		Hosts: map[string]http.Handler{
			"cloudfront.amazonaws.com":               w.CloudFront,
			"s3.us-east-1.amazonaws.com":             w.S3,
			"monitoring.us-east-1.amazonaws.com":     w.CloudWatch,
			"events.us-east-1.amazonaws.com":         w.Events,
			"cloudformation.us-east-1.amazonaws.com": w.CloudFormation,
		},
	}
	if err := w.addPair(o); err != nil {
		return nil, err
	}
	if !o.Alone {
		w.SetStagingStack("UPDATE_COMPLETE")
	}
	if err := w.addContent(o); err != nil {
		return nil, err
	}
	w.addEdge(o)
	w.Transport.Hosts[w.domain()] = w.Edge // for who looks at the site as a viewer does
	if !o.Quiet {
		w.addViewers(o)
	}
	w.handlers = w.functions()
	if err := w.loadMachines(); err != nil {
		return nil, err
	}
	w.Engine = &asl.Engine{
		Clock: clock, Invoke: w.invoke, Rand: rand.New(rand.NewPCG(o.Seed, 2)),
		OnEvent: func(x *asl.Execution, e asl.Event) {
			for _, watch := range w.watchers {
				watch(x, e)
			}
		},
	}
	w.StepFunctions = stepfunctions.New(w.Engine, slices.Collect(maps.Values(w.Machines))...)
	w.Transport.Hosts["states.us-east-1.amazonaws.com"] = w.StepFunctions
	w.Watch(w.recoverRule)
	return w, nil
}

// machineARN is the ARN of the state machine of a workflow, which has the stack's name for it.
const machineARN = "arn:aws:states:us-east-1:123456789012:stateMachine:cloudfront-cd-"

// loaded are the golden definitions. A machine is not changed by running it, so that all worlds have the same.
var loaded = sync.OnceValues(func() (map[string]*asl.Machine, error) { //nolint:gochecknoglobals // read only; an eighth of a storm's time
	machines := map[string]*asl.Machine{}
	for name, definition := range golden.All() {
		machine, err := asl.Load(definition)
		if err != nil {
			return nil, fmt.Errorf("load the %s workflow: %w", name, err)
		}
		machine.ARN = machineARN + name
		machines[name] = machine
	}
	return machines, nil
})

func (w *World) loadMachines() error {
	machines, err := loaded()
	w.Machines = maps.Clone(machines) // some of which a world may replace
	return err
}

func (w *World) addPair(o Options) error {
	primary, err := cloudfront.Encode(context.Background(), o.Primary) //nolint:forbidigo // no call is made
	if err != nil {
		return fmt.Errorf("primary config: %w", err)
	}
	if o.Alone {
		return w.addPrimary(cmp.Or(o.PrimaryID, PrimaryID), primary)
	}
	staging, err := cloudfront.Encode(context.Background(), o.Staging) //nolint:forbidigo // no call is made
	if err != nil {
		return fmt.Errorf("staging config: %w", err)
	}
	policy := o.Policy
	if policy.Type == "" {
		policy.Type, policy.Weight = cloudfront.SingleWeight, 0.05
		policy.IdleTTL, policy.MaximumTTL = 5*time.Minute, 10*time.Minute
	}
	w.Pair, err = w.CloudFront.AddPair(cloudfront.Pair{
		PrimaryID: cmp.Or(o.PrimaryID, PrimaryID), StagingID: StagingID, Primary: primary, Staging: staging, Policy: policy,
	})
	if o.AdditionalMetrics {
		w.CloudFront.AddMetrics(w.Pair.PrimaryID)
		w.CloudFront.AddMetrics(w.Pair.StagingID)
	}
	return err
}

// Watch adds a watcher of every execution's events.
func (w *World) Watch(watcher func(*asl.Execution, asl.Event)) {
	w.watchers = append(w.watchers, watcher)
}

// When runs do once, the nth time that an execution enters the state of that title.
func (w *World) When(title string, nth int, do func(*asl.Execution)) {
	seen := 0
	w.Watch(func(x *asl.Execution, e asl.Event) {
		if e.StateEntered != nil && e.StateEntered.Name == title {
			if seen++; seen == nth {
				do(x)
			}
		}
	})
}

// Start begins a release.
func (w *World) Start(name string, request json.RawMessage) (*asl.Execution, error) {
	return w.StartWorkflow(release.Release, name, request)
}

// StartWorkflow begins an execution of a workflow.
func (w *World) StartWorkflow(workflow, name string, request json.RawMessage) (*asl.Execution, error) {
	x, err := w.Engine.Start(w.Machines[workflow], name, request)
	if err != nil {
		return nil, fmt.Errorf("start execution %s: %w", name, err)
	}
	w.Executions = append(w.Executions, x)
	return x, nil
}

// Running reports whether an execution is still under way, or about to be started by the rule.
func (w *World) Running() bool {
	if w.pending > 0 {
		return true
	}
	for _, x := range w.Executions {
		if x.Status() == asl.Running {
			return true
		}
	}
	return false
}

// Evidence is the record of an execution, and whether there is one.
func (w *World) Evidence(x *asl.Execution) (key string, data []byte, found bool) {
	for _, key := range append(w.S3.Keys(Bucket, "cleanups/"), w.S3.Keys(Bucket, "releases/")...) {
		_, name, _ := strings.Cut(path.Base(key), "-") // after the time
		if data, found := w.S3.Get(Bucket, key); found && name == x.Name()+".json" {
			return key, data, true
		}
	}
	return "", nil, false
}

// Locked reports whether the pair's lock is held.
func (w *World) Locked() bool {
	_, found := w.S3.Get(Bucket, record.LockKey(w.Pair.PrimaryID))
	return found
}

// Held reports whether there is a hold on the pair.
func (w *World) Held() bool {
	_, found := w.S3.Get(Bucket, record.HoldKey(w.Pair.PrimaryID))
	return found
}
