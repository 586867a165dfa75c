package pairtest

import (
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// Recovery is the ARN of the recover execution that comes after a death.
const Recovery = "arn:aws:states:us-east-1:123456789012:execution:recover:recovery"

// Die stops the release where it stands: it keeps its lock, and no Catch has run. From then on the document is that of a
// recover execution which has found it dead. Die returns the document of the dead run.
func (w *World) Die() release.Document {
	dead, now := w.Document, w.Clock.Now()
	w.Document = release.Document{
		Workflow:  release.Recover,
		Execution: release.Execution{ARN: Recovery, Name: "recovery", StartTime: now},
		Plan:      &release.Plan{Primary: Primary, Reason: "the end of " + Me, DeployedWithin: dead.Plan.DeployedWithin},
		Dead:      &release.DeadRun{Found: true, Execution: Me, Status: "ABORTED", EndedAt: now},
		Outcome:   dead.Outcome,
	}
	return dead
}

// TakeOver is what Acquire Lock does for the recover execution once no Lambda of the dead run can be writing.
func (w *World) TakeOver() {
	w.tb.Helper()
	key, now := record.LockKey(Primary), w.Clock.Now()
	var dead record.Holder
	w.Load(key, &dead)
	me := record.Holder{Execution: Recovery, Name: "recovery", StartTime: w.Document.Execution.StartTime, At: now, Recovers: true}
	me.Succeed(dead, 5)
	w.HeldBy(me)
	w.Document.Lock = &release.Lock{Key: key, ETag: "unused", TakenOverFrom: me.TakenOverFrom.Execution}
}
