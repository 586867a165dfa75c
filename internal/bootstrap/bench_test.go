package bootstrap_test

import (
	"maps"
	"os/exec"
	"slices"
	"testing"

	"cloudfront-cd/internal/standin/lambdaruntime"
)

// BenchmarkFirstAnswer is a cold start without what Lambda does before it runs the bootstrap: from the start of the process
// to the answer to its first request, for most functions with one call of AWS, which this machine refuses, in between.
// MB-peak is the function's memory in RAM, as far as the system tells it; B/op is the benchmark's own.
func BenchmarkFirstAnswer(b *testing.B) {
	compile(b)
	for _, folder := range folders(b) {
		b.Run(folder, func(b *testing.B) {
			binary, aws := link(b, folder), newDenyingAWS(b)
			titles := states(b, folder)
			input := event(b, titles[slices.Min(slices.Collect(maps.Keys(titles)))])
			env := append(environment(settings(b, folder)...), "AWS_ENDPOINT_URL="+aws.URL)
			var peak int64
			for b.Loop() {
				command := exec.CommandContext(b.Context(), binary)
				command.Env = env
				function, err := lambdaruntime.Start(command, input)
				if err != nil {
					b.Fatal(err)
				}
				<-function.Answered()
				b.StopTimer()
				got := function.Stop()
				if len(got.Answers) != 1 || got.ExitCode != -1 {
					b.Fatalf("got answers %+v and exit code %d:\n%s", got.Answers, got.ExitCode, got.Log)
				}
				peak = max(peak, got.PeakMemory)
				b.StartTimer()
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/first-answer")
			if peak > 0 {
				b.ReportMetric(float64(peak)/(1<<20), "MB-peak")
			}
		})
	}
}
