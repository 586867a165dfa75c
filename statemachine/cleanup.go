package statemachine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Cleanup is the cleanup workflow, in the terms of Release. It finds what nobody owns any more and takes it apart like
// Retire, one orphan at a time under a lock of its own; whatever becomes of one, the others have their turn. It may be
// stopped at any time, and any number of executions may run at once.
func Cleanup(scope constructs.Construct, functions func(folder string) awslambda.IFunction) *sfn.StateMachineProps {
	s := newCleanupStates(&boxes{scope: scope, functions: functions})
	s.toTheOrphans()
	s.eachOrphan()
	s.toTheEnds()
	s.sideways()
	return machine(s.ReceiveRequest, release.CleanupTimeout, "Finds policies, staging distributions and locks that nobody owns any more, and takes them apart or says what it would do.")
}

// cleanupStates are the boxes of the cleanup workflow, in the order of the picture.
type cleanupStates struct {
	ReceiveRequest            sfn.Pass
	ValidateRequest           taskBox
	LookAround, FindOrphans   taskBox
	AllSeen, AllJudged        choiceBox
	WaitForMore, WaitForQuota waitBox
	AnythingToCleanUp         choiceBox
	CleanUp                   sfn.Map

	// Of each orphan.
	AcquireLock taskBox
	apartStates
	PairToKeep  choiceBox
	ReleaseLock taskBox
	NoteResult  taskBox
	OrphanDone  sfn.Pass

	Report, AnnounceCleanup      taskBox
	WhichEnd                     choiceBox
	Clean, Cleaned, OrphansFound sfn.Succeed
	Rejected, NeedsOperator      sfn.Fail
}

func newCleanupStates(b *boxes) *cleanupStates {
	s := &cleanupStates{ReceiveRequest: b.receive(release.Cleanup)}
	s.find(b)
	s.dealWith(b)
	s.end(b)
	return s
}

func (s *cleanupStates) find(b *boxes) {
	s.ValidateRequest = b.task("Validate Request", work{
		Folder: "validaterequest", Result: "$.plan", Retry: steady(),
		Does: "Reads whether orphans are to be taken apart or only reported, and how old one must be.",
	})
	s.LookAround = b.task("Look Around", work{
		Folder: "lookaround", Result: "$.look", Retry: stubborn(),
		Does: "Looks at the account's distributions and policies, a part of them each time.",
	})
	s.AllSeen = b.choice("All Seen?")
	s.WaitForMore = b.wait("Wait For More", release.LookOnAfter)
	s.FindOrphans = b.task("Find Orphans", work{
		Folder: "findorphans", Result: "$.orphans", Retry: stubborn(),
		Does: "Judges what nobody owns any more and can be proven so; the reasons are in the record.",
	})
	s.AllJudged = b.choice("All Judged?")
	s.WaitForQuota = b.wait("Wait For Quota", release.LookOnAfter)
	s.AnythingToCleanUp = b.choice("Anything To Clean Up?")
}

func (s *cleanupStates) dealWith(b *boxes) {
	s.CleanUp = sfn.Map_JsonPath(b.scope, jsii.String("Clean Up"), &sfn.MapJsonPathProps{
		Comment:        jsii.String("Deals with one orphan at a time."),
		ItemsPath:      jsii.String("$.orphans.items"),
		MaxConcurrency: jsii.Number(1),
		ItemSelector: &map[string]any{
			"workflow":  release.Cleanup,
			"execution": sfn.JsonPath_ObjectAt(jsii.String("$.execution")),
			"look":      sfn.JsonPath_ObjectAt(jsii.String("$.look")),
			"outcome":   sfn.JsonPath_ObjectAt(jsii.String("$.outcome")),
			"plan":      sfn.JsonPath_ObjectAt(jsii.String("$$.Map.Item.Value.plan")),
			"orphan":    sfn.JsonPath_ObjectAt(jsii.String("$$.Map.Item.Value.orphan")),
		},
		ResultPath: place(discard),
	})
	s.AcquireLock = b.task("Acquire Lock", acquisition(steady()))
	s.apartStates = newApartStates(b)
	s.PairToKeep = b.choice("Pair To Keep?")
	s.ReleaseLock = b.task("Release Lock", liberation())
	s.NoteResult = b.task("Note Result", work{
		Folder: "noteresult", Result: "$.result", Retry: stubborn(),
		Does: "Writes down what became of the orphan.",
	})
	s.OrphanDone = b.pass("Orphan Done", "The record has the result: the document stays small.", map[string]any{
		"orphan": sfn.JsonPath_StringAt(jsii.String("$.orphan.lock")),
	})
}

func (s *cleanupStates) end(b *boxes) {
	s.Report = b.task("Report", work{
		Folder: "report", Result: "$.outcome", Retry: stubborn(),
		Does: "Closes the record: what was found, why each is an orphan, what was done and what is left.",
	})
	s.AnnounceCleanup = b.task("Announce Cleanup", announcement(release.EventCleanupEnded, "Announces what the cleanup has found and done."))
	s.WhichEnd = b.choice("Which End?")
	s.Clean = b.succeed(release.Clean, "There is no orphan.")
	s.Cleaned = b.succeed(release.Cleaned, "The orphans are gone.")
	s.OrphansFound = b.succeed(release.OrphansFound, "A dry run: the record says what would be done.")
	s.Rejected = b.fail(release.Rejected, "Refused: nothing was touched.")
	s.NeedsOperator = b.fail(release.NeedsOperator, "Orphans are left that could not be taken apart: the cause says which, and why.")
}

// toTheOrphans looks and judges, without touching anything.
func (s *cleanupStates) toTheOrphans() {
	chain(s.ReceiveRequest, s.ValidateRequest, s.LookAround, s.AllSeen)
	s.AllSeen.When(isTrue("$.look.more"), s.WaitForMore, nil).Otherwise(s.FindOrphans)
	chain(s.WaitForMore, s.LookAround)
	chain(s.FindOrphans, s.AllJudged)
	s.AllJudged.When(isTrue("$.orphans.more"), s.WaitForQuota, nil).Otherwise(s.AnythingToCleanUp)
	chain(s.WaitForQuota, s.FindOrphans)
	s.AnythingToCleanUp.When(isTrue("$.orphans.apply"), s.CleanUp, nil).Otherwise(s.Report)
	chain(s.CleanUp, s.Report)
}

// eachOrphan is one iteration: the same boxes as in Retire. It has no failing end, because that would end the Map: what
// failed is noted.
func (s *cleanupStates) eachOrphan() {
	chain(s.AcquireLock, s.FindPair)
	s.arrows(s.PairToKeep, s.ReleaseLock)
	s.PairToKeep.When(isTrue("$.parts.keepPair"), s.ReleaseLock, nil).Otherwise(s.DetachPolicy)
	chain(s.ReleaseLock, s.NoteResult, s.OrphanDone)

	rescue(s.ReleaseLock, failure, s.AcquireLock, s.FindPair)
	rescue(s.ReleaseLock, failure, s.fallible()...)
	// A lock that cannot be given back becomes stale with this execution's end.
	rescue(s.NoteResult, discard, s.ReleaseLock)
	rescue(s.OrphanDone, discard, s.NoteResult)
	s.CleanUp.ItemProcessor(s.AcquireLock, nil)
}

// toTheEnds is the common way out.
func (s *cleanupStates) toTheEnds() {
	chain(s.Report, s.AnnounceCleanup, s.WhichEnd)
	s.WhichEnd.
		When(isTrue("$.outcome.clean"), s.Clean, nil).
		When(isTrue("$.outcome.cleaned"), s.Cleaned, nil).
		When(isTrue("$.outcome.orphansFound"), s.OrphansFound, nil).
		When(isTrue("$.outcome.rejected"), s.Rejected, nil).
		Otherwise(s.NeedsOperator)
}

// sideways is where the boxes around the orphans go when they fail.
func (s *cleanupStates) sideways() {
	catch(s.ValidateRequest, s.Report, failure, fault.InvalidRequest)
	rescue(s.Report, stranded, s.ValidateRequest, s.LookAround, s.FindOrphans)
	rescue(s.AnnounceCleanup, stranded, s.Report)
	rescue(s.WhichEnd, discard, s.AnnounceCleanup)
}
