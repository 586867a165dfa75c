package storm

import (
	"fmt"
	"net/http"
	"time"

	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

// operations are what the functions ask of AWS.
func operations() []string {
	return []string{
		"GetDistribution", "GetDistributionConfig", "UpdateDistribution", "UpdateDistributionWithStagingConfig", "CopyDistribution", "DeleteDistribution", "ListDistributions",
		"GetContinuousDeploymentPolicy", "UpdateContinuousDeploymentPolicy", "CreateContinuousDeploymentPolicy", "DeleteContinuousDeploymentPolicy",
		"ListContinuousDeploymentPolicies", "GetObject", "PutObject", "DeleteObject", "DescribeExecution", "PutEvents", "GetBucketPolicy",
	}
}

func writing() []string {
	return []string{
		"UpdateDistribution", "UpdateDistributionWithStagingConfig", "UpdateContinuousDeploymentPolicy", "CopyDistribution", "DeleteDistribution",
		"CreateContinuousDeploymentPolicy", "DeleteContinuousDeploymentPolicy", "PutObject", "DeleteObject",
	}
}

// requestKinds are what happens to requests on their way to AWS and back.
func requestKinds() []kind { //nolint:funlen // a table
	lasting := func(names []string, from, to int) func(*drawer) Fault {
		return func(d *drawer) Fault {
			f := d.somewhere()
			f.Target, f.For = d.oneOf(names...), d.minutes(from, to)
			return f
		}
	}
	once := func(names []string) func(*drawer) Fault {
		return func(d *drawer) Fault {
			f := d.somewhere()
			f.Target = d.oneOf(names...)
			if d.plan.Workflow == release.Release && d.IntN(3) == 0 {
				f = Fault{Target: promoteCall} // whenever it comes
			}
			return f
		}
	}
	return []kind{
		{"service-unavailable", 3, lasting(operations(), 1, 40), func(s *storm, f Fault) func() { return s.every(f, transport.Unavailable()) }},
		{"throttled", 3, func(d *drawer) Fault {
			f := d.somewhere()
			f.For = d.minutes(1, 30)
			return f
		}, func(s *storm, f Fault) func() {
			return s.onRequests(func(c transport.Call) transport.Outcome {
				if c.Service == "CloudFront" && (f.Target == "" || c.Operation == f.Target) {
					return transport.Throttled()
				}
				return transport.Outcome{}
			})
		}},
		{"requests-limited", 1, func(d *drawer) Fault {
			f := d.somewhere()
			f.Size, f.For = float64(2+d.IntN(6)), d.minutes(5, 60) // a second
			return f
		}, func(s *storm, f Fault) func() {
			s.w.CloudFront.Throttle = cloudfront.Throttle{PerSecond: f.Size, Burst: f.Size}
			return func() { s.w.CloudFront.Throttle = cloudfront.Throttle{} }
		}},
		{"access-denied", 2, lasting(operations(), 1, 120), func(s *storm, f Fault) func() {
			return s.every(f, transport.Outcome{Kind: transport.Refuse, Status: http.StatusForbidden, Code: "AccessDenied", Message: "said the storm"})
		}},
		{"answer-lost", 4, once(writing()), func(s *storm, f Fault) func() { return s.next(f, transport.Outcome{Kind: transport.LoseAnswer}) }},
		{"request-lost", 2, once(operations()), func(s *storm, f Fault) func() { return s.next(f, transport.Outcome{Kind: transport.Disconnect}) }},
		{"precondition-failed", 2, once([]string{"UpdateDistribution", "UpdateDistributionWithStagingConfig", "UpdateContinuousDeploymentPolicy", "DeleteContinuousDeploymentPolicy"}), func(s *storm, f Fault) func() {
			return s.next(f, transport.Outcome{Kind: transport.Refuse, Status: http.StatusPreconditionFailed, Code: "PreconditionFailed", Message: "said the storm"})
		}},
		{"edit-under-a-write", 4, func(d *drawer) Fault {
			return once([]string{"UpdateDistribution", promoteCall, updatePolicy, "DeleteContinuousDeploymentPolicy", "DeleteDistribution"})(d)
		}, func(s *storm, f Fault) func() {
			return s.onRequests(s.editUnder(f))
		}},
		{"request-late", 4, func(d *drawer) Fault {
			f := once(writing())(d)
			f.Size = float64(1 + d.IntN(50)) // seconds; a function that is ended takes its connection with it
			return f
		}, func(s *storm, f Fault) func() {
			return s.next(f, transport.Outcome{Kind: transport.Delay, Deliver: func(arrive func()) { s.deliverLate(f, arrive) }})
		}},
		{"slow", 2, func(d *drawer) Fault {
			f := d.somewhere()
			f.Target, f.Size, f.For = d.oneOf("S3", "CloudFront", "CloudWatch"), float64(5+d.IntN(70)), d.minutes(1, 20)
			return f
		}, func(s *storm, f Fault) func() {
			return s.onRequests(func(c transport.Call) transport.Outcome {
				if c.Service == f.Target {
					return transport.Outcome{Latency: time.Duration(f.Size) * time.Second}
				}
				return transport.Outcome{}
			})
		}},
		{"conflicts", 1, func(d *drawer) Fault {
			f := d.somewhere()
			f.Size = float64(1 + d.IntN(3))
			return f
		}, func(s *storm, f Fault) func() { s.w.S3.Conflicts = int(f.Size); return nil }},
	}
}

// deliverLate lets a request arrive when its sender has given up.
func (s *storm) deliverLate(f Fault, arrive func()) {
	late := &actor{late: true}
	if s.actor != nil {
		late.call = s.actor.call
	}
	if f.Target == "PutObject" {
		s.unfair["lock"] = true // it may be a lock's, of a run that has ended by then; whoever comes next takes it over
	}
	s.w.Clock.After(time.Duration(f.Size)*time.Second, func() {
		s.say(s.stamp() + "        a " + f.Target + " arrives late")
		s.see()
		outer := s.actor
		s.actor = late
		arrive()
		s.see()
		s.actor = outer
	})
}

// editUnder is a colleague who edits the same thing between our read and our write.
func (s *storm) editUnder(f Fault) func(transport.Call) transport.Outcome {
	struck := false
	return func(c transport.Call) transport.Outcome {
		if struck || c.Operation != f.Target {
			return transport.Outcome{}
		}
		struck = true
		return transport.Outcome{Before: func() {
			if _, isPolicy := s.w.CloudFront.LivePolicy(c.ID); isPolicy {
				s.editPolicy(restick(stickinessOf(c.Attempt)))
				return
			}
			s.edit(c.ID, func(n *cloudfront.Node) { n.Set("Comment", fmt.Sprintf("%s at %s", colleague, s.stamp())) })
		}}
	}
}

// stickinessOf is some number of seconds that is allowed.
func stickinessOf(n int) int { return 1000 + n }

// onRequests lets a fault look at every request, and returns what ends that.
func (s *storm) onRequests(strike func(transport.Call) transport.Outcome) (end func()) {
	over := false
	s.requests = append(s.requests, func(c transport.Call) transport.Outcome {
		if over {
			return transport.Outcome{}
		}
		return strike(c)
	})
	return func() { over = true }
}

// every strikes all calls of the fault's operation.
func (s *storm) every(f Fault, o transport.Outcome) (end func()) {
	return s.onRequests(func(c transport.Call) transport.Outcome {
		if c.Operation == f.Target {
			return o
		}
		return transport.Outcome{}
	})
}

// next strikes the next call of the fault's operation.
func (s *storm) next(f Fault, o transport.Outcome) (end func()) {
	struck := false
	return s.onRequests(func(c transport.Call) transport.Outcome {
		if struck || c.Operation != f.Target {
			return transport.Outcome{}
		}
		struck = true
		return o
	})
}
