package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/release"
)

// past is an execution of either workflow, as the list of the last ones has it.
type past struct {
	arn, primary string
	started      time.Time
	// end is the title of the final state, else the status.
	end     string
	took    time.Duration // until now, for one that runs
	running bool
	recover bool
}

// How many of the newest executions are looked through, and how many of them are shown.
const (
	lookedThrough = 20
	shownOfEach   = 5
)

// lastExecutions are the newest releases and the newest recover executions that were about something, of all primaries or
// of one; the newest first.
func (t *tool) lastExecutions(ctx context.Context, primary string) ([]past, error) {
	releases, err := t.newest(ctx, t.stack.releases, primary)
	if err != nil {
		return nil, err
	}
	recoveries, err := t.newest(ctx, t.stack.recoveries, primary)
	if err != nil {
		return nil, err
	}
	last := slices.Concat(releases, recoveries)
	slices.SortStableFunc(last, func(a, b past) int { return b.started.Compare(a.started) })
	return last, nil
}

// newest are the newest executions of a workflow. The schedule looks at every pair all the time, and mostly in vain: that
// is left out.
func (t *tool) newest(ctx context.Context, machine, primary string) ([]past, error) {
	list, err := t.Executions.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine, MaxResults: lookedThrough})
	if err != nil {
		return nil, fmt.Errorf("list the executions of %s: %w", nameOf(machine), err)
	}
	var newest []past
	for _, x := range list.Executions {
		p, err := t.past(ctx, x)
		if err != nil {
			return nil, err
		}
		if p.end == release.NothingToRecover || primary != "" && p.primary != primary {
			continue
		}
		if newest = append(newest, p); len(newest) == shownOfEach {
			break
		}
	}
	return newest, nil
}

func (t *tool) past(ctx context.Context, x types.ExecutionListItem) (past, error) {
	got, err := t.describe(ctx, aws.ToString(x.ExecutionArn))
	if err != nil {
		return past{}, err
	}
	p := past{
		arn: aws.ToString(x.ExecutionArn), primary: primaryIn(got.Input), started: aws.ToTime(got.StartDate), end: string(got.Status),
		running: got.StopDate == nil, recover: aws.ToString(got.StateMachineArn) == t.stack.recoveries,
	}
	stopped := t.Now()
	if got.StopDate != nil {
		stopped = *got.StopDate
	}
	p.took = stopped.Sub(p.started)
	switch {
	case slices.Contains(release.Ends(), aws.ToString(got.Error)):
		p.end = *got.Error
	case got.Status == types.ExecutionStatusSucceeded:
		p.end = successIn(got.Output)
	}
	return p, nil
}

// successIn is the end of an execution that succeeded. Recover ends without an outcome of its own where nobody has died.
func successIn(output *string) string {
	var doc release.Document
	if json.Unmarshal([]byte(aws.ToString(output)), &doc) != nil || exitcode.Of(doc.Outcome.End) != exitcode.OK {
		return release.NothingToRecover
	}
	return doc.Outcome.End
}

// recovering is the recover execution that works on a primary now, or is about to; empty if there is none.
func recovering(last []past, primary string) string {
	for _, p := range last {
		if p.running && p.recover && p.primary == primary {
			return p.arn
		}
	}
	return ""
}

// showLast lists what ended how.
func showLast(t *tool, last []past) {
	if len(last) == 0 {
		t.Out.Print("", 0, "No release has been started in the last 90 days.", watch.Plain)
		return
	}
	for _, p := range last {
		end := fmt.Sprintf("%s after %s", p.end, watch.Short(p.took))
		if p.running {
			end = "running for " + watch.Short(p.took)
		}
		t.Out.Whole(p.started.UTC().Format("2006-01-02 15:04"), len("2006-01-02 15:04  "), fmt.Sprintf("%-15s %-28s %s", p.primary, end, nameOf(p.arn)), styleOfPast(p))
	}
}

func styleOfPast(p past) watch.Style {
	if p.running {
		return watch.Plain
	}
	return styleOf(p.end)
}
