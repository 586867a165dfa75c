package storm_test

import (
	"testing"
	"time"

	"cloudfront-cd/infra/local/storm"
)

// BenchmarkStorm is storms of each workflow, one after the other on one core, and where their time goes: into building the
// world, into the functions (with the SDK clients and the stand-ins that answer them), and into the rest, which is viewers,
// propagations and the interpreter.
func BenchmarkStorm(b *testing.B) {
	for _, workflow := range storm.Workflows() {
		b.Run(workflow, func(b *testing.B) {
			b.ReportAllocs()
			var events, calls int
			var spent storm.Spent
			for i := range b.N {
				r := storm.Run(storm.Draw(uint64(i), workflow), storm.Options{Now: time.Now}) //nolint:forbidigo // what is measured is the wall clock
				events, calls = events+r.Events, calls+r.Calls
				spent.Building += r.Spent.Building
				spent.Functions += r.Spent.Functions
			}
			n, all := float64(b.N), b.Elapsed()
			share := func(d time.Duration) float64 { return 100 * d.Seconds() / all.Seconds() }
			b.ReportMetric(n/all.Seconds(), "storms/s")
			b.ReportMetric(float64(events)/n, "events/storm")
			b.ReportMetric(float64(calls)/n, "calls/storm")
			b.ReportMetric(share(spent.Building), "%building")
			b.ReportMetric(share(spent.Functions), "%functions")
		})
	}
}
