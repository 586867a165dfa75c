package scenario_test

import (
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
)

// togetherTable are paths of enroll and maintenance that no scenario takes.
func togetherTable() map[string]row {
	return map[string]row{
		"enroll of somebody else's change waits for it": {
			scenario: "enroll", end: release.Promoted,
			prepare: func(w *world.World) { edit(w, w.Pair.PrimaryID, touch) },
		},
	}
}

var _ = time.Second
var _ = asl.Running
var _ = record.Door{}
var _ = cloudfront.DetachNever
