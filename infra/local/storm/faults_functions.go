package storm

import (
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// functionKinds are what the Lambda service does to a task: AWS invokes a function at least once, may lose its answer, and ends
// it at its timeout whatever it is doing (AWS Lambda Developer Guide, "Understanding retry behavior in Lambda").
func functionKinds() []kind { //nolint:funlen // a table
	inTask := func(d *drawer) Fault { return d.inSomeState(true) }
	dying := func(d *drawer) Fault {
		f := d.inSomeState(true)
		f.Target = d.oneOf("Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout", string(fault.Unexpected))
		return f
	}
	failing := func(d *drawer) Fault {
		f := d.inSomeState(true)
		f.Target = d.oneOf(string(fault.Unavailable), string(fault.Throttled), string(fault.Unexpected), string(fault.Refused), "Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout")
		return f
	}
	return []kind{
		{"function-fails-before", 3, failing, func(s *storm, f Fault) func() {
			return s.around(f, 1, func(asl.Call, func() asl.Result) asl.Result { return failed(f.Target, time.Second) })
		}},
		{"function-dies-after", 4, dying, func(s *storm, f Fault) func() {
			return s.around(f, 1, func(_ asl.Call, run func() asl.Result) asl.Result { run(); return failed(f.Target, time.Second) })
		}},
		{"function-fails-for-good", 6, func(d *drawer) Fault {
			f := failing(d)
			f.For = d.minutes(20, 240)
			return f
		}, func(s *storm, f Fault) func() {
			return s.around(f, forGood, func(asl.Call, func() asl.Result) asl.Result { return failed(f.Target, time.Second) })
		}},
		{"function-dies-after-for-good", 2, func(d *drawer) Fault {
			f := dying(d)
			f.For = d.minutes(20, 240)
			return f
		}, func(s *storm, f Fault) func() {
			return s.around(f, forGood, func(_ asl.Call, run func() asl.Result) asl.Result { run(); return failed(f.Target, time.Second) })
		}},
		{"function-writes-late", 4, func(d *drawer) Fault {
			f := d.inSomeState(true)
			f.Size = float64(1 + d.IntN(int(release.LambdaTimeout.Seconds())-2)) // seconds
			return f
		}, func(s *storm, f Fault) func() {
			return s.around(f, 1, func(call asl.Call, run func() asl.Result) asl.Result {
				s.w.Clock.After(time.Duration(f.Size)*time.Second, func() { s.act(&actor{call: call, late: true}, run) })
				return failed("Sandbox.Timedout", release.LambdaTimeout)
			})
		}},
		{"function-runs-twice", 3, inTask, func(s *storm, f Fault) func() {
			return s.around(f, 1, func(_ asl.Call, run func() asl.Result) asl.Result { run(); return run() })
		}},
		{"function-runs-interleaved", 4, inTask, func(s *storm, f Fault) func() {
			return s.around(f, 1, func(_ asl.Call, run func() asl.Result) asl.Result {
				s.nested = func() { run() }
				result := run()
				s.nested = nil
				return result
			})
		}},
		{"function-gets-old-document", 2, func(d *drawer) Fault {
			f := d.inSomeState(true)
			f.Nth = 1
			return f
		}, func(s *storm, f Fault) func() {
			var old *asl.Call
			return s.around(f, forGood, func(call asl.Call, run func() asl.Result) asl.Result {
				if old != nil && old.Execution == call.Execution && subjectOf(*old) == subjectOf(call) {
					s.act(&actor{call: *old}, func() asl.Result { return s.w.Invoke(*old) })
				}
				old = &call
				return run()
			})
		}},
		{"clock-skewed", 2, func(d *drawer) Fault {
			f := d.inSomeState(true)
			f.Size, f.For = float64(d.IntN(9)-4), d.minutes(1, 30) // seconds
			return f
		}, func(s *storm, f Fault) func() {
			return s.around(f, forGood, func(_ asl.Call, run func() asl.Result) asl.Result {
				s.w.Skew = time.Duration(f.Size) * time.Second
				defer func() { s.w.Skew = 0 }()
				return run()
			})
		}},
	}
}

// forGood is as many calls as there are.
const forGood = -1

// around puts something between Step Functions and the next calls of a state's function, and returns what takes it away.
func (s *storm) around(f Fault, times int, does func(asl.Call, func() asl.Result) asl.Result) (end func()) {
	over := false
	s.calls = append(s.calls, func(call asl.Call, run func() asl.Result) asl.Result {
		if over || s.over || call.State != f.State || s.workflow(call.Execution) != f.Workflow || times == 0 {
			return run()
		}
		times--
		return does(call, run)
	})
	return func() { over = true }
}

func failed(name string, took time.Duration) asl.Result {
	return asl.Result{Failure: &asl.Failure{Error: name, Cause: "said the storm"}, Took: took}
}
