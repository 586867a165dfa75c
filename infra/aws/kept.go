package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// settingsFile, in the working directory, is where CDK looks for context
// (https://docs.aws.amazon.com/cdk/v2/guide/context.html). The next deployment knows what is kept there; what was given with
// -c it does not.
const settingsFile = "cdk.json"

// keptSettings are those under "context" in such a file; without a file there are none. CDK's feature flags, whose names have
// an @ or a colon, may be there and are left out: what is deployed is the template that was tested.
func keptSettings(path string) (map[string]any, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the path is a constant
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]any{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	var file struct {
		Context map[string]any `json:"context"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // an account id is not rounded
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("read the settings in %s: %w", path, err)
	}
	kept := map[string]any{}
	for name, value := range file.Context {
		if strings.ContainsAny(name, "@:") {
			continue
		}
		if !isSetting(name) {
			return nil, fmt.Errorf("%s: there is no setting %q\n\n%s", path, name, help())
		}
		switch v := value.(type) {
		case string:
			kept[name] = v
		case json.Number:
			kept[name] = v.String()
		default:
			return nil, fmt.Errorf("%s: setting %s must be a text or a number", path, name)
		}
	}
	return kept, nil
}
