package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// pairing is a request of enroll, of maintenance or of retire, and the commands of these names.
type pairing struct {
	workflow string

	Primary     string   `json:"primary"`
	Staging     string   `json:"staging,omitempty"`
	Weight      float64  `json:"weight,omitempty"`
	Minutes     int      `json:"minutes,omitempty"`
	Reason      string   `json:"reason,omitempty"`
	Acknowledge []string `json:"acknowledge,omitempty"`
}

func parseEnroll(args []string, env environment) (action, error) {
	p := pairing{workflow: release.Enroll}
	var acknowledge string
	flags := flag.NewFlagSet(p.workflow, flag.ContinueOnError)
	flags.StringVar(&p.Primary, "primary", "", "the `ID` of the primary distribution")
	flags.StringVar(&p.Staging, "staging", "", "take the distribution `ID` as its staging distribution, instead of a copy")
	flags.Float64Var(&p.Weight, "weight", 0, "the `WEIGHT` of the policy, at most 0.15; default 0.05. It is off all the same")
	flags.StringVar(&p.Reason, "reason", "by an operator", "a `TEXT` for people, kept in the evidence")
	flags.StringVar(&acknowledge, "acknowledge", "", "accept the findings of these `NAMES`, with commas between them")
	if err := parseFlags(flags, args, env); err != nil {
		return nil, err
	}
	if acknowledge != "" {
		p.Acknowledge = strings.Split(acknowledge, ",")
	}
	return p.checked(release.ParseEnrollment)
}

func parseMaintenance(args []string, env environment) (action, error) {
	p := pairing{workflow: release.Maintenance}
	flags := flag.NewFlagSet(p.workflow, flag.ContinueOnError)
	flags.StringVar(&p.Primary, "primary", "", "the `ID` of the primary distribution")
	flags.IntVar(&p.Minutes, "minutes", 0, "put the pair together after so many `MINUTES` at most")
	flags.StringVar(&p.Reason, "reason", "by an operator", "a `TEXT` for people, kept in the evidence")
	if err := parseFlags(flags, args, env); err != nil {
		return nil, err
	}
	return p.checked(release.ParseMaintenance)
}

// checked refuses what Validate Request would refuse.
func (p pairing) checked(parse func([]byte) (release.Plan, error)) (action, error) {
	if err := checkPrimary(p.workflow, p.Primary); err != nil {
		return nil, err
	}
	input, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	if _, err := parse(input); err != nil {
		return nil, badUsage(p.workflow, "%w", err)
	}
	return func(ctx context.Context, t *tool) (int, error) { return p.start(ctx, t, string(input)) }, nil
}

func (p pairing) start(ctx context.Context, t *tool, input string) (int, error) {
	arn, err := t.startOther(ctx, p.workflow, p.workflow+"-"+p.Primary, input)
	if err != nil {
		return exitcode.Failure, err
	}
	if p.workflow == release.Maintenance {
		t.Out.Field("Then", "once the door is open, change the primary; then: make done PRIMARY="+p.Primary)
	}
	return t.exitWith(ctx, arn)
}

// startOther starts a workflow that an older stack may not have; the name gets the time.
func (t *tool) startOther(ctx context.Context, workflow, name, input string) (arn string, err error) {
	machine := t.stack.others[workflow]
	if machine == "" {
		return "", noStack(fmt.Errorf("the stack %s has no workflow %s: it was deployed by another version", stackName, workflow))
	}
	out, err := t.Executions.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &machine, Name: aws.String(name + "-" + stamp(t.Now())), Input: &input,
	})
	if err != nil {
		return "", failed(fmt.Errorf("start %s: %w", workflow, err), nothingDone)
	}
	t.introduce(aws.ToString(out.ExecutionArn), "started "+moment(aws.ToTime(out.StartDate)))
	return aws.ToString(out.ExecutionArn), nil
}

// done is the command done: the primary has what it should have.
type done struct{ primary, by string }

func parseDone(args []string, env environment) (action, error) {
	var d done
	flags := flag.NewFlagSet("done", flag.ContinueOnError)
	flags.StringVar(&d.primary, "primary", "", "end the maintenance of the primary distribution `ID`")
	flags.StringVar(&d.by, "reason", "an operator", "a `TEXT` for people: who says so, kept in the evidence")
	if err := parseFlags(flags, args, env); err != nil {
		return nil, err
	}
	if err := checkPrimary("done", d.primary); err != nil {
		return nil, err
	}
	return d.say, nil
}

// errNobodyWaits is the answer to a done that nobody waits for.
var errNobodyWaits = errors.New("no maintenance waits for it")

// say writes done over the very door that was read, and only if the lock's holder is waiting for it.
func (d done) say(ctx context.Context, t *tool) (int, error) {
	holder, _, _, err := record.ReadLock(ctx, t.Records, t.stack.bucket, d.primary)
	if err != nil {
		return exitcode.Failure, failed(err, onlyLooked)
	}
	var door record.Door
	key := record.DoorKey(d.primary)
	etag, found, err := record.Read(ctx, t.Records, t.stack.bucket, key, &door)
	if err != nil {
		return exitcode.Failure, failed(err, onlyLooked)
	}
	if !found || door.Execution != holder.Execution {
		return exitcode.Failure, &operatorError{
			err: fmt.Errorf("%s: %w", d.primary, errNobodyWaits), viewers: onlyLooked, code: exitcode.Usage,
			next: "see what is going on with make status PRIMARY=" + d.primary,
		}
	}
	door.Done, door.By = true, d.by
	_, err = record.Write(ctx, t.Records, t.stack.bucket, key, door, record.Condition{ETag: etag})
	if fault.Code(err) == "PreconditionFailed" {
		return exitcode.Failure, &operatorError{
			err: err, viewers: onlyLooked, code: exitcode.Failure, next: "somebody else has said it in the same moment: run it again to follow",
		}
	}
	if err != nil {
		return exitcode.Failure, failed(err, onlyLooked)
	}
	t.introduce(door.Execution, "will put the pair together within a minute")
	return t.exitWith(ctx, door.Execution)
}
