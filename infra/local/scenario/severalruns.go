package scenario

import (
	"encoding/json"
	"time"

	"cloudfront-cd/examples"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// second is the name of a further release.
const second = "second-release"

// severalRuns are scenarios in which more than one execution meets the pair, or one that is long dead.
func severalRuns() []Scenario {
	return []Scenario{
		{
			Name: "two-releases", Story: "A second release of the same primary starts in the middle of the first: its lock refuses it.",
			Ends: []Ending{{First, []string{release.Promoted}}, {second, []string{release.Rejected}}},
			Prepare: func(w *world.World) error {
				w.When("Wait For Traffic", 1, func(*asl.Execution) { start(w, second) })
				return nil
			},
		},
		{
			Name: "stale-lock", Story: "An execution that Step Functions has forgotten still holds the lock: it is taken over.",
			Ends: toPromoted(), Prepare: staleLock,
		},
	}
}

// start begins another release in a minute.
func start(w *world.World, name string) {
	w.Clock.After(time.Minute, func() {
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
