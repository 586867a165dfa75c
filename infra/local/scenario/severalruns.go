package scenario

import (
	"encoding/json"
	"math/rand/v2"
	"time"

	"cloudfront-cd/examples"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// Names of further executions.
const (
	second = "second-release"
	next   = "next-release"
)

// severalRuns are scenarios in which more than one execution meets the pair, or one that is long dead.
func severalRuns() []Scenario {
	return []Scenario{
		{
			Name: "two-releases", Story: "A second release of the same primary starts in the middle of the first: its lock refuses it.",
			Ends: []Ending{{First, []string{release.Promoted}}, {second, []string{release.Rejected}}},
			Prepare: func(w *world.World) error {
				w.When("Wait For Traffic", 1, func(*asl.Execution) { start(w, second, time.Minute) })
				return nil
			},
		},
		{
			Name: "stale-lock", Story: "An execution that Step Functions has forgotten still holds the lock: it is taken over.",
			Ends: toPromoted(), Prepare: staleLock,
		},
		{
			Name: "aborted", Story: "Somebody stops the execution in some state, so no Catch runs; the next release makes the pair safe first.",
			Ends: []Ending{
				{First, []string{Aborted}},
				{next, []string{release.Promoted, release.NothingToRelease}},
			},
			Prepare: abortSomewhere,
		},
	}
}

func start(w *world.World, name string, after time.Duration) {
	w.Clock.After(after, func() {
		// Start refuses only names that were used before.
		_, _ = w.Start(name, examples.Request)
	})
}

func staleLock(w *world.World) error {
	began := world.Start().Add(-time.Hour)
	lock, err := json.Marshal(record.Holder{
		Execution: "arn:aws:states:us-east-1:123456789012:execution:release:long-gone", Name: "long-gone", StartTime: began, At: began,
	})
	if err != nil {
		return err
	}
	return w.S3.Put(world.Bucket, record.LockKey(world.PrimaryID), lock, nil)
}

// abortSomewhere stops the first execution in a state that the world's seed picks, while it holds the lock, and starts the
// next release as soon as the lock may be taken over.
func abortSomewhere(w *world.World) error {
	states := []string{
		"Preflight", "Change Staging", "Wait For Staging", "Shift Traffic", "Wait For Traffic", "Wait For Viewers", "Observe",
		"Judge Health", "Prove Traffic Again", "Promote", "Confirm Promotion", "Wait For Primary", "Bake", "Finish",
	}
	at := states[rand.New(rand.NewPCG(w.Seed, 3)).IntN(len(states))]
	w.When(at, 1, func(x *asl.Execution) {
		w.Clock.After(50*time.Millisecond, func() {
			x.Stop("Stopped", "stopped by an operator in "+at)
			start(w, next, release.StaleAfter+time.Second)
		})
	})
	return nil
}
