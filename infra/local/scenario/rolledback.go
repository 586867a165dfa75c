package scenario

import (
	"errors"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/viewers"
)

// green is the origin path that the example releases.
const (
	originPath = "Origins/site/OriginPath"
	green      = "/green"
)

// rolledBack are the releases that go back before the door.
func rolledBack() []Scenario {
	return []Scenario{
		{
			Name: "bad-release", Story: "The new path answers 3 % of its requests with 5xx.",
			Ends: toRolledBack(), Prepare: failing(func(_ *world.World, l world.Look) bool { return l.Side == viewers.Staging }, 0.03),
		},
		{
			Name: "slow-burn", Story: "The new path breaks only under the load of 15 %.",
			Ends: toRolledBack(), Prepare: failing(func(w *world.World, l world.Look) bool {
				policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID)
				return l.Side == viewers.Staging && policy.Weight > 0.1
			}, 0.02),
		},
		{
			Name: "quiet-site", Story: "The viewers go to bed as the ramp begins.",
			Ends: toRolledBack(), Prepare: func(w *world.World) error {
				w.When("Shift Traffic", 1, func(*asl.Execution) {
					w.Viewers.SetRate(w.Pair.PrimaryID, func(time.Time) float64 { return 0.5 })
				})
				return nil
			},
		},
		{
			Name: "override", Story: "CloudFront is at its peak: every point of presence sends everyone to the primary, whatever the policy says.",
			Ends: toRolledBack(), Prepare: func(w *world.World) error {
				for pop := range w.CloudFront.POPs() {
					w.Viewers.Override(pop, world.Start(), world.Start().Add(24*time.Hour))
				}
				return nil
			},
		},
		{
			Name: "console-edit-staging", Story: "A colleague edits staging in the console while it is being judged.",
			Ends: toRolledBack(), Prepare: edited(world.StagingID), Check: editSurvives(world.StagingID),
		},
		{
			Name: "console-edit-primary", Story: "A colleague edits the primary in the console during the release; their change stays.",
			Ends: toRolledBack(), Prepare: edited(world.PrimaryID), Check: editSurvives(world.PrimaryID),
		},
		{
			Name: "stuck-in-progress", Story: "One point of presence never takes staging's new config: it stays InProgress for ever.",
			Ends: toRolledBack(), Prepare: func(w *world.World) error {
				w.CloudFront.Stick(world.StagingID, w.CloudFront.POPs()[3])
				return nil
			},
		},
	}
}

// failing makes the released path answer a share of its requests with 5xx wherever the condition holds.
func failing(where func(*world.World, world.Look) bool, rate float64) func(*world.World) error {
	return func(w *world.World) error {
		w.Health = func(l world.Look) viewers.Rates {
			rates := world.Usual()
			if l.Config.Text(originPath) == green && where(w, l) {
				rates.E5xx = rate
			}
			return rates
		}
		return nil
	}
}

const colleague = "edited by a colleague"

// edited is a colleague who edits a distribution in the console during the third look.
func edited(id string) func(*world.World) error {
	return func(w *world.World) error {
		w.When("Judge Health", 3, func(*asl.Execution) {
			// A refused edit is seen by editSurvives.
			_ = w.CloudFront.Edit(id, func(n *cloudfront.Node) { n.Set("Comment", colleague) })
		})
		return nil
	}
}

func editSurvives(id string) func(*world.World) error {
	return func(w *world.World) error {
		if live, ok := w.CloudFront.Live(id); !ok || live.Text("Comment") != colleague {
			return errors.New("the colleague's edit of " + id + " was overwritten")
		}
		return nil
	}
}
