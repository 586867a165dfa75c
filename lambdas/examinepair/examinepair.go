// Package examinepair finds out what a dead run had done to the primary, once its policy is off everywhere.
package examinepair

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type executions interface {
	GetExecutionHistory(context.Context, *sfn.GetExecutionHistoryInput, ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront live.ConfigReader
	Executions executions
	Records    record.Reader
	Bucket     string
	Now        func() time.Time
}

// Handle only reads, so it may be retried at any time. By now the dead run's last write is minutes old: a read shows it.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Examination, error) {
	doc := in.Document
	part := release.Examination{At: h.Now()}
	lock, _, _, err := record.ReadLock(ctx, h.Records, h.Bucket, doc.Plan.Primary)
	if err != nil {
		return release.Examination{}, err
	}
	if lock.TakenOverFrom == nil {
		part.Note = "The lock was free by then: whoever held it has given it back."
		return part, nil
	}
	holder, evidence, found, err := record.EvidenceOfTheDead(ctx, h.Records, h.Bucket, doc.Plan.Primary, lock.TakenOverFrom)
	if err != nil {
		return release.Examination{}, err
	}
	if !found {
		part.Note, err = h.withoutPreflight(ctx, doc.Plan.Primary, *lock.TakenOverFrom)
		return part, err
	}
	part.Execution, part.Record = holder.Execution, record.KeyOf(doc.Plan.Primary, holder)
	dead, known, err := h.lastDocument(ctx, holder.Execution)
	if err != nil {
		return release.Examination{}, err
	}
	primary, err := live.ReadConfig(ctx, h.CloudFront, doc.Plan.Primary)
	if fault.Code(err) == "NoSuchDistribution" {
		part.Note = "The primary is gone."
		return part, nil
	}
	if err != nil {
		return release.Examination{}, err
	}
	if !known && evidence.Document != nil { // what it has recorded at its end is left
		dead, known = *evidence.Document, true
	}
	judge(&part, evidence.Preflight.Primary.Fingerprint == primary.Fingerprint, dead, known, primary.Fingerprint)
	return part, nil
}

// withoutPreflight is about a dead run that saved no config of the primary: what takes a pair apart saves its parts instead.
func (h Handler) withoutPreflight(ctx context.Context, primary string, dead record.Holder) (note string, err error) {
	var evidence record.Evidence
	if _, _, err := record.Read(ctx, h.Records, h.Bucket, record.KeyOf(primary, dead), &evidence); err != nil {
		return "", err
	}
	if evidence.Parts != nil && !evidence.Parts.KeepPair {
		return "The dead run was taking the pair apart: start retire again, it goes on from what is left.", nil
	}
	return "The dead run had not come as far as changing anything.", nil
}

// judge compares the primary's fingerprint with the saved one, which it equals where it is as before, and with the one that
// was judged, where the dead run's document is known.
func judge(part *release.Examination, asBefore bool, dead release.Document, known bool, fingerprint string) {
	promoted := dead.Promotion != nil && dead.Promotion.Confirmed && dead.Staging != nil && dead.Staging.Differs
	part.Regressed = dead.Bake != nil && dead.Bake.Regressed
	switch {
	case dead.Workflow == release.Enroll || dead.Workflow == release.Maintenance:
		// It has promoted nothing. What it knew of a dead run before it is all that is left of that.
		part.Regressed = dead.Regressed()
		part.Note = fmt.Sprintf("The dead run was of %s, which promotes nothing: start it again, it goes on from what there is of the pair.", dead.Workflow)
		if part.Regressed {
			part.Note = dead.Examination.Note
		}
	case asBefore && promoted:
		part.Restored = true
		part.Note = "The promotion was taken back: the primary has its config from before that release."
	case asBefore:
		part.Note = "The primary has its config from before that release."
	case !known:
		part.Note = "The primary has another config than before that release, and Step Functions does not know the run any more: compare it with the record."
	case dead.Staging != nil && fingerprint == dead.Staging.Fingerprint && part.Regressed:
		part.Promoted = true
		part.Note = "The primary was found worse after the promotion than before, and the promoted config was not taken back."
	case dead.Staging != nil && fingerprint == dead.Staging.Fingerprint:
		part.Promoted = true
		part.Note = "The promotion happened: the primary has the config that was judged" + watched(dead)
	case part.Regressed:
		part.Note = "The primary was found worse after the promotion than before, and someone else has changed it since: their config is live."
	default:
		part.Note = "The primary has neither its config from before that release nor the one that was judged: someone else has changed it."
	}
}

func watched(dead release.Document) string {
	if dead.Bake != nil && dead.Bake.Done {
		return ", and its bake was over."
	}
	return "; its bake was not finished, so look at its error rates."
}

// page is how many events are read at a time: a task that was retried to the end of its patience writes fewer.
const page = 200

// lastDocument is the document that a run had when it entered its last state. It is not known of a run that Step Functions
// does not know any more (it keeps a history for 90 days, https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
func (h Handler) lastDocument(ctx context.Context, execution string) (doc release.Document, known bool, err error) {
	in := &sfn.GetExecutionHistoryInput{ExecutionArn: &execution, ReverseOrder: true, MaxResults: page, IncludeExecutionData: aws.Bool(true)}
	for {
		got, err := h.Executions.GetExecutionHistory(ctx, in)
		if fault.Code(err) == "ExecutionDoesNotExist" {
			return release.Document{}, false, nil
		}
		if err != nil {
			return release.Document{}, false, fmt.Errorf("read the history of %s: %w", execution, err)
		}
		if doc, found := lastEntered(got.Events); found {
			return doc, true, nil
		}
		if in.NextToken = got.NextToken; in.NextToken == nil {
			return release.Document{}, true, nil
		}
	}
}

// lastEntered is the input of the first state-entered event. One that is no document (the execution's own input, at its
// first state) says that the run had done nothing.
func lastEntered(events []types.HistoryEvent) (release.Document, bool) {
	for _, e := range events {
		if e.StateEnteredEventDetails == nil {
			continue
		}
		var doc release.Document
		if json.Unmarshal([]byte(aws.ToString(e.StateEnteredEventDetails.Input)), &doc) != nil {
			return release.Document{}, true
		}
		return doc, true
	}
	return release.Document{}, false
}
