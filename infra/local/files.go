package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/distribution"
)

// read takes in the files that replace the example's.
func (s *settings) read() error {
	if (s.primary == "") != (s.staging == "") {
		return errors.New("--primary and --staging go together, because a release is about a pair: give both")
	}
	var err error
	if s.request != "" {
		if s.inputs.Request, err = os.ReadFile(s.request); err != nil {
			return fmt.Errorf("--request: %w: give a file with a release request, such as examples/request.json", err)
		}
		if err := s.checkRequest(); err != nil {
			return err
		}
	}
	if s.primary == "" {
		return nil
	}
	if s.inputs.Primary, err = readConfig("--primary", s.primary); err != nil {
		return err
	}
	if s.inputs.Staging, err = readConfig("--staging", s.staging); err != nil {
		return err
	}
	if !aws.ToBool(s.inputs.Staging.Staging) {
		return fmt.Errorf("--staging %s: its Staging member is not true, so this is not a staging distribution's config: "+
			"did you give the primary's? To rehearse one that does not exist yet, set Staging to true in a copy of the primary's", s.staging)
	}
	if s.request == "" {
		// A pair that we do not know has no origin of a known name to repoint.
		s.inputs.Request = []byte(`{"primary": "` + world.PrimaryID + `", "change": {"kind": "staged"}}`)
	}
	return nil
}

// errNotStarted marks a request with which Step Functions does not start an execution. Whatever is JSON is for the
// workflow to refuse.
var errNotStarted = errors.New("no execution starts with that (StartExecution answers InvalidExecutionInput), and nothing was touched")

func (s *settings) checkRequest() error {
	// An empty input is an empty object to StartExecution.
	if len(bytes.TrimSpace(s.inputs.Request)) == 0 {
		s.inputs.Request = []byte("{}")
	}
	var named struct {
		Primary json.RawMessage `json:"primary"`
	}
	err := json.Unmarshal(s.inputs.Request, &named)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		line := 1 + bytes.Count(s.inputs.Request[:syntax.Offset], []byte("\n"))
		return fmt.Errorf("--request %s is not JSON: line %d: %w; %w: write one like examples/request.json", s.request, line, syntax, errNotStarted)
	}
	if string(named.Primary) == `"`+world.StagingID+`"` {
		return fmt.Errorf("--request %s: %s is the staging distribution here; name the primary %s, or any other id", s.request, world.StagingID, world.PrimaryID)
	}
	return nil
}

func readConfig(name, file string) (*types.DistributionConfig, error) {
	const give = "give what aws cloudfront get-distribution-config prints"
	data, err := os.ReadFile(file) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", name, err, give)
	}
	config, _, err := distribution.ParseCLI(data)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", name, file, err, give)
	}
	return config, nil
}

// checkOutputs finds out before the run what would spoil its end.
func (s *settings) checkOutputs() error {
	for _, output := range [][2]string{{"--history", s.history}, {"--record", s.record}} {
		name, file := output[0], output[1]
		if file == "" {
			continue
		}
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			return fmt.Errorf("%s %s is a directory: name a file in it", name, file)
		}
		if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
			return fmt.Errorf("%s %s: there is no directory %s: make it first", name, file, filepath.Dir(file))
		}
	}
	if s.history != "" && filepath.Clean(s.history) == filepath.Clean(s.record) {
		return fmt.Errorf("--history and --record both name %s: each needs a file of its own", s.history)
	}
	return nil
}

// keep writes the files that were asked for and says which.
func (s *settings) keep(stage *scenario.Stage) (kept []string, err error) {
	x := stage.LastRelease()
	if s.history != "" {
		var data bytes.Buffer
		encoder := json.NewEncoder(&data)
		encoder.SetEscapeHTML(false) // nor does the CLI
		encoder.SetIndent("", "    ")
		if err := encoder.Encode(asl.History{Events: x.History()}); err != nil {
			return nil, fmt.Errorf("--history: %w", err)
		}
		if err := os.WriteFile(s.history, data.Bytes(), 0o600); err != nil { //nolint:gosec // the file that the user named
			return nil, fmt.Errorf("--history: %w", err)
		}
		kept = append(kept, "the history in "+s.history)
	}
	if s.record == "" {
		return kept, nil
	}
	_, data, found := stage.World.Evidence(x)
	if !found {
		return append(kept, "no record in "+s.record+": a request that is refused as such leaves none"), nil
	}
	if err := os.WriteFile(s.record, data, 0o600); err != nil { //nolint:gosec // the file that the user named
		return kept, fmt.Errorf("--record: %w", err)
	}
	return append(kept, "the record in "+s.record), nil
}
