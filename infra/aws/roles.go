package main

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// statement allows actions, one by one, on resources.
type statement struct {
	sid       string
	actions   []string
	resources []string
	condition map[string]any
	// wide says why a resource has a * in it.
	wide string
}

// wildcards is the metadata of a role in the template: why each of its statements with a * in a resource has one.
const wildcards = "WhyWildcards"

// role is for one principal and allows the statements and nothing else: CDK's own grants do not reach it, because they
// allow more than is needed. The policy is inline, so that whatever depends on the role depends on the policy as well.
func role(scope constructs.Construct, id string, principal awsiam.IPrincipal, does string, allow ...statement) awsiam.IRole {
	var statements []awsiam.PolicyStatement
	why := map[string]any{}
	for _, s := range allow {
		if strings.Contains(strings.Join(s.resources, " "), "*") {
			if s.wide == "" {
				panic(fmt.Sprintf("infra/aws: %s: statement %s allows %v without a reason", id, s.sid, s.resources))
			}
			why[s.sid] = s.wide
		}
		statements = append(statements, awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid: &s.sid, Actions: jsii.Strings(s.actions...), Resources: jsii.Strings(s.resources...), Conditions: &s.condition,
		}))
	}
	r := awsiam.NewRole(scope, &id, &awsiam.RoleProps{
		AssumedBy:   principal,
		Description: &does,
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"allowed": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		},
	})
	if len(why) > 0 {
		resource, ok := r.Node().DefaultChild().(awsiam.CfnRole)
		if !ok {
			panic("infra/aws: a role is not made of a CfnRole")
		}
		resource.AddMetadata(jsii.String(wildcards), why)
	}
	return r.WithoutPolicyUpdates(nil)
}

// service is an AWS service, as long as it acts for this account: without the condition somebody else could have it use a
// role of ours (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html; the services' own pages on it:
// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html,
// https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html,
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html).
func (p *parts) service(name string) awsiam.IPrincipal {
	return awsiam.NewServicePrincipal(&name, &awsiam.ServicePrincipalOpts{
		Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": p.account}},
	})
}

// traces lets a service send what X-Ray shows.
func traces(actions ...string) statement {
	return statement{
		sid: "Traces", actions: actions, resources: []string{"*"},
		wide: "X-Ray has no resource type for traces and sampling (list_awsx-ray.html)",
	}
}
