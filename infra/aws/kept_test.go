package main_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	aws "cloudfront-cd/infra/aws"
)

// keep writes a cdk.json into a working directory of its own.
func keep(t *testing.T, text string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("cdk.json", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestKeptSettingsAreTaken(t *testing.T) {
	keep(t, `{"app": "elsewhere", "context": {"pairs": "E1PRIMARY:E2STAGING", "notify": "oncall@example.com", "recordRetentionDays": 30,
		"account": 111122223333, "@aws-cdk/core:newStyleStackSynthesis": true, "availability-zones:account=1": ["a"]}}`)
	got, err := aws.Context("-c", "notify=night@example.com")
	want := "map[account:111122223333 notify:night@example.com pairs:E1PRIMARY:E2STAGING recordRetentionDays:30]"
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("got  %v %v\nwant %s", got, err, want)
	}
}

func TestBadKeptSettingsAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a setting that there is not": {`{"context": {"pair": "E1PRIMARY:E2STAGING"}}`, `cdk.json: there is no setting "pair"`},
		"a list":                      {`{"context": {"pairs": ["E1PRIMARY:E2STAGING"]}}`, "cdk.json: setting pairs must be a text or a number"},
		"no JSON":                     {`{"context": `, "read the settings in cdk.json"},
	} {
		t.Run(name, func(t *testing.T) {
			keep(t, c.text)
			var out, errs bytes.Buffer
			if code := aws.Run(nil, &out, &errs); code != 2 || !strings.Contains(errs.String(), c.want) {
				t.Errorf("got exit code %d and %s\nwant it to say %s", code, &errs, c.want)
			}
		})
	}
}

// TestTheCommandMakesTheTemplateOfKeptSettings, and says so when nobody would hear of an alarm.
func TestTheCommandMakesTheTemplateOfKeptSettings(t *testing.T) {
	startNode(t)
	keep(t, `{"context": {"pairs": "E5PRIMARY:E6STAGING"}}`)
	lambdas, made := built(t, []byte("a program")), t.TempDir()
	const nobody = "Nobody is subscribed to the alarms: set notify."
	var out, errs bytes.Buffer
	if code := aws.Run([]string{"--lambdas", lambdas, "--out", made}, &out, &errs); code != 0 || !strings.Contains(out.String(), nobody) {
		t.Errorf("got exit code %d, %s%s\nwant it to say %s", code, &out, &errs, nobody)
	}
	text, err := os.ReadFile(filepath.Join(made, name+".template.json"))
	if err != nil || !bytes.Contains(text, []byte("E5PRIMARY:E6STAGING")) {
		t.Errorf("got %v and a template without the kept pairs", err)
	}
}
