package scenario

import (
	"math/rand/v2"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/transport"
)

const (
	promoteCall = "UpdateDistributionWithStagingConfig"
	cloudFront  = "CloudFront"
)

// promoted are the releases that get there, some of them against resistance.
func promoted() []Scenario {
	return []Scenario{
		{
			Name: "healthy", Story: "A new origin path passes both steps of the ramp, is promoted and bakes.",
			Ends: toPromoted(),
		},
		{
			Name: "latency-healthy", Story: "The same with a latency gate: once each step is over, its origins' p50 and p95 are compared with the primary's.",
			Request: judgingLatency, Options: withMetrics, Ends: toPromoted(),
		},
		{
			Name: "override-one-pop", Story: "One point of presence is in peak override all the time: the share stays a little low, which is noted.",
			Ends: toPromoted(),
			Prepare: func(w *world.World) error {
				w.Edge.Override(0, world.Start(), world.Start().Add(24*time.Hour))
				return nil
			},
		},
		{
			Name: "throttled", Story: "Other tools use up the account's CloudFront request rate: one call in five is refused, for three minutes all of them.",
			Ends: toPromoted(), Prepare: throttle,
		},
		{
			Name: "lost-answer", Story: "The promotion takes effect, but CloudFront's answer is lost.",
			Ends: toPromoted(), Prepare: losePromotion(transport.LoseAnswer),
		},
		{
			Name: "lost-request", Story: "The promotion is lost on its way, before any effect; nobody here can tell that from a lost answer.",
			Ends: toPromoted(), Prepare: losePromotion(transport.Disconnect),
		},
		{
			Name: "calibration", Story: "A/A: staging is made equal to the primary and judged like any release; nothing is promoted, and the end says what noise the gates saw.",
			Request: `{"primary": "E1PRIMARY", "change": {"kind": "none"}, "ramp": [{"weight": 0.05, "observe": "5m"}, {"weight": 0.15, "observe": "10m"}], "acknowledge": ["custom-error-responses"]}`,
			Ends:    one(release.Calibrated),
		},
		{
			Name: "nothing-to-release", Story: "A repeated pipeline stage asks for what the primary already has.",
			Request: `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/blue"}, "acknowledge": ["custom-error-responses"]}`,
			Ends:    one(release.NothingToRelease),
		},
	}
}

// throttle refuses about one call in five to CloudFront, and all of them for three minutes of the ramp.
func throttle(w *world.World) error {
	random := rand.New(rand.NewPCG(7, 7))
	var from time.Time
	w.When("Shift Traffic", 1, func(*asl.Execution) { from = w.Clock.Now() })
	w.Transport.Fault = func(c transport.Call) transport.Outcome {
		if c.Service != cloudFront {
			return transport.Outcome{}
		}
		blocked := !from.IsZero() && w.Clock.Now().Sub(from) < 3*time.Minute
		if blocked || random.IntN(5) == 0 {
			return transport.Throttled()
		}
		return transport.Outcome{}
	}
	return nil
}

// losePromotion makes the first promotion call come back without an answer.
func losePromotion(kind transport.Kind) func(*world.World) error {
	return func(w *world.World) error {
		w.Transport.Fault = transport.Nth(cloudFront, promoteCall, 1, transport.Outcome{Kind: kind})
		return nil
	}
}
