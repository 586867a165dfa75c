package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/internal/asl"
)

// mostEvents is how many events Step Functions gives at a time, at most (API Reference, GetExecutionHistory).
const mostEvents = 1000

// news are an execution's events after the one that was seen last, 0 for none, in their order. Most looks find none, so
// that the id of the newest is asked for first, without its data: ids count from 1. News are read from the end backwards,
// because the token of a last page is none that later events could be asked for with. Pages may overlap when events are
// written in between.
func (t *tool) news(ctx context.Context, arn string, seen int64) ([]types.HistoryEvent, error) {
	newest, err := t.Executions.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &arn, ReverseOrder: true, IncludeExecutionData: aws.Bool(false), MaxResults: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", nameOf(arn), err)
	}
	if len(newest.Events) == 0 || newest.Events[0].Id <= seen {
		return nil, nil
	}
	pages := sfn.NewGetExecutionHistoryPaginator(t.Executions, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &arn, ReverseOrder: true, IncludeExecutionData: aws.Bool(true),
		MaxResults: int32(min(newest.Events[0].Id-seen, mostEvents)), //nolint:gosec // at most 1000
	})
	var news []types.HistoryEvent
	for reached := false; pages.HasMorePages() && !reached; {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the history of %s: %w", nameOf(arn), err)
		}
		for _, e := range page.Events {
			if e.Id > seen && (len(news) == 0 || e.Id < news[len(news)-1].Id) {
				news = append(news, e)
			}
		}
		reached = len(news) > 0 && news[len(news)-1].Id == seen+1
	}
	slices.Reverse(news)
	return news, nil
}

// event is an event as package watch shows it.
func event(e types.HistoryEvent) asl.Event {
	out := asl.Event{Timestamp: aws.ToTime(e.Timestamp).UTC(), Type: string(e.Type), ID: e.Id, PreviousEventID: e.PreviousEventId}
	switch {
	case e.StateEnteredEventDetails != nil:
		d := e.StateEnteredEventDetails
		out.StateEntered = &asl.StateEntered{Name: aws.ToString(d.Name), Input: aws.ToString(d.Input)}
	case e.StateExitedEventDetails != nil:
		d := e.StateExitedEventDetails
		out.StateExited = &asl.StateExited{Name: aws.ToString(d.Name), Output: aws.ToString(d.Output)}
	case e.LambdaFunctionSucceededEventDetails != nil:
		out.LambdaFunctionSucceeded = &asl.Output{Output: aws.ToString(e.LambdaFunctionSucceededEventDetails.Output)}
	case e.ExecutionSucceededEventDetails != nil:
		out.ExecutionSucceeded = &asl.Output{Output: aws.ToString(e.ExecutionSucceededEventDetails.Output)}
	case e.ExecutionRedrivenEventDetails != nil:
		out.ExecutionRedriven = &asl.Redriven{RedriveCount: int(aws.ToInt32(e.ExecutionRedrivenEventDetails.RedriveCount))}
	default:
		failure(e, &out)
	}
	return out
}

// failure is what is told of an event with an error and a cause. A function that cannot be scheduled or started has failed
// to whoever watches.
func failure(e types.HistoryEvent, out *asl.Event) {
	details := func(err, cause *string) *asl.ErrorDetails {
		return &asl.ErrorDetails{Error: aws.ToString(err), Cause: aws.ToString(cause)}
	}
	if d := e.LambdaFunctionFailedEventDetails; d != nil {
		out.LambdaFunctionFailed = details(d.Error, d.Cause)
	}
	if d := e.LambdaFunctionScheduleFailedEventDetails; d != nil {
		out.LambdaFunctionFailed = details(d.Error, d.Cause)
	}
	if d := e.LambdaFunctionStartFailedEventDetails; d != nil {
		out.LambdaFunctionFailed = details(d.Error, d.Cause)
	}
	if d := e.LambdaFunctionTimedOutEventDetails; d != nil {
		out.LambdaFunctionTimedOut = details(d.Error, d.Cause)
	}
	if d := e.ExecutionFailedEventDetails; d != nil {
		out.ExecutionFailed = details(d.Error, d.Cause)
	}
	if d := e.ExecutionAbortedEventDetails; d != nil {
		out.ExecutionAborted = details(d.Error, d.Cause)
	}
	if d := e.ExecutionTimedOutEventDetails; d != nil {
		out.ExecutionTimedOut = details(d.Error, d.Cause)
	}
}
