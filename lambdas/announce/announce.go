// Package announce tells the default event bus how an execution is going.
package announce

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Source is the source of every event.
const Source = "cloudfront-cd"

type bus interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	Events bus
	Now    func() time.Time
}

// Detail is the detail of every event.
type Detail struct {
	// ID is made of execution and phase: a receiver that has seen it has seen this event.
	ID        string `json:"id"`
	Execution string `json:"execution"` // ARN
	Primary   string `json:"primary"`
	Reason    string `json:"reason,omitempty"`
	// Step counts from 1; 0 where the event is not about a ramp step.
	Step   int     `json:"step,omitempty"`
	Weight float64 `json:"weight,omitempty"`
	// Text is the verdict or the cause, for people.
	Text string `json:"text,omitempty"`
	// End is the title of the end state.
	End    string `json:"end,omitempty"`
	Record string `json:"record,omitempty"`
}

// Handle may be retried: EventBridge delivers at least once anyhow, and the id tells a repeated event.
func (h Handler) Handle(ctx context.Context, in release.Input) (struct{}, error) {
	entries, err := h.entries(in)
	if err != nil {
		return struct{}{}, err
	}
	out, err := h.Events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
	if err != nil {
		return struct{}{}, fmt.Errorf("announce %s: %w", in.Which, err)
	}
	if out.FailedEntryCount > 0 {
		return struct{}{}, fault.Errorf(fault.Unavailable, "announce %s: EventBridge took all but %d of %d events",
			in.Which, out.FailedEntryCount, len(entries))
	}
	return struct{}{}, nil
}

func (h Handler) entries(in release.Input) ([]types.PutEventsRequestEntry, error) {
	first, err := h.entry(in.Document, in.Which, detailOf(in))
	if err != nil {
		return nil, err
	}
	entries := []types.PutEventsRequestEntry{first}
	if bake := in.Document.Bake; in.Which == release.EventReleaseEnded && bake != nil && bake.Inconclusive {
		second, err := h.entry(in.Document, release.EventBakeInconclusive, Detail{Text: in.Document.Outcome.Cause})
		if err != nil {
			return nil, err
		}
		entries = append(entries, second)
	}
	return entries, nil
}

func (h Handler) entry(doc release.Document, kind string, d Detail) (types.PutEventsRequestEntry, error) {
	d.ID = doc.Execution.Name + "/" + kind
	if d.Step > 0 {
		d.ID += fmt.Sprintf("/%d", d.Step)
	}
	d.Execution = doc.Execution.ARN
	if doc.Plan != nil {
		d.Primary, d.Reason = doc.Plan.Primary, doc.Plan.Reason
	}
	text, err := json.Marshal(d)
	if err != nil {
		return types.PutEventsRequestEntry{}, fmt.Errorf("announce %s: %w", kind, err)
	}
	return types.PutEventsRequestEntry{
		Source: aws.String(Source), DetailType: &kind, Detail: aws.String(string(text)), Time: aws.Time(h.Now()),
	}, nil
}

func detailOf(in release.Input) Detail {
	doc := in.Document
	switch in.Which {
	case release.EventStepPassed:
		if doc.Step != nil && doc.Judgement != nil {
			return Detail{Step: doc.Step.Index + 1, Weight: doc.Step.Weight, Text: doc.Judgement.Verdict}
		}
	case release.EventPromoted:
		if doc.Promotion != nil {
			return Detail{Text: "confirmed by " + doc.Promotion.By}
		}
	case release.EventMaintenanceOpen:
		if doc.Plan != nil {
			return Detail{Text: fmt.Sprintf("nothing is attached to %s: change what has to be changed there, then say done; after %d minutes the pair is put together in any case",
				doc.Plan.Primary, doc.Plan.Minutes)}
		}
	case release.EventReleaseEnded, release.EventRecoverEnded, release.EventRetireEnded, release.EventCleanupEnded, release.EventEnrollEnded, release.EventMaintenanceEnded:
		return Detail{End: doc.Outcome.End, Text: doc.Outcome.Cause, Record: doc.Outcome.Record}
	}
	return Detail{}
}
