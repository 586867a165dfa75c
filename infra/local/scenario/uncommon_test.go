package scenario_test

import (
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/transport"
)

const oneAlarm = `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"},
	"gates": {"alarms": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:site"]}, "acknowledge": ["custom-error-responses"]}`

// uncommonRows are paths on which two or more things go wrong, or somebody else does something at a bad moment.
func uncommonRows() map[string]row {
	return map[string]row{
		"a promotion sent twice while reads lag is not called rolled back": {
			prepare: func(w *world.World) {
				w.CloudFront.ReadLag = 45 * time.Second
				at(w, "Promote", func(run func() asl.Result) asl.Result { run(); return run() })
			},
			end: release.Promoted, visits: []string{"Promote", "Confirm Promotion", "Wait For Answer", "Promote Again", "Confirm Promotion"},
		},
		"a policy enabled again by someone else while traffic is stopped needs an operator": {
			scenario: "bad-release",
			prepare:  func(w *world.World) { w.When("Wait For Stop", 2, func(*asl.Execution) { setPolicy(w, "true") }) },
			end:      release.NeedsOperator, visits: []string{"Check Stop", "Finish", "Place Hold"},
		},
		"a policy enabled again by someone else while the primary is restored needs an operator": {
			scenario: "regression-after-promote",
			prepare:  func(w *world.World) { w.When("Bake", 3, func(*asl.Execution) { setPolicy(w, "true") }) },
			end:      release.NeedsOperator, visits: []string{"Check Restore", "Finish", "Place Hold"},
		},
		"a promotion that is too late every time goes back at the step's deadline": {
			prepare: func(w *world.World) { at(w, "Promote", failing(string(fault.NoTrafficProof))) },
			end:     release.RolledBack, visits: []string{"Promote", "Wait For Viewers", "Judge Health", "Stop Traffic"}, after: 90 * time.Minute,
		},
		"a promotion that CloudFront throttles for ever goes back": {
			prepare: func(w *world.World) {
				w.Transport.Fault = func(c transport.Call) transport.Outcome {
					if c.Operation == promoteCall {
						return transport.Throttled()
					}
					return transport.Outcome{}
				}
			},
			end: release.RolledBack, after: 2 * time.Hour,
		},
		"an edit during a healthy bake stays, and the end says so": {
			prepare: func(w *world.World) { w.When("Bake", 3, func(*asl.Execution) { edit(w, world.PrimaryID, nil) }) },
			end:     release.Promoted, cause: "since then someone else has changed it",
		},
		"a client of Lambda that times out is tried again": {
			scenario: "bad-release",
			prepare:  func(w *world.World) { once(w, "Stop Traffic", failing("Lambda.ClientExecutionTimeoutException")) },
			end:      release.RolledBack,
		},
		"a lock that cannot be given back changes no end": {
			prepare: func(w *world.World) { at(w, "Release Lock", failing(string(fault.Refused))) },
			end:     release.Promoted, visits: []string{"Release Lock", "Announce End", "Which End?"},
		},
		"CloudWatch fails for four minutes of the ramp": {
			prepare: func(w *world.World) { w.When("Prove Traffic", 4, func(*asl.Execution) { cloudWatchFails(w) }) },
			end:     release.Promoted,
		},
		"CloudWatch fails for four minutes of the bake, alarms included": {
			request: oneAlarm,
			prepare: func(w *world.World) {
				w.CloudWatch.SetAlarm("site", "OK", "")
				w.When("Observe Primary", 3, func(*asl.Execution) { cloudWatchFails(w) })
			},
			end: release.Promoted,
		},
	}
}

// at replaces what the Lambda service does with a task; once, only the first time.
func at(w *world.World, title string, does func(run func() asl.Result) asl.Result) {
	strike(w, release.Release, title, trouble{does: does})
}

func once(w *world.World, title string, does func(run func() asl.Result) asl.Result) {
	strike(w, release.Release, title, trouble{once: true, does: does})
}

func failing(name string) func(func() asl.Result) asl.Result {
	return func(func() asl.Result) asl.Result {
		return asl.Result{Failure: &asl.Failure{Error: name, Cause: "said the test"}, Took: time.Second}
	}
}

func cloudWatchFails(w *world.World) {
	until := w.Clock.Now().Add(4 * time.Minute)
	w.Transport.Fault = func(c transport.Call) transport.Outcome {
		if c.Service == "CloudWatch" && w.Clock.Now().Before(until) {
			return transport.Outcome{Kind: transport.Disconnect}
		}
		return transport.Outcome{}
	}
}
