package main_test

import (
	"maps"
	"slices"
	"testing"

	aws "cloudfront-cd/infra/aws"
	"cloudfront-cd/internal/release"
)

// TestEveryFunctionIsMadeAlike: what a Lambda is does not depend on which it is.
func TestEveryFunctionIsMadeAlike(t *testing.T) {
	stack := stack(t)
	functions := stack.all("AWS::Lambda::Function")
	if got, want := len(functions), len(aws.Folders()); got != want {
		t.Errorf("got %d functions, want %d: CDK may have added one of its own", got, want)
	}
	for _, f := range functions {
		want := map[string]any{
			"Architectures": "arm64", "Runtime": "provided.al2023", "Handler": "bootstrap",
			"Timeout": "60", "MemorySize": "128",
			"TracingConfig": "map[Mode:Active]",
			"Role":          "${Lambda" + folderOf(f) + "Role}",
		}
		for key, value := range want {
			if got := stack.say(f.Properties[key]); got != value {
				t.Errorf("%s: %s is %s, want %s", f.id, key, got, value)
			}
		}
		logs := f.Properties["LoggingConfig"]
		for key, value := range map[string]string{"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "LogGroup": "${Lambda" + folderOf(f) + "Logs}"} {
			if got := stack.say(at(logs, key)); got != value {
				t.Errorf("%s: %s is %s, want %s", f.id, key, got, value)
			}
		}
	}
	if got, want := release.LambdaTimeout.Seconds(), 60.0; got != want {
		t.Errorf("release.LambdaTimeout is %g s, and this test says %g", got, want)
	}
}

// TestEveryLogGroupIsNamedAfterItsOwnerAndForgets what is older than the setting.
func TestEveryLogGroupIsNamedAfterItsOwnerAndForgets(t *testing.T) {
	stack := stack(t)
	want := map[string]bool{}
	for _, workflow := range release.Workflows() {
		want["/aws/vendedlogs/states/cloudfront-cd-"+workflow] = true
	}
	for _, folder := range aws.Folders() {
		want["/aws/lambda/cloudfront-cd-"+folder] = true
	}
	got := map[string]bool{}
	for _, group := range stack.all("AWS::Logs::LogGroup") {
		got[stack.say(group.Properties["LogGroupName"])] = true
		if days := stack.say(group.Properties["RetentionInDays"]); days != "90" {
			t.Errorf("%s keeps its logs for %s days", group.id, days)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}
