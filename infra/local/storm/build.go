package storm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/site"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudformation"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/origin"
)

// nextAPI is what the new pages call.
const nextAPI = "/api/next/"

// build makes the world of a plan.
func build(plan Plan) (*world.World, error) {
	weather := plan.Weather
	s := scenario.Scenario{Name: "storm", Request: string(contentRequest()), Options: func(o *world.Options) {
		o.POPs, o.Alone, o.Quiet, o.RequestsPerMinute = weather.POPs, weather.Alone, weather.Rate == 0, weather.Rate
		o.AdditionalMetrics = weather.AdditionalMetrics
		o.Published = append(o.Published, newTargets()...)
		if weather.Header {
			o.Policy = cloudfront.Policy{Type: cloudfront.SingleHeader, Header: "aws-cf-cd-smoke", Value: "secret"}
		}
		grow(o.Primary, weather.Behaviors)
		grow(o.Staging, weather.Behaviors)
	}}
	w, err := s.World(scenario.Inputs{Seed: plan.Seed})
	if err != nil {
		return nil, err
	}
	w.CloudFront.Spread = cloudfront.Spread{Min: weather.Propagation / 8, Max: weather.Propagation}
	w.CloudWatch.SetAlarm(alarm, "OK", "")
	for _, name := range weather.Turns {
		turn(w, name)
	}
	if err := publish(w, weather); err != nil {
		return nil, err
	}
	if weather.StackDeleted {
		w.SetStagingStack("DELETE_COMPLETE")
		w.CloudFormation.Put(cloudformation.Stack{
			Name: "gone", Status: "DELETE_COMPLETE", Deleted: w.Clock.Now(), Resources: []cloudformation.Resource{{Physical: w.Pair.Policy.ID}},
		})
	}
	if plan.Workflow == release.Cleanup {
		if _, err := scenario.NewAccount(w, 12, weather.Orphans); err != nil {
			return nil, err
		}
	}
	if weather.DeadLock {
		if err := deadLock(w); err != nil {
			return nil, err
		}
	}
	return w, nil
}

const (
	siteBucket = "example-site"
	siteDomain = siteBucket + ".s3.eu-central-1.amazonaws.com"
	nextDomain = "example-site-next.s3.eu-central-1.amazonaws.com"
)

// publish puts the new pages where a release will look for them, and breaks what they call.
func publish(w *world.World, weather Weather) error {
	if weather.Change == Healthy {
		return nil
	}
	for _, target := range newTargets() {
		build := site.Build{Name: "next", Calls: []string{nextAPI + "session"}}
		if err := w.Publish(target, build); err != nil {
			return err
		}
	}
	breakChange(w, weather)
	return nil
}

// newTargets are where releases bring the site from.
func newTargets() []world.Target {
	return []world.Target{
		{Domain: siteDomain, Path: "/green"},
		{Domain: siteDomain, Path: "/releases/2026-11-23-a1b2"},
		{Domain: nextDomain, Path: "/blue"},
		{Domain: nextDomain, Path: "/green"},
	}
}

// bringsNew reports whether a config has the site from one of them.
func bringsNew(c *cloudfront.Config) bool {
	return slices.Contains(newTargets(), world.Target{Domain: c.Text("Origins/site/DomainName"), Path: c.Text("Origins/site/OriginPath")})
}

func breakChange(w *world.World, weather Weather) {
	switch weather.Change {
	case Bad:
		w.Break(origin.Fault{Prefix: nextAPI, Share5xx: 0.125})
	case BadAtSomePOPs:
		w.Break(origin.Fault{Prefix: nextAPI, Share5xx: 0.25, POPs: (weather.POPs + 1) / 2})
	case Overload:
		w.Break(origin.Fault{Prefix: nextAPI, PerMinute: 5000})
	case Slow:
		w.Break(origin.Fault{Prefix: nextAPI, Slower: 3})
	}
}

// breakChange is what is left of the origins' faults when another has ended.
func (s *storm) breakChange() { breakChange(s.w, s.plan.Weather) }

func turn(w *world.World, name string) {
	for _, t := range cloudfront.Turns() {
		if t.Name == name {
			t.Apply(&w.CloudFront.Switches)
		}
	}
	for _, t := range edge.Turns() {
		if t.Name == name {
			t.Apply(&w.Edge.Switches)
		}
	}
}

// deadLock is what a run has left that nobody knows any more: the lock, and the policy switched on.
func deadLock(w *world.World) error {
	began := w.Clock.Now().Add(-time.Hour)
	lock, err := json.Marshal(record.Holder{
		Execution: "arn:aws:states:us-east-1:123456789012:execution:cloudfront-cd-release:long-gone", Name: "long-gone", StartTime: began, At: began,
	})
	if err != nil {
		return err
	}
	if id := w.Pair.Policy.ID; id != "" {
		if err := w.CloudFront.EditPolicy(id, func(n *cloudfront.Node) { n.Set("Enabled", "true") }); err != nil {
			return err
		}
	}
	return w.S3.Put(world.Bucket, record.LockKey(w.Pair.PrimaryID), lock, nil)
}

// operators do their part: they say done at a door, and clear the hold when they were called.
func (s *storm) operators() {
	w := s.w
	w.When("Wait For Operator", 3, func(x *asl.Execution) {
		s.edit(w.Pair.PrimaryID, func(n *cloudfront.Node) { n.Set("ViewerCertificate/MinimumProtocolVersion", "TLSv1.2_2025") })
		s.later(60, func() { sayDone(w, x) })
	})
	// Only content releases carry assets, so that an old page is safe with one of these alone.
	if w.Viewers != nil && strings.Contains(s.plan.Runs[0].Request, `"content"`) && s.releases() == 1 {
		_ = scenario.LeavePageOpen(w) // it never fails
	}
	if !s.plan.Weather.Repaired {
		return
	}
	w.When(release.NeedsOperator, 1, func(*asl.Execution) {
		const anHour = 3600
		s.later(anHour, func() {
			s.run(Start{Workflow: release.Recover, Name: "operator", Request: release.ClearHoldRequest(w.Pair.PrimaryID)})
		})
	})
}

// releases is how many the plan starts.
func (s *storm) releases() int {
	n := 0
	for _, r := range s.plan.Runs {
		if r.Workflow == release.Release {
			n++
		}
	}
	return n
}

func sayDone(w *world.World, x *asl.Execution) {
	key := record.DoorKey(w.Pair.PrimaryID)
	var door record.Door
	text, _ := w.S3.Get(world.Bucket, key)
	if json.Unmarshal(text, &door) != nil || door.Execution != x.ARN() {
		return
	}
	door.Done, door.By = true, "the operator of the storm"
	text, _ = json.Marshal(door) //nolint:errchkjson // strings and times
	_ = w.S3.Put(world.Bucket, key, text, nil)
}

// grow gives a config more cache behaviours.
func grow(c *types.DistributionConfig, behaviors int) {
	d := c.DefaultCacheBehavior
	if behaviors == 0 || c.CacheBehaviors == nil {
		return
	}
	for i := range behaviors {
		c.CacheBehaviors.Items = append(c.CacheBehaviors.Items, types.CacheBehavior{
			PathPattern: aws.String(fmt.Sprintf("/section-%d/*", i)), TargetOriginId: d.TargetOriginId, ViewerProtocolPolicy: d.ViewerProtocolPolicy,
			AllowedMethods: d.AllowedMethods, CachePolicyId: d.CachePolicyId, Compress: aws.Bool(true),
		})
	}
	c.CacheBehaviors.Quantity = aws.Int32(int32(len(c.CacheBehaviors.Items))) //nolint:gosec // a few
}
