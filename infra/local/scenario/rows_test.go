package scenario_test

import (
	"encoding/json"
	"maps"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

const (
	cloudFront  = "CloudFront"
	promoteCall = "UpdateDistributionWithStagingConfig"
)

func table() map[string]row {
	all := commonRows()
	maps.Copy(all, uncommonRows())
	maps.Copy(all, latencyRows())
	maps.Copy(all, contentRows())
	maps.Copy(all, stagedRows())
	return all
}

func commonRows() map[string]row {
	return map[string]row{
		"a request that is no object is refused": {
			request: `"release it"`, end: release.Rejected, visits: []string{"Validate Request", "Finish", "Rejected"}, after: time.Minute,
		},
		"a request with an unknown field is refused": {
			request: `{"primary": "E1PRIMARY", "change": {"kind": "staged"}, "weights": [0.1]}`, end: release.Rejected, after: time.Minute,
		},
		"a primary that does not exist is refused": {
			prepare: func(w *world.World) {
				w.Transport.Fault = func(c transport.Call) transport.Outcome {
					if c.Operation == "GetDistribution" {
						return transport.Outcome{Kind: transport.Refuse, Status: 404, Code: "NoSuchDistribution", Message: "The specified distribution does not exist."}
					}
					return transport.Outcome{}
				}
			},
			end: release.Rejected,
		},
		"someone else's change is waited for": {
			prepare: func(w *world.World) { edit(w, w.Pair.PrimaryID, touch) },
			end:     release.Promoted, visits: []string{"Preflight", "Wait For Others", "Preflight", "Change Staging"},
		},
		"someone else's change that never deploys is refused in the end": {
			prepare: func(w *world.World) {
				w.CloudFront.Stick(w.Pair.PrimaryID, w.CloudFront.POPs()[0])
				edit(w, w.Pair.PrimaryID, touch)
			},
			end: release.Rejected, after: release.PreflightWaits + 2*time.Minute,
		},
		"a config with a field that the SDK would drop is refused": {
			prepare: func(w *world.World) {
				edit(w, w.Pair.PrimaryID, func(n *cloudfront.Node) { n.Set("DefaultCacheBehavior/QuantumRouting", "on") })
				edit(w, w.Pair.StagingID, func(n *cloudfront.Node) { n.Set("DefaultCacheBehavior/QuantumRouting", "on") })
			},
			end: release.Rejected, cause: "unknown-fields", after: time.Minute,
		},
		"a hold refuses the release": {
			prepare: func(w *world.World) { put(w, record.HoldKey(w.Pair.PrimaryID), record.Hold{Cause: "look at it"}) },
			end:     release.Rejected,
		},
		"a weight that never deploys goes back, and ends with an operator because off everywhere cannot be verified": {
			prepare: func(w *world.World) {
				w.When("Shift Traffic", 1, func(*asl.Execution) { w.CloudFront.Stick(w.Pair.PrimaryID, w.CloudFront.POPs()[5]) })
			},
			end: release.NeedsOperator, visits: []string{"Check Traffic", "Stop Traffic", "Check Stop", "Finish", "Place Hold", "Needs Operator"},
		},
		"a promotion that never deploys ends with an operator": {
			prepare: func(w *world.World) {
				w.When("Promote", 1, func(*asl.Execution) { w.CloudFront.Stick(w.Pair.PrimaryID, w.CloudFront.POPs()[5]) })
			},
			end: release.NeedsOperator, visits: []string{"Promote", "Check Primary", "Finish", "Place Hold"},
		},
		"traffic that stops just before the promotion is looked at again": {
			prepare: func(w *world.World) {
				w.When("Prove Traffic Again", 1, func(*asl.Execution) {
					// Late counts of the primary arrive: staging's share of the last minutes is a tenth of the weight.
					for n := range 12 {
						w.CloudWatch.Record(w.Pair.PrimaryID, w.Clock.Now().Truncate(time.Minute).Add(-time.Duration(n)*time.Minute), 900_000, 9_000, 900)
					}
				})
			},
			end: release.Promoted, visits: []string{"Prove Traffic Again", "Still Flowing?", "Wait For Viewers", "Judge Health", "Prove Traffic Again", "Promote"},
		},
		"a proof of traffic that got old while CloudFront throttled is made again": {
			prepare: throttledPromotion,
			end:     release.Promoted, visits: []string{"Promote", "Wait For Viewers", "Prove Traffic Again", "Promote", "Confirm Promotion"},
		},
		"a promotion that CloudFront refuses goes back": {
			prepare: refusing(promoteCall, "IllegalUpdate"),
			end:     release.RolledBack, visits: []string{"Promote", "Stop Traffic"},
		},
		"an edit of staging between the last look and the promotion goes back": {
			prepare: func(w *world.World) {
				w.When("Promote", 1, func(*asl.Execution) { edit(w, w.Pair.StagingID, nil) })
			},
			end: release.RolledBack, visits: []string{"Promote", "Stop Traffic"},
		},
		"a promotion whose answers are lost for good ends with an operator": {
			prepare: func(w *world.World) {
				w.Transport.Fault = func(c transport.Call) transport.Outcome {
					if c.Operation == promoteCall {
						return transport.Outcome{Kind: transport.Disconnect}
					}
					return transport.Outcome{}
				}
			},
			end: release.NeedsOperator, visits: []string{"Promote", "Confirm Promotion", "Wait For Answer", "Promote Again", "Confirm Promotion", "Finish"},
		},
		"a lock lost before staging is changed stops all writing": {
			prepare: stealLock("Change Staging"), end: release.NeedsOperator, visits: []string{"Change Staging", "Finish", "Place Hold"},
		},
		"a lock lost before traffic is shifted stops all writing": {
			prepare: stealLock("Shift Traffic"), end: release.NeedsOperator, visits: []string{"Shift Traffic", "Finish", "Place Hold"},
		},
		"a lock lost before the promotion stops all writing": {
			prepare: stealLock("Promote"), end: release.NeedsOperator, visits: []string{"Promote", "Finish", "Place Hold"},
		},
		"a policy switched off by someone else goes back": {
			prepare: func(w *world.World) { w.When("Judge Health", 4, func(*asl.Execution) { setPolicy(w, "false") }) },
			end:     release.RolledBack, visits: []string{"Prove Traffic", "Stop Traffic"},
		},
		"a policy enabled by someone else keeps staging as it is": {
			prepare: func(w *world.World) { w.When("Announce Start", 1, func(*asl.Execution) { setPolicy(w, "true") }) },
			end:     release.RolledBack, visits: []string{"Change Staging", "Stop Traffic"},
		},
		"an alarm goes off": {
			request: `{"primary": "E1PRIMARY", "change": {"kind": "origin", "origin": "site", "path": "/green"},
				"gates": {"alarms": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:site"]}, "acknowledge": ["custom-error-responses"]}`,
			prepare: func(w *world.World) {
				w.CloudWatch.SetAlarm("site", "OK", "")
				w.When("Judge Health", 8, func(*asl.Execution) { w.CloudWatch.SetAlarm("site", "ALARM", "threshold crossed") })
			},
			end: release.RolledBack, visits: []string{"Judge Health", "Stop Traffic"},
		},
	}
}

func edit(w *world.World, id string, change func(*cloudfront.Node)) {
	if change == nil {
		change = func(n *cloudfront.Node) { n.Set("Comment", "edited by a colleague") }
	}
	if err := w.CloudFront.Edit(id, change); err != nil {
		panic(err)
	}
}

// touch changes nothing; a write is a write all the same.
func touch(*cloudfront.Node) {}

func setPolicy(w *world.World, enabled string) {
	if err := w.CloudFront.EditPolicy(w.Pair.Policy.ID, func(n *cloudfront.Node) { n.Set("Enabled", enabled) }); err != nil {
		panic(err)
	}
}

func put(w *world.World, key string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	if err := w.S3.Put(world.Bucket, key, data, nil); err != nil {
		panic(err)
	}
}

func stealLock(state string) func(*world.World) {
	return func(w *world.World) {
		w.When(state, 1, func(*asl.Execution) {
			put(w, record.LockKey(w.Pair.PrimaryID), record.Holder{Execution: "arn:aws:states:us-east-1:123456789012:execution:recover:other"})
		})
	}
}

func refusing(operation, code string) func(*world.World) {
	return func(w *world.World) {
		w.Transport.Fault = func(c transport.Call) transport.Outcome {
			if c.Service == cloudFront && c.Operation == operation {
				return transport.Outcome{Kind: transport.Refuse, Status: 400, Code: code, Message: "refused by the test"}
			}
			return transport.Outcome{}
		}
	}
}
