package scenario_test

import (
	"testing"

	"cloudfront-cd/infra/local/scenario"
)

// BenchmarkRelease is whole releases: the state machine, the real handlers, the real SDK clients and the stand-ins.
func BenchmarkRelease(b *testing.B) {
	for _, name := range []string{"healthy", "bad-release", "nothing-to-release", "http3"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				stage := build(b, name, uint64(i+1))
				run(b, stage)
				b.ReportMetric(float64(len(stage.Main().History())), "events/run")
				b.ReportMetric(float64(len(stage.World.Transport.Log())), "calls/run")
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
		})
	}
}

func build(tb testing.TB, name string, seed uint64) *scenario.Stage {
	tb.Helper()
	s, ok := scenario.Find(name)
	if !ok {
		tb.Fatalf("there is no scenario %q", name)
	}
	stage, err := s.Build(scenario.Inputs{Seed: seed})
	if err != nil {
		tb.Fatal(err)
	}
	return stage
}

// run lets the world go on until every execution of the scenario has ended.
func run(tb testing.TB, stage *scenario.Stage) {
	tb.Helper()
	if !stage.World.Clock.RunUntil(stage.Done) {
		tb.Fatal("nothing is left to happen, but not every execution has ended")
	}
}
