package storm

import (
	"slices"
	"strings"
	"sync"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// An aim is a plan made for arrows that chance alone hardly ever takes: a workflow is led to a state, and something happens
// there. Every task of every workflow is one, failing for good, and each error that has an arrow of its own; further ones are in special.
type aim struct {
	workflow string
	make     func(*drawer)
}

// aims are all of them. What belongs to a new workflow is its subject; what its tasks need to be reached is in lead.
var aims = sync.OnceValue(func() []aim { //nolint:gochecknoglobals // read only, and the same for every storm
	all := special()
	for _, workflow := range release.Workflows() {
		for _, title := range statesOf(workflow, true) {
			all = append(all, aim{workflow, func(d *drawer) {
				d.lead(workflow, title)
				d.failsIn(workflow, title, d.oneOf("Unexpected", "Lambda.Unknown", "Runtime.ExitError"))
			}})
		}
		for _, info := range machines()[workflow].States() {
			all = append(all, aimsAtNames(workflow, info)...)
		}
	}
	return all
})

// aimsAtNames are a state's errors that have an arrow of their own.
func aimsAtNames(workflow string, info asl.StateInfo) []aim {
	var all []aim
	for _, catch := range info.Catch {
		for _, name := range catch.ErrorEquals {
			if name == asl.StatesALL {
				continue
			}
			all = append(all, aim{workflow, func(d *drawer) {
				d.lead(workflow, info.Name)
				d.failsIn(workflow, info.Name, name)
			}})
		}
	}
	return all
}

// failsIn lets a task fail for good with an error.
func (d *drawer) failsIn(workflow, title, name string) {
	d.fault(Fault{Kind: "function-fails-for-good", Workflow: workflow, State: title, Nth: 1, Target: name, For: 4 * time.Hour})
}

// aimAtEvery is how many seeds have one aim among them.
const aimAtEvery = 3

// aimed makes the plan of an aim of the wanted workflow. They come in turn, so that every one comes in a few hundred seeds.
func (d *drawer) aimed(workflow string) {
	all := slices.DeleteFunc(slices.Clone(aims()), func(a aim) bool { return workflow != "" && a.workflow != workflow })
	all[d.plan.Seed/aimAtEvery%uint64(len(all))].make(d)
}

func (d *drawer) fault(f Fault) { d.plan.Faults = append(d.plan.Faults, f) }

// at is a fault that begins as an execution of the plan's workflow enters a state.
func (d *drawer) at(state string, nth int, f Fault) {
	f.Workflow, f.State, f.Nth = d.plan.Workflow, state, nth
	d.fault(f)
}

// of makes the plan one of a workflow with a request that comes far.
func (d *drawer) of(workflow string) {
	w := &d.plan.Weather
	d.plan.Workflow, d.plan.Runs, d.plan.Faults = workflow, nil, nil
	w.Change, w.Header, w.Alone, w.StackDeleted = Healthy, false, workflow == release.Enroll, workflow == release.Cleanup
	w.Turns, w.Orphans, w.Repaired = nil, nil, false
	if workflow != release.Release {
		w.Rate = 0
	}
	d.add(workflow, workflow, d.good(workflow), 0)
}

// lead makes a plan that comes to a task.
func (d *drawer) lead(workflow, title string) {
	w := &d.plan.Weather
	if workflow == release.Recover {
		d.leadRecover(title)
		return
	}
	d.of(workflow)
	content := []string{"Check Content", "Carry Assets", "Route Header", "Check Header", "Smoke Test", "Invalidate", "Check Invalidation", "Invalidate Again"}
	if slices.Contains(content, title) {
		d.plan.Runs[0].Request = releaseOf(ofContent)
	}
	switch title {
	case "Recover", "Check Recovery", "Examine Pair":
		w.DeadLock = true
	case "Place Hold":
		d.neverSafe()
	case "Stop Traffic", "Check Stop":
		w.Change = Bad
	case "Restore Primary", "Check Restore", "Invalidate Again":
		w.Change = Overload
	case "Promote Again":
		d.fault(Fault{Kind: "request-lost", Target: promoteCall})
	case "Delete Policy":
		if workflow == release.Maintenance {
			w.Turns = []string{"empty id detaches no policy"}
		}
	}
}

// leadRecover is recover after a release that died.
func (d *drawer) leadRecover(title string) {
	d.of(release.Release)
	d.at("Judge Health", 2, Fault{Kind: "stopped", At: time.Second})
	switch title {
	case "Place Hold":
		d.neverSafe()
	case "Clear Hold":
		d.plan.Weather.Repaired = true
		d.plan.Faults = nil
		d.at("Judge Health", 1, Fault{Kind: "function-fails-for-good", Target: "Unexpected", For: 20 * time.Minute})
		d.at("Stop Traffic", 1, Fault{Kind: "function-fails-for-good", Target: "Refused", For: 20 * time.Minute})
	}
}

// neverSafe keeps what would make the pair safe from being written for hours.
func (d *drawer) neverSafe() {
	state := map[string]string{
		release.Release: "Shift Traffic", release.Retire: "Find Pair", release.Enroll: "Attach Policy", release.Maintenance: "Attach Policy",
	}[d.plan.Workflow]
	for _, operation := range []string{updatePolicy, "UpdateDistribution", promoteCall} {
		d.at(state, 1, Fault{Kind: "access-denied", Target: operation, For: 5 * time.Hour})
	}
}

// special are the aims besides failing tasks.
func special() []aim { //nolint:funlen // a table
	one := func(workflow string, does func(*drawer)) aim {
		return aim{workflow, func(d *drawer) { d.of(workflow); does(d) }}
	}
	all := []aim{
		one(release.Release, func(d *drawer) {
			d.plan.Runs[0].Request = releaseOf(ofContent)
			d.at("Preflight", 1, Fault{Kind: "upload-broken", Target: d.oneOf("missing", "conflicting")})
		}),
		one(release.Release, func(d *drawer) {
			d.plan.Runs[0].Request = releaseOf(ofContent)
			d.at("Smoke Test", 1, Fault{Kind: "override", Size: float64(d.plan.Weather.POPs), For: d.minutes(3, 30)})
		}),
		one(release.Release, func(d *drawer) {
			d.at(d.oneOf("Verdict?", "Prove Traffic Again"), 1+d.IntN(2)*12, Fault{Kind: "metrics-unreadable", Target: "InternalServiceFault", For: d.minutes(1, 5)})
		}),
		one(release.Release, func(d *drawer) {
			d.at("Prove Traffic Again", 1, Fault{Kind: "metrics-unreadable", Target: "InternalServiceFault", For: d.minutes(1, 5)})
		}),
		one(release.Release, func(d *drawer) {
			d.at("Promote", 1, Fault{Kind: "throttled", Target: promoteCall, For: 6 * time.Minute})
		}),
		one(release.Release, func(d *drawer) { d.at("Promote", 1, Fault{Kind: "lock-deleted"}) }),
		one(release.Release, func(d *drawer) {
			d.plan.Runs[0].Request = releaseOf(ofContent)
			d.at("Invalidate", 1, Fault{Kind: "lock-deleted"})
		}),
		one(release.Release, func(d *drawer) {
			d.fault(Fault{Kind: d.oneOf("request-lost", "answer-lost"), Target: promoteCall})
			d.at(d.oneOf("Promote Again", "Confirm Promotion"), 1, Fault{Kind: "function-fails-before", Target: "Unexpected"})
		}),
		one(release.Cleanup, func(d *drawer) {
			d.at(d.oneOf("Look Around", "Find Orphans", "Find Pair"), 1, Fault{Kind: "throttled", For: time.Duration(5+d.IntN(60)) * time.Second})
		}),
		one(release.Cleanup, func(d *drawer) { d.fault(Fault{Kind: "requests-limited", Size: 3, For: time.Hour}) }),
		one(release.Retire, func(d *drawer) {
			d.at("Find Pair", 1, Fault{Kind: "throttled", For: time.Duration(5+d.IntN(60)) * time.Second})
		}),
		one(release.Retire, func(d *drawer) { d.fault(Fault{Kind: "requests-limited", Size: 3, For: time.Hour}) }),
		one(release.Enroll, func(d *drawer) { d.fault(Fault{Kind: "access-denied", Target: "CopyDistribution", For: time.Hour}) }),
	}
	for _, workflow := range []string{release.Release, release.Enroll, release.Maintenance} {
		all = append(all, one(workflow, func(d *drawer) {
			d.plan.Runs[0].Request = strings.Replace(d.plan.Runs[0].Request, "responses\"", "responses\", \"staging-carries-other-changes\"", 1)
			d.at("Acquire Lock", 1, Fault{Kind: d.oneOf("edit-primary", "edit-primary", "edit-staging")})
		}))
	}
	for _, workflow := range Workflows() {
		all = append(all,
			one(workflow, func(d *drawer) {
				d.plan.Runs[0].Request = d.oneOf(`{"primary": "my site"}`, `{"nothing": true}`)
				d.someFault()
			}),
			one(workflow, func(d *drawer) { d.plan.Weather.DeadLock = true; d.faults() }),
			one(workflow, func(d *drawer) {
				pivots := pivots(workflow)
				d.at(pivots[d.IntN(len(pivots))], 1, Fault{Kind: d.oneOf("lock-deleted", "lock-overwritten")})
			}),
		)
	}
	all = append(all, aim{release.Recover, func(d *drawer) {
		d.of(release.Retire)
		d.add(release.Recover, "recover-wrong", `{"primary": "my site", "clearhold": true}`, time.Minute)
		d.someFault()
	}}, aim{release.Recover, func(d *drawer) {
		d.of(release.Release)
		d.at("Judge Health", 2, Fault{Kind: "executions-shown-late", Size: 90, For: d.minutes(3, 30)})
		d.at("Judge Health", 2, Fault{Kind: "stopped", At: time.Second})
	}}, aim{release.Recover, func(d *drawer) {
		d.of(release.Release)
		d.at("Judge Health", 2, Fault{Kind: "stopped", At: time.Second})
		d.fault(Fault{Kind: "started-again", Workflow: release.Recover, State: "Wait For Lambdas", Nth: 1, At: release.StaleAfter - time.Second})
	}})
	return all
}

// someFault is one of any kind.
func (d *drawer) someFault() {
	all := kinds()
	k := all[d.IntN(len(all))]
	f := k.draw(d)
	f.Kind = k.name
	d.fault(f)
}

// beginsAtOnce reports whether a fault may begin in the middle of an event, before the function of the state is called: what
// is done to executions may not.
func beginsAtOnce(name string) bool {
	return !slices.ContainsFunc(executionKinds(), func(k kind) bool { return k.name == name })
}
