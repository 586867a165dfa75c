package storm

import (
	"time"
)

// metricKinds are what CloudWatch and Step Functions say, or do not say.
func metricKinds() []kind { //nolint:funlen // a table
	lasting := func(d *drawer) Fault {
		f := d.inLoop()
		f.For = d.minutes(1, 60)
		return f
	}
	return []kind{
		{"metrics-late", 2, func(d *drawer) Fault {
			f := lasting(d)
			f.Size = float64(4 + d.IntN(20)) // minutes
			return f
		}, func(s *storm, f Fault) func() {
			usual := s.w.CloudWatch.Delay
			s.w.CloudWatch.Delay = time.Duration(f.Size) * time.Minute
			return func() { s.w.CloudWatch.Delay = usual }
		}},
		{"metrics-unreadable", 2, func(d *drawer) Fault {
			f := lasting(d)
			f.Target = d.oneOf("Throttling", "InternalServiceFault", "AccessDenied")
			return f
		}, func(s *storm, f Fault) func() {
			s.w.CloudWatch.Refuse("GetMetricData", f.Target)
			return func() { s.w.CloudWatch.Refuse("GetMetricData", "") }
		}},
		{"metrics-wrong", 2, func(d *drawer) Fault {
			f := lasting(d)
			f.Target, f.Size = d.oneOf(ofPrimary, ofStaging), 10+1000*d.Float64() // errors a minute that were none
			return f
		}, func(s *storm, f Fault) func() {
			s.unfair["metrics"] = true
			over := false
			var next func()
			next = func() {
				if over || s.over {
					return
				}
				s.w.CloudWatch.Record(s.side(f.Target), s.w.Clock.Now().Truncate(time.Minute), int64(f.Size), 0, int64(f.Size))
				s.w.Clock.After(time.Minute, next)
			}
			next()
			return func() { over = true }
		}},
		{"latencies-missing", 1, lasting, func(s *storm, _ Fault) func() {
			usual := s.w.Edge.Latencies
			s.w.Edge.Latencies = nil
			return func() { s.w.Edge.Latencies = usual }
		}},
		{"alarms-unreadable", 1, func(d *drawer) Fault {
			f := lasting(d)
			f.Target = d.oneOf("Throttling", "InternalServiceFault", "AccessDenied")
			return f
		}, func(s *storm, f Fault) func() {
			s.w.CloudWatch.Refuse("DescribeAlarms", f.Target)
			return func() { s.w.CloudWatch.Refuse("DescribeAlarms", "") }
		}},
		{"alarm-rings", 1, lasting, func(s *storm, _ Fault) func() {
			s.w.CloudWatch.SetAlarm(alarm, "ALARM", "said the storm")
			return func() { s.w.CloudWatch.SetAlarm(alarm, "OK", "said the storm") }
		}},
		{"executions-shown-late", 2, func(d *drawer) Fault {
			f := lasting(d)
			f.Size = float64(1 + d.IntN(90)) // seconds
			return f
		}, func(s *storm, f Fault) func() {
			s.w.StepFunctions.Lag = time.Duration(f.Size) * time.Second
			return func() { s.w.StepFunctions.Lag = 0 }
		}},
		{"executions-unreadable", 1, lasting, func(s *storm, _ Fault) func() {
			s.w.StepFunctions.Refuse("ThrottlingException")
			return func() { s.w.StepFunctions.Refuse("") }
		}},
		{"events-lost", 1, lasting, func(s *storm, _ Fault) func() {
			s.w.LoseEvents = true
			return func() { s.w.LoseEvents = false }
		}},
	}
}

// alarm is the one that requests with a gate on an alarm name.
const alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:site-checkout-errors"
