package storm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
)

// colleague is what stands in the Comment of whatever somebody else has edited, with a number.
const colleague = "edited by a colleague"

// peopleKinds are what colleagues do in the console, to anything at any moment.
func peopleKinds() []kind { //nolint:funlen // a table
	at := func(d *drawer) Fault { return d.somewhere() }
	edit := func(target string) func(*storm, Fault) func() {
		return func(s *storm, _ Fault) func() {
			s.edit(s.side(target), func(n *cloudfront.Node) { n.Set("Comment", fmt.Sprintf("%s at %s", colleague, s.stamp())) })
			return nil
		}
	}
	return []kind{
		{"edit-staging", 3, at, edit(ofStaging)},
		{"edit-primary", 3, at, edit(ofPrimary)},
		{"edit-policy", 2, func(d *drawer) Fault {
			f := at(d)
			f.Size = float64(300 + d.IntN(600)) // seconds of stickiness
			return f
		}, func(s *storm, f Fault) func() {
			s.editPolicy(restick(int(f.Size)))
			return nil
		}},
		{"policy-switched-on", 2, at, func(s *storm, _ Fault) func() {
			s.editPolicy(func(n *cloudfront.Node) { n.Set("Enabled", "true") })
			return nil
		}},
		{"policy-switched-off", 2, at, func(s *storm, _ Fault) func() {
			s.editPolicy(func(n *cloudfront.Node) { n.Set("Enabled", "false") })
			return nil
		}},
		{"policy-detached", 1, at, func(s *storm, _ Fault) func() {
			s.edit(s.w.Pair.PrimaryID, func(n *cloudfront.Node) { n.Set(policyIDKey, "") })
			if primary, found := s.w.CloudFront.Live(s.w.Pair.PrimaryID); found && primary.Text(policyIDKey) == "" { // not refused
				s.takesApart()
			}
			return nil
		}},
		{"policy-deleted", 1, at, func(s *storm, _ Fault) func() {
			if id, found := s.policy(); found {
				s.takesApart()
				s.w.CloudFront.DropPolicy(id)
				s.gone()
			}
			return nil
		}},
		{"staging-deleted", 1, at, func(s *storm, _ Fault) func() {
			if _, found := s.w.CloudFront.Live(s.staging()); found {
				s.takesApart()
				s.w.CloudFront.Vanish(s.staging())
				s.gone()
			}
			return nil
		}},
		{"primary-deleted", 1, at, func(s *storm, _ Fault) func() {
			if _, found := s.w.CloudFront.Live(s.w.Pair.PrimaryID); found {
				s.unfair["viewers"] = true
				s.w.CloudFront.Vanish(s.w.Pair.PrimaryID)
			}
			return nil
		}},
		{"lock-deleted", 2, at, func(s *storm, _ Fault) func() { s.unfair["lock"] = true; s.drop("locks/"); return nil }},
		{"lock-overwritten", 1, at, func(s *storm, _ Fault) func() {
			s.unfair["lock"] = true
			now := s.w.Clock.Now()
			holder, _ := json.Marshal(record.Holder{
				Execution: "arn:aws:states:us-east-1:123456789012:execution:cloudfront-cd-release:somebody", Name: "somebody", StartTime: now, At: now,
			})
			_ = s.w.S3.Put(world.Bucket, record.LockKey(s.w.Pair.PrimaryID), holder, nil) // the bucket is there
			return nil
		}},
		{"record-deleted", 1, at, func(s *storm, _ Fault) func() { s.unfair["record"] = true; s.drop("releases/"); return nil }},
		{"hold-deleted", 1, at, func(s *storm, _ Fault) func() { s.drop("holds/"); return nil }},
		{"upload-broken", 1, func(d *drawer) Fault { return Fault{Target: d.oneOf("missing", "conflicting")} }, func(s *storm, f Fault) func() {
			s.unfair["viewers"] = true
			s.spoil(f.Target)
			return nil
		}},
		{"bucket-closed", 1, func(d *drawer) Fault {
			f := at(d)
			f.For = d.minutes(1, 60)
			return f
		}, func(s *storm, _ Fault) func() {
			s.w.S3.DenyList(world.Bucket, true)
			return func() { s.w.S3.DenyList(world.Bucket, false) }
		}},
	}
}

// takesApart notes that a colleague takes a part out of the pair: what is left of it belongs to nobody any more.
func (s *storm) takesApart() {
	id, _ := s.policy()
	s.takenApart[id], s.takenApart[s.staging()] = true, true
}

// gone brings what the storm knows up to date after something has vanished, which is in no log.
func (s *storm) gone() {
	seen := s.before.seen
	*s.before = *s.situation()
	s.before.seen = seen
}

// restick is an edit of a policy: of its stickiness, in seconds, or of its header where it has none.
func restick(seconds int) func(*cloudfront.Node) {
	return func(n *cloudfront.Node) {
		if ttl := n.At("TrafficConfig/SingleWeightConfig/SessionStickinessConfig"); ttl != nil {
			ttl.Set("MaximumTTL", strconv.Itoa(seconds))
		} else {
			n.Set("TrafficConfig/SingleHeaderConfig/Value", fmt.Sprintf("a colleague's %d", seconds))
		}
	}
}

// edit is a colleague in the console, who may be refused.
func (s *storm) edit(id string, change func(*cloudfront.Node)) {
	if err := s.w.CloudFront.Edit(id, change); err != nil {
		s.say(s.stamp() + "        the console refuses: " + err.Error())
	}
	s.see()
}

func (s *storm) editPolicy(change func(*cloudfront.Node)) {
	id, found := s.policy()
	if !found {
		return
	}
	if err := s.w.CloudFront.EditPolicy(id, change); err != nil {
		s.say(s.stamp() + "        the console refuses: " + err.Error())
	}
	s.see()
}

// policy is the pair's policy: the one that is attached to the primary, or else the world's, or the last that was made.
func (s *storm) policy() (id string, found bool) {
	if primary, ok := s.w.CloudFront.Live(s.w.Pair.PrimaryID); ok {
		if id := primary.Text("ContinuousDeploymentPolicyId"); id != "" {
			_, found = s.w.CloudFront.LivePolicy(id)
			return id, found
		}
	}
	if _, found = s.w.CloudFront.LivePolicy(s.w.Pair.Policy.ID); found {
		return s.w.Pair.Policy.ID, true
	}
	made := slices.DeleteFunc(s.w.CloudFront.Policies(), func(id string) bool { return s.others[id] })
	if len(made) == 0 {
		return "", false
	}
	return made[len(made)-1], true
}

// spoil deletes an asset of the new build, or gives the live side another one of the same name.
func (s *storm) spoil(how string) {
	const side = "releases/2026-11-23-a1b2/"
	for _, key := range s.w.S3.Keys(siteBucket, side) {
		if !strings.HasSuffix(key, ".js") || strings.Contains(key, "late") { // which no page refers to
			continue
		}
		name := strings.TrimPrefix(key, side)
		if how == "missing" {
			if _, both := s.w.S3.Get(siteBucket, "blue/"+name); !both {
				_ = s.w.S3.Delete(siteBucket, key) // it is there
				return
			}
			continue
		}
		_ = s.w.S3.Put(siteBucket, "blue/"+name, []byte("another build's"), nil) // the bucket is there
		return
	}
}

// drop deletes the newest object below a prefix that is about the pair.
func (s *storm) drop(prefix string) {
	keys := slices.DeleteFunc(s.w.S3.Keys(world.Bucket, prefix), func(key string) bool { return !strings.Contains(key, s.w.Pair.PrimaryID) })
	if len(keys) > 0 {
		_ = s.w.S3.Delete(world.Bucket, keys[len(keys)-1]) // it is there
	}
}

// executionKinds are what operators and Step Functions do to executions.
func executionKinds() []kind {
	at := func(d *drawer) Fault { return d.somewhere() }
	return []kind{
		{"stopped", 5, at, func(s *storm, f Fault) func() {
			if x := s.running(f.Workflow); x != nil {
				x.Stop("Stopped", "by the storm")
			}
			return nil
		}},
		{"stopped-and-redriven", 3, func(d *drawer) Fault {
			f := at(d)
			f.Size = float64(d.IntN(1200)) // seconds
			return f
		}, func(s *storm, f Fault) func() {
			if x := s.running(f.Workflow); x != nil {
				x.Stop("Stopped", "by the storm")
				s.later(f.Size, func() {
					if err := x.Redrive(); err != nil {
						s.say(s.stamp() + "        " + err.Error())
					}
				})
			}
			return nil
		}},
		{"runtime-error", 2, at, func(s *storm, f Fault) func() {
			if x := s.running(f.Workflow); x != nil {
				x.Fail(asl.StatesRuntime, "said the storm")
			}
			return nil
		}},
		{"started-again", 2, func(d *drawer) Fault {
			f := at(d)
			f.Size = float64(d.IntN(7200))
			return f
		}, func(s *storm, f Fault) func() {
			again := s.plan.Runs[0]
			again.Name = fmt.Sprintf("again-%d", len(s.w.Executions))
			s.later(f.Size, func() { s.run(again) })
			return nil
		}},
		{"recover-by-hand", 2, at, func(s *storm, _ Fault) func() {
			s.run(Start{Workflow: release.Recover, Name: fmt.Sprintf("by-hand-%d", len(s.w.Executions)), Request: fmt.Sprintf(`{"primary":%q}`, s.w.Pair.PrimaryID)})
			return nil
		}},
		{"hold-cleared", 1, at, func(s *storm, _ Fault) func() {
			s.run(Start{Workflow: release.Recover, Name: fmt.Sprintf("clear-hold-%d", len(s.w.Executions)), Request: release.ClearHoldRequest(s.w.Pair.PrimaryID)})
			return nil
		}},
	}
}

// later does something after so many seconds, unless the storm is over by then.
func (s *storm) later(seconds float64, do func()) {
	s.due++
	s.w.Clock.After(time.Duration(seconds)*time.Second, func() {
		s.due--
		if !s.over {
			do()
		}
	})
}

// running is the execution that runs of a workflow, or of any, the oldest.
func (s *storm) running(workflow string) *asl.Execution {
	for _, x := range s.w.Executions {
		if x.Status() == asl.Running && (workflow == "" || s.workflow(x) == workflow) {
			return x
		}
	}
	return nil
}
