package pairtest

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudfront"

	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
)

// Stage is how far a release has come.
type Stage int

// The stages, in order. Everything that was written has deployed, except that Promoted stands right behind the promotion.
const (
	Locked      Stage = iota // the plan is accepted and the lock is held
	Preflighted              // Preflight has passed and the record has the saved configs
	Staged                   // Change Staging has repointed the origin
	Shifted                  // the first of two ramp steps is in force
	Judged                   // the last step was judged healthy, traffic is proven, both ETags are noted
	Promoted                 // the promotion was confirmed by its answer
)

// Request is the request of the release in this world.
const Request = `{"primary": "` + Primary + `", "reason": "a test",
	"change": {"kind": "origin", "origin": "site", "path": "` + Green + `"},
	"ramp": [{"weight": 0.05, "observe": "10m"}, {"weight": 0.15, "observe": "15m"}], "deployedWithin": "20m"}`

func (w *World) reach(at Stage) {
	w.tb.Helper()
	for _, next := range []func(){w.lock, w.preflight, w.stage, w.shift, w.judge, w.promote}[:at+1] {
		next()
	}
}

// Settle lets every change reach the edges.
func (w *World) Settle() { w.Clock.Advance(10 * time.Minute) }

func (w *World) write(id string) release.Write {
	now := w.Clock.Now()
	return release.Write{Distribution: id, Written: true, At: now, Deadline: now.Add(w.Document.Plan.DeployedWithin.Std())}
}

func (w *World) lock() {
	plan, err := release.ParsePlan([]byte(Request))
	w.Must(err)
	now := w.Clock.Now()
	w.HeldBy(record.Holder{Execution: Me, Name: "mine", StartTime: now, At: now})
	w.Document = release.Document{
		Execution: release.Execution{ARN: Me, Name: "mine", StartTime: now},
		Request:   []byte(Request), Plan: &plan, Lock: &release.Lock{Key: record.LockKey(Primary), ETag: "unused"},
		Outcome: release.Outcome{End: release.NeedsOperator, Cause: "The execution ended before it could say why.", NeedsOperator: true},
	}
}

func (w *World) preflight() {
	doc := &w.Document
	doc.Recovery = &release.Recovery{}
	primary, staging := w.Read(Primary), w.Read(Staging)
	doc.Preflight = &release.Preflight{
		Passed: true, At: w.Clock.Now(), Since: w.Clock.Now(), PolicyID: Policy, MaximumTTL: 600, RequestsPerMinute: 1000,
		Primary: release.Distribution{ID: Primary, Domain: w.domain(Primary), Fingerprint: primary.Fingerprint},
		Staging: release.Distribution{ID: Staging, Domain: w.domain(Staging), Fingerprint: staging.Fingerprint},
		Record:  record.Key(*doc.Plan, doc.Execution),
	}
	w.Store(doc.Preflight.Record, record.Evidence{
		Execution: doc.Execution, Plan: *doc.Plan, Preflight: doc.Preflight, PrimaryETag: primary.ETag, StagingETag: staging.ETag,
		Primary: primary.DistributionConfig, Staging: staging.DistributionConfig,
	})
}

func (w *World) domain(id string) string {
	config, _ := w.CloudFront.Live(id)
	return config.DomainName
}

func (w *World) stage() {
	w.Edit(Staging, Path, Green)
	w.Document.Staging = &release.Staging{
		Write: w.write(Staging), Fingerprint: w.Read(Staging).Fingerprint, Differs: true, Changes: []string{Path},
	}
	w.Settle()
	w.deployed(release.OfStaging, Staging)
}

func (w *World) deployed(what, id string) {
	w.Document.Deployed = &release.Deployed{
		What: what, Distribution: id, Deployed: true, Status: "Deployed", At: w.Clock.Now(),
	}
}

// shift sets the weight of the next ramp step.
func (w *World) shift() {
	doc := &w.Document
	step := release.Step{Write: w.write(Primary)}
	if doc.Step != nil {
		step.Index, step.Shifts = doc.Step.Index+1, doc.Step.Shifts
	}
	step.Weight, step.Last = doc.Plan.Ramp[step.Index].Weight, step.Index == len(doc.Plan.Ramp)-1
	step.Shifts = append(step.Shifts, release.Shift{Weight: step.Weight, At: w.Clock.Now()})
	doc.Step = &step
	w.Must(w.CloudFront.EditPolicy(Policy, func(n *cloudfront.Node) {
		n.Set("Enabled", "true")
		n.Set("TrafficConfig/SingleWeightConfig/Weight", strconv.FormatFloat(step.Weight, 'g', -1, 64))
	}))
	w.Settle()
	w.deployed(release.OfTraffic, Primary)
}

func (w *World) judge() {
	doc := &w.Document
	w.StepPassed()
	w.shift()
	w.Clock.Advance(20 * time.Minute)
	doc.Judgement = &release.Judgement{
		Verdict: "healthy", Step: 1, ReleaseHealthy: true, At: w.Clock.Now(), Passed: doc.Judgement.Passed,
	}
	doc.Pair = &release.Pair{PrimaryETag: w.Read(Primary).ETag, StagingETag: w.Read(Staging).ETag, At: w.Clock.Now()}
	doc.Traffic = &release.Traffic{Verdict: release.Flowing, Flowing: true, Flowed: true, Step: 1, At: w.Clock.Now()}
}

// StepPassed notes that the step in force was judged healthy and that there is another.
func (w *World) StepPassed() {
	step := w.Document.Step
	w.Document.Judgement = &release.Judgement{
		Verdict: "healthy", Step: step.Index, StepHealthy: true, At: w.Clock.Now(),
		Passed: []release.PassedStep{{Step: step.Index, Weight: step.Weight, At: w.Clock.Now()}},
	}
}

func (w *World) promote() {
	doc := &w.Document
	w.PromoteAside()
	doc.Promote = &release.PromoteAnswer{Write: w.write(Primary), ETag: w.Read(Primary).ETag}
	doc.Promotion = &release.Promotion{Confirmed: true, By: "answer", Write: doc.Promote.Write}
}

// PromoteAside is a promotion of the noted pair that the handler's client did not send.
func (w *World) PromoteAside() {
	w.tb.Helper()
	pair := w.Document.Pair
	_, err := w.aside.UpdateDistributionWithStagingConfig(w.tb.Context(), &cf.UpdateDistributionWithStagingConfigInput{
		Id: aws.String(Primary), StagingDistributionId: aws.String(Staging), IfMatch: aws.String(pair.PrimaryETag + ", " + pair.StagingETag),
	})
	w.Must(err)
}
