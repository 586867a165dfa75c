package scenario_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/examples"
	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/release"
)

// TestThePlansOwnCountOfHistoryEventsHolds: the arithmetic by which a plan is refused is measured against real runs, of
// which some take the longest course that there is.
func TestThePlansOwnCountOfHistoryEventsHolds(t *testing.T) {
	for _, s := range scenario.All() {
		if s.Name == "throttled" || s.Name == "aborted" {
			continue // retries come on top
		}
		t.Run(s.Name, func(t *testing.T) {
			stage := build(t, s.Name, 1)
			run(t, stage)
			for _, x := range stage.World.Executions {
				if x.Machine() != stage.World.Machines[release.Release] {
					continue // recover has no plan of its own
				}
				if plan := planOf(t, x); plan != nil && len(x.History()) > plan.HistoryEvents() {
					t.Errorf("%s wrote %d events, its plan counted %d", x.Name(), len(x.History()), plan.HistoryEvents())
				}
			}
		})
	}
	for loop, events := range map[string]int{"Wait For Staging": 9, "Wait For Viewers": 24, "Bake": 14} {
		t.Run("one turn of "+loop, func(t *testing.T) {
			stage := build(t, "healthy", 1)
			run(t, stage)
			if got := turn(stage.Main(), loop); got != events {
				t.Errorf("got %d events, want %d", got, events)
			}
		})
	}
}

// turn is how many events lie between two entries into the state that begins a loop.
func turn(x *asl.Execution, loop string) int {
	first := int64(0)
	for _, e := range x.History() {
		if e.StateEntered == nil || e.StateEntered.Name != loop {
			continue
		}
		if first > 0 {
			return int(e.ID - first)
		}
		first = e.ID
	}
	return 0
}

// TestTheDocumentStaysSmallWhateverTheConfigs: Step Functions carries at most 256 KiB, CloudFront allows 75 behaviours and
// 100 origins.
func TestTheDocumentStaysSmallWhateverTheConfigs(t *testing.T) {
	big, _, err := distribution.ParseCLI(examples.SPAPrimary)
	if err != nil {
		t.Fatal(err)
	}
	grow(big)
	staging := distribution.Clone(big)
	for i := range staging.CacheBehaviors.Items {
		staging.CacheBehaviors.Items[i].Compress = aws.Bool(false)
	}
	s, _ := scenario.Find("healthy")
	s.Options = func(o *world.Options) { o.Primary, o.Staging = big, staging }
	stage, err := s.Build(scenario.Inputs{Seed: 1, Request: []byte(
		`{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "acknowledge": ["custom-error-responses"]}`)})
	if err != nil {
		t.Fatal(err)
	}
	run(t, stage)
	if got := scenario.End(stage.Main()); got != release.Promoted {
		t.Fatalf("got %s: %s", got, stage.Main().Cause())
	}
	largest := 0
	for _, e := range stage.Main().History() {
		if e.StateEntered != nil {
			largest = max(largest, len(e.StateEntered.Input))
		}
	}
	t.Logf("the largest document has %d bytes", largest)
	if largest > 64<<10 {
		t.Errorf("the document grew to %d bytes", largest)
	}
}

func grow(c *types.DistributionConfig) {
	origin := c.Origins.Items[0]
	for i := len(c.Origins.Items); i < 100; i++ {
		more := origin
		more.Id = aws.String(fmt.Sprintf("origin-%d", i))
		c.Origins.Items = append(slices.Clip(c.Origins.Items), more)
	}
	c.Origins.Quantity = aws.Int32(100)
	c.CacheBehaviors = &types.CacheBehaviors{Quantity: aws.Int32(75)}
	d := c.DefaultCacheBehavior
	for i := range 75 {
		c.CacheBehaviors.Items = append(c.CacheBehaviors.Items, types.CacheBehavior{
			PathPattern: aws.String(fmt.Sprintf("/section-%d/*", i)), TargetOriginId: origin.Id, ViewerProtocolPolicy: d.ViewerProtocolPolicy,
			AllowedMethods: d.AllowedMethods, CachePolicyId: d.CachePolicyId, Compress: aws.Bool(true),
		})
	}
}
