package scenario_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/logs"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/statemachine/golden"
)

// TestEachCallOfALambdaIsOneLineOfTheLog runs every scenario and looks at the line of each invocation: what was decided, or
// why it failed, and of which execution.
func TestEachCallOfALambdaIsOneLineOfTheLog(t *testing.T) {
	var out bytes.Buffer
	quiet := slog.Default()
	slog.SetDefault(slog.New(logs.Handler{Handler: slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: lambdacontext.ReplaceAttr})}))
	defer slog.SetDefault(quiet)
	for _, s := range scenario.All() {
		t.Run(s.Name, func(t *testing.T) {
			stage := build(t, s.Name, 1)
			before := stage.World.Intercept
			stage.World.Intercept = func(call asl.Call, run func() asl.Result) asl.Result {
				logged := func() asl.Result {
					out.Reset()
					result := run()
					if err := checkLines(call, result, out.String()); err != nil {
						t.Errorf("%s: %s\n%s", call.State, err, out.String())
					}
					return result
				}
				if before != nil {
					return before(call, logged)
				}
				return logged()
			}
			run(t, stage)
		})
	}
}

// checkLines demands one line, and after Finish one more for each phase.
func checkLines(call asl.Call, result asl.Result, text string) error {
	lines := slices.Collect(strings.Lines(text))
	if len(lines) == 0 {
		return errors.New("got no line")
	}
	for i, line := range lines {
		fields, err := fieldsOf(line)
		if err != nil {
			return err
		}
		wanted := "phase ended"
		switch last := i == len(lines)-1; {
		case last && result.Failure != nil && result.Failure.Error == fmt.Sprint(fields["fault"]):
			wanted = "step failed"
		case last:
			wanted = "step done"
		case call.State != "Finish":
			return fmt.Errorf("got %d lines, want one", len(lines))
		}
		if fields["message"] != wanted {
			return fmt.Errorf("got message %q, want %q", fields["message"], wanted)
		}
		if err := checkFields(call, fields); err != nil {
			return err
		}
	}
	return nil
}

func checkFields(call asl.Call, fields map[string]any) error {
	if fields["execution"] != call.Execution.Name() {
		return fmt.Errorf("got execution %v, want %s", fields["execution"], call.Execution.Name())
	}
	if workflow, _ := fields["workflow"].(string); golden.All()[workflow] == nil {
		return fmt.Errorf("got workflow %v", fields["workflow"])
	}
	// A refused request need not name a primary.
	if fields["primary"] == nil && fields["fault"] != string(fault.InvalidRequest) && !ofTheAccount(call, fields) {
		return errors.New("got no primary")
	}
	for key := range fields {
		if !regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`).MatchString(key) {
			return fmt.Errorf("got key %q, want it in snake case", key)
		}
	}
	return nil
}

// ofTheAccount are the steps of a cleanup that are about no orphan yet, or no more.
func ofTheAccount(call asl.Call, fields map[string]any) bool {
	steps := []string{"Validate Request", "Look Around", "Find Orphans", "Report", "Announce Cleanup"}
	return fields["workflow"] == release.Cleanup && slices.Contains(steps, call.State)
}

// fieldsOf reads a line, in which CloudWatch could find no field that is there twice.
func fieldsOf(line string) (map[string]any, error) {
	const most = 6000 // a Cause of 4000 and what goes with it; no config is that short
	if len(line) > most {
		return nil, fmt.Errorf("got a line of %d bytes", len(line))
	}
	fields := map[string]any{}
	decoder := json.NewDecoder(strings.NewReader(line))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if _, twice := fields[name]; !ok || twice {
			return nil, fmt.Errorf("got key %v twice", key)
		}
		var value any
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		fields[name] = value
	}
	return fields, nil
}
