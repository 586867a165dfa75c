package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/release"
)

// causesRule is the name of the rule, after the prefix.
const causesRule = "needs-operator"

// mailCauses sends the cause of each execution that needs an operator, because an alarm does not say it. It listens to
// Step Functions' own event and not to ours, which comes from a Lambda: that may be what is broken. The event's page
// (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html) does not list error and cause; events that
// others have recorded from AWS have both: test_event_bridge_events_base in
// tests/aws/services/stepfunctions/v2/base/test_base.snapshot.json of github.com/localstack/localstack, and
// testdata/aws/stepfunctions/deletion_lifecycle.json of github.com/radkawar/stackd.
//
// AWS's own pages differ on whether EventBridge delivers with a role to a topic that is encrypted with KMS. That it does is
// unverified; if it does not, the alarm Undelivered says so.
//
// What the schedule has started is left out: it fails every time until somebody has acted, and the alarm stays on for as long.
func (p *parts) mailCauses() {
	rule := awsevents.NewRule(p.stack, jsii.String("Causes"), &awsevents.RuleProps{
		RuleName:    jsii.String(prefix + causesRule),
		Description: jsii.String("Sends the cause of an execution that needs an operator."),
		EventPattern: &awsevents.EventPattern{
			Source:     jsii.Strings("aws.states"),
			DetailType: jsii.Strings("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"stateMachineArn": append(p.writing(),
					p.recoverMachine.StateMachineArn(), p.retireMachine.StateMachineArn(), p.cleanupMachine.StateMachineArn()),
				"status": []string{"FAILED"},
				"error":  []string{release.NeedsOperator},
				// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
				"input": []any{map[string]any{"anything-but": map[string]any{"suffix": `"reason":"schedule"}`}}},
			},
		},
	})
	rule.AddTarget(awseventstargets.NewSnsTopic(p.notifications, &awseventstargets.SnsTopicProps{
		Message: causeMessage(),
		Role: role(p.stack, "CausesRole", p.service("events.amazonaws.com"), "Sends causes to the notifications' topic",
			statement{sid: "Publish", actions: []string{"sns:Publish"}, resources: []string{*p.notifications.TopicArn()}},
			// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
			statement{sid: "Encrypt", actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, resources: []string{*p.notifications.MasterKey().KeyArn()}}),
		DeadLetterQueue: p.undelivered,
		RetryAttempts:   jsii.Number(tryTimes),
		MaxEventAge:     awscdk.Duration_Hours(jsii.Number(tryHours)),
	}))
}

// causeMessage is a JSON object, whose values EventBridge writes as JSON. A text would read better, but EventBridge does not
// escape what it puts into one (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html), and
// causes have quotes in them; whether it delivers such a text is unverified.
func causeMessage() awsevents.RuleTargetInput {
	execution := awsevents.EventField_FromPath(jsii.String("$.detail.executionArn"))
	return awsevents.RuleTargetInput_FromObject(&map[string]*string{
		"cause":     awsevents.EventField_FromPath(jsii.String("$.detail.cause")),
		"execution": execution,
		"runbook":   jsii.String("docs/runbook.md#" + slug(release.NeedsOperator)),
		"verbatim": jsii.String("aws stepfunctions describe-execution --region " + bootstrap.Region +
			" --execution-arn " + *execution + " --query cause --output text"),
	})
}
