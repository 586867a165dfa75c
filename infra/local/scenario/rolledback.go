package scenario

import (
	"errors"
	"time"

	"cloudfront-cd/infra/local/site"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/origin"
)

// green is the origin path that the example releases.
const (
	originPath = "Origins/site/OriginPath"
	green      = "/green"
	siteBucket = "example-site"
	siteDomain = siteBucket + ".s3.eu-central-1.amazonaws.com"
)

// rolledBack are the releases that go back before the door.
func rolledBack() []Scenario {
	return []Scenario{
		{
			Name: "bad-release", Story: "The new pages call a new version of the API, which fails one time in eight.",
			Ends: toRolledBack(), Prepare: func(w *world.World) error {
				w.Break(origin.Fault{Prefix: nextAPI, Share5xx: 0.125})
				return callNextAPI(w)
			},
		},
		{
			Name: "slow-burn", Story: "The new pages call a new version of the API, which is overloaded when 15 % of the viewers do.",
			Ends: toRolledBack(), Prepare: func(w *world.World) error {
				w.Break(origin.Fault{Prefix: nextAPI, PerMinute: 1500})
				return callNextAPI(w)
			},
		},
		{
			Name: "slow-origin", Story: "The new pages call a new version of the API, which answers everything, but takes twice as long.",
			Request: judgingLatency, Options: withMetrics,
			Ends: toRolledBack(), Prepare: func(w *world.World) error {
				w.Break(origin.Fault{Prefix: nextAPI, Slower: 2})
				return callNextAPI(w)
			},
		},
		{
			Name: "quiet-site", Story: "The viewers go to bed as the ramp begins.",
			Ends: toRolledBack(), Prepare: func(w *world.World) error {
				w.When("Shift Traffic", 1, func(*asl.Execution) {
					w.Viewers.SetRate(w.Pair.PrimaryID, func(time.Time) float64 { return 0.5 })
					w.Viewers.Leave(w.Pair.PrimaryID)
				})
				return nil
			},
		},
		{
			Name: "override", Story: "CloudFront is at its peak: every point of presence sends everyone to the primary, whatever the policy says.",
			Ends: toRolledBack(), Prepare: func(w *world.World) error {
				for pop := range w.CloudFront.POPs() {
					w.Edge.Override(pop, world.Start(), world.Start().Add(24*time.Hour))
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

// judgingLatency is the example's request with a latency gate.
const judgingLatency = `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"},
	"gates": {"latency": {"p50": 20, "p95": 30}}, "acknowledge": ["custom-error-responses"]}`

func withMetrics(o *world.Options) { o.AdditionalMetrics = true }

// nextAPI is where the released pages find the next version of the API.
const nextAPI = "/api/next/"

// callNextAPI publishes pages at the new path that call the next version of the API.
func callNextAPI(w *world.World) error {
	return w.Publish(world.Target{Domain: siteDomain, Path: green}, site.Build{Name: "green", Calls: []string{nextAPI + "session"}})
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
