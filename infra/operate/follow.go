package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

const (
	// lookEvery is the pause between two looks at a history.
	lookEvery = 5 * time.Second
	// liveColumn is where package watch begins the texts of its lines.
	liveColumn = 30
	// blindFor is how long the history may be unreadable, the SDK's own retries not counted, before the tool gives up.
	blindFor = 10 * time.Minute
)

// following is an execution that is followed.
type following struct {
	*tool
	arn     string
	printer *watch.Printer
	ending  ending

	seen    int64 // the id of the last event
	started time.Time
	over    *asl.Event       // the execution's last event
	title   string           // of the state that it is in
	doc     release.Document // as it came into that state
	blind   time.Time        // since when the history cannot be read; zero while it can
}

// Name is for the printer.
func (r *following) Name() string { return nameOf(r.arn) }

// ending is how an execution ended.
type ending struct {
	// end is the title of the final state, or the status of an execution that came to none.
	end    string
	cause  string
	record string // the key of the evidence, empty where there is none
	took   time.Duration
	events int64
}

// follow shows an execution until its end.
func (t *tool) follow(ctx context.Context, arn string) (ending, error) {
	r := &following{tool: t, arn: arn, printer: &watch.Printer{Screen: t.Out, Sparse: !t.Out.Terminal}}
	for {
		news, err := t.news(ctx, arn, r.seen)
		if err := r.bear(err); err != nil {
			return ending{}, err
		}
		for _, e := range news {
			r.take(event(e))
		}
		if r.over != nil {
			r.conclude()
			return r.ending, nil
		}
		r.live()
		if err := t.Sleep(ctx, lookEvery); err != nil {
			return ending{}, r.interrupted()
		}
	}
}

// take shows an event and keeps what the end will need.
func (r *following) take(e asl.Event) {
	r.seen = e.ID
	if r.started.IsZero() {
		r.started = e.Timestamp
	}
	r.printer.Event(r, e)
	if e.StateEntered != nil {
		r.title = e.StateEntered.Name
		var doc release.Document
		if json.Unmarshal([]byte(e.StateEntered.Input), &doc) == nil {
			r.doc = doc
		}
	}
	switch types.HistoryEventType(e.Type) {
	case types.HistoryEventTypeExecutionSucceeded, types.HistoryEventTypeExecutionFailed,
		types.HistoryEventTypeExecutionAborted, types.HistoryEventTypeExecutionTimedOut:
		r.over = &e
	case types.HistoryEventTypeExecutionRedriven:
		r.over = nil
	default:
	}
}

// bear decides whether following goes on without an answer. A history is not there in the first moment after a start
// (StartExecution promises nothing about other calls), and a release of an hour outlives an outage of minutes.
func (r *following) bear(err error) error {
	now := r.Now()
	switch {
	case err == nil:
		r.blind = time.Time{}
		return nil
	case errors.Is(err, context.Canceled):
		return r.interrupted()
	case r.blind.IsZero():
		r.blind = now
	}
	if noCredentials(err) || denied(err) || now.Sub(r.blind) >= blindFor {
		return &operatorError{err: err, viewers: goesOn, next: advice(err) + "; then: " + follower(r.arn), code: exitcode.Failure}
	}
	if r.blind.Equal(now) && r.seen > 0 {
		r.Out.Field("Blind", watch.Plainly(err.Error())+"; "+goesOn+"; looking again")
	}
	return nil
}

// interrupted is the end of the following, and of nothing else.
func (r *following) interrupted() error {
	next := "follow again: " + follower(r.arn)
	if r.doc.Workflow == release.Release && r.doc.Plan != nil {
		next += " — to stop it: make stop PRIMARY=" + r.doc.Plan.Primary
	}
	return &operatorError{
		err: errors.New("following was stopped, " + r.Name() + " was not"), viewers: goesOn, next: next, code: exitcode.Failure,
	}
}

// live shows a terminal that the tool is alive, in a line that the next one replaces. A propagation has such a line itself.
func (r *following) live() {
	if r.title == "" || strings.HasPrefix(r.title, "Wait For ") && r.title != "Wait For Viewers" && r.title != "Wait For Lambdas" {
		return
	}
	now := r.Now()
	r.Out.Draw(now.UTC().Format(time.TimeOnly)+" "+r.title, liveColumn,
		now.Sub(r.started).Round(time.Second).String()+" since the start")
}

// conclude fills in the ending.
func (r *following) conclude() {
	e := r.over
	r.ending = ending{
		end: r.title, cause: r.doc.Outcome.Cause, record: r.doc.Outcome.Record,
		took: e.Timestamp.Sub(r.started), events: e.ID,
	}
	if r.title == release.NothingToRecover && r.doc.Outcome.End != r.title && r.doc.Dead != nil {
		r.ending.cause = r.doc.Dead.Note // it ends without Finish where nobody has died
	}
	switch {
	case e.ExecutionAborted != nil:
		r.ending.end, r.ending.cause = string(types.ExecutionStatusAborted), e.ExecutionAborted.Cause
	case e.ExecutionTimedOut != nil:
		r.ending.end = string(types.ExecutionStatusTimedOut)
	case !slices.Contains(release.Ends(), r.title):
		r.ending.end = string(types.ExecutionStatusFailed)
		if e.ExecutionFailed != nil {
			r.ending.cause = e.ExecutionFailed.Error + ": " + e.ExecutionFailed.Cause
		}
	case e.ExecutionFailed != nil:
		r.ending.cause = e.ExecutionFailed.Cause
	}
	r.show()
}

// show is the end for people.
func (r *following) show() {
	e := r.ending
	r.Out.Blank()
	r.Out.Print("", 0, fmt.Sprintf("%s: execution %s, after %s, %s", strings.ToUpper(e.end), r.Name(), watch.Short(e.took), watch.Plural(int(e.events), "history event")), styleOf(e.end))
	for i, part := range strings.Split(e.cause, release.BetweenFindings) {
		r.Out.Field([]string{"Cause", ""}[min(i, 1)], part)
	}
	if e.record != "" {
		r.Out.Field("Record", "s3://"+r.stack.bucket+"/"+e.record)
	}
	if slices.Contains(release.UnsafeStatuses(), e.end) {
		r.Out.Field("Viewers", "some may still get the staging config: no Catch has run. The stack starts recover by itself: make status")
	}
	r.Out.Field("Exit", fmt.Sprintf("%d: %s", exitcode.Of(e.end), exitcode.Meaning(e.end)))
}

// styleOf is the colour of an end.
func styleOf(end string) watch.Style {
	switch exitcode.Of(end) {
	case exitcode.OK:
		return watch.Good
	case exitcode.Rejected, exitcode.RolledBack:
		return watch.Doubt
	}
	return watch.Bad
}
