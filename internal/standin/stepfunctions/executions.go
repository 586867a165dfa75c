package stepfunctions

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"cloudfront-cd/internal/asl"
)

type startRequest struct {
	StateMachineARN string  `json:"stateMachineArn"`
	Name            string  `json:"name"`
	Input           *string `json:"input"`
}

// startExecution requires a name: the one that AWS makes up would be random.
func (s *Server) startExecution(in startRequest) (any, error) {
	machine, err := s.machine(in.StateMachineARN)
	if err != nil {
		return nil, err
	}
	if in.Name == "" {
		return nil, notImplemented("StartExecution without a name")
	}
	var input json.RawMessage
	if in.Input != nil {
		input = json.RawMessage(*in.Input)
		if len(input) == 0 { // recorded: localstack, test_invalid_start_execution_input
			return nil, badRequest("InvalidExecutionInput", "Invalid State Machine Execution Input: 'Invalid execution input.'")
		}
	}
	x, err := s.engine.Start(machine, in.Name, input)
	if err != nil {
		return nil, refusal(err)
	}
	return map[string]any{"executionArn": x.ARN(), "startDate": seconds(x.StartDate())}, nil
}

type stopRequest struct {
	ExecutionARN string `json:"executionArn"`
	Error        string `json:"error"`
	Cause        string `json:"cause"`
}

// stopExecution answers with the time of the end when the execution has ended already, and changes nothing then. That is
// not documented: none of the operation's errors is for it (API reference).
func (s *Server) stopExecution(in stopRequest) (any, error) {
	x, err := s.execution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	if err := checkLength("error", in.Error, 256); err != nil {
		return nil, err
	}
	if err := checkLength("cause", in.Cause, 32_768); err != nil {
		return nil, err
	}
	x.Stop(in.Error, in.Cause)
	return map[string]any{"stopDate": seconds(x.StopDate())}, nil
}

func checkLength(member, text string, most int) error {
	if utf8.RuneCountInString(text) <= most {
		return nil
	}
	return invalid(text, member, fmt.Sprintf("Member must have length less than or equal to %d", most))
}

// invalid is how AWS words a broken constraint.
func invalid(value, member, constraint string) error {
	return badRequest("ValidationException", fmt.Sprintf(
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, member, constraint))
}

type redriveRequest struct {
	ExecutionARN string `json:"executionArn"`
	ClientToken  string `json:"clientToken"`
}

// redrive is one that succeeded.
type redrive struct {
	token string
	date  time.Time
}

// The API "will return idempotent responses for the last 10 client tokens used to successfully redrive the execution.
// These client tokens are valid for up to 15 minutes" (API reference of RedriveExecution).
const (
	rememberedTokens = 10
	tokenValidity    = 15 * time.Minute
)

// redriveExecution looks for the client token before it looks at the status, as AWS was recorded to (radkawar/stackd,
// testdata/aws/stepfunctions/redrive_execution.json).
func (s *Server) redriveExecution(in redriveRequest) (any, error) {
	x, err := s.execution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	now := s.engine.Clock.Now()
	past := s.redrives[x.ARN()]
	for _, r := range past {
		if r.token == in.ClientToken && in.ClientToken != "" && now.Sub(r.date) < tokenValidity {
			return map[string]any{"redriveDate": seconds(r.date)}, nil
		}
	}
	if err := x.Redrive(); err != nil {
		return nil, refusal(err)
	}
	past = append(slices.Clone(past), redrive{in.ClientToken, now})
	s.redrives[x.ARN()] = past[max(0, len(past)-rememberedTokens):]
	return map[string]any{"redriveDate": seconds(now)}, nil
}

type describeRequest struct {
	ExecutionARN string `json:"executionArn"`
	IncludedData string `json:"includedData"`
}

// describeExecution leaves out what an execution does not have, and all data with METADATA_ONLY.
func (s *Server) describeExecution(in describeRequest) (any, error) {
	x, err := s.execution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"", "ALL_DATA", "METADATA_ONLY"}, in.IncludedData) {
		return nil, invalid(in.IncludedData, "includedData", "Member must satisfy enum value set: [ALL_DATA, METADATA_ONLY]")
	}
	seen := s.look(x)
	out := seen.item()
	out["redriveStatus"] = "REDRIVABLE"
	if seen.notRedrivable != "" {
		out["redriveStatus"], out["redriveStatusReason"] = "NOT_REDRIVABLE", seen.notRedrivable
	}
	if in.IncludedData == "METADATA_ONLY" {
		return out, nil
	}
	included := map[string]bool{"included": true}
	out["input"], out["inputDetails"] = string(x.Input()), included
	if seen.status == asl.Succeeded {
		out["output"], out["outputDetails"] = string(x.Output()), included
	}
	for member, text := range map[string]string{"error": seen.err, "cause": seen.cause} {
		if text != "" {
			out[member] = text
		}
	}
	return out, nil
}

// look is what is visible of an execution now.
type look struct {
	*asl.Execution
	status        asl.Status
	stop          time.Time
	err, cause    string
	notRedrivable string
}

func (s *Server) look(x *asl.Execution) look {
	now := s.engine.Clock.Now()
	if !x.StopDate().IsZero() && now.Sub(x.StopDate()) < s.Lag {
		return look{Execution: x, status: asl.Running, notRedrivable: "Execution is RUNNING and cannot be redriven"}
	}
	return look{x, x.Status(), x.StopDate(), x.Error(), x.Cause(), x.NotRedrivable()}
}

// item is what a list shows of an execution.
func (l look) item() map[string]any {
	out := map[string]any{
		"executionArn":    l.ARN(),
		"stateMachineArn": l.Machine().ARN,
		"name":            l.Name(),
		"status":          string(l.status),
		"startDate":       seconds(l.StartDate()),
		"redriveCount":    l.RedriveCount(),
	}
	if !l.stop.IsZero() {
		out["stopDate"] = seconds(l.stop)
	}
	if l.RedriveCount() > 0 {
		out["redriveDate"] = seconds(l.RedriveDate())
	}
	return out
}
