package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	cdn "github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/bootstrap"
)

// Names of the stacks.
const (
	stagingStack  = "SiteStaging"
	primaryStack  = "SitePrimary"
	pipelineStack = "SitePipeline"
)

// firstRelease is the path that the primary starts with; it must be in its bucket before anybody looks.
const firstRelease = "/releases/first"

// newStack is a stack that any deployer takes: it has no assets, so that no account has to be bootstrapped for it. It is in
// the region of the workflow, which looks there for the stack of staging.
func newStack(app awscdk.App, s settings, name, does string, protected bool) awscdk.Stack {
	env := &awscdk.Environment{Region: jsii.String(bootstrap.Region)}
	if s.Account != "" {
		env.Account = &s.Account
	}
	return awscdk.NewStack(app, &name, &awscdk.StackProps{
		Env: env, Description: &does, TerminationProtection: &protected,
		Synthesizer: awscdk.NewBootstraplessSynthesizer(nil),
	})
}

// addPrimary makes the stack of the primary. It does not own the continuous deployment policy, and refers to nothing of
// SiteStaging: the ids of both are texts in the settings.
func addPrimary(app awscdk.App, s settings) {
	stack := newStack(app, s, primaryStack, "The site as viewers get it. Releases change it; see docs/pipelines.md before you deploy it again.", true)
	domain := parameter(stack, "OriginDomain", "The domain name that the site's origin has now; empty the first time: this stack's bucket", jsii.String(""))
	path := parameter(stack, "OriginPath", "The path that the site's origin has now", jsii.String(firstRelease))
	own := awscdk.NewCfnCondition(stack, jsii.String("OwnBucket"), &awscdk.CfnConditionProps{
		Expression: awscdk.Fn_ConditionEquals(domain, ""),
	})
	control := cdn.NewCfnOriginAccessControl(stack, jsii.String("AccessControl"), &cdn.CfnOriginAccessControlProps{
		OriginAccessControlConfig: cdn.CfnOriginAccessControl_OriginAccessControlConfigProperty{
			Name: jsii.String(s.Name), OriginAccessControlOriginType: jsii.String("s3"), SigningBehavior: jsii.String("always"), SigningProtocol: jsii.String("sigv4"),
		},
	})
	newSite(stack, side{
		bucket: s.bucket(stack, primarySide), other: s.Staging,
		serves: func(ownDomain *string) content {
			return content{awscdk.Fn_ConditionIf(own.LogicalId(), ownDomain, domain).ToString(), path, control.AttrId()}
		},
		differs: func(c *cdn.CfnDistribution_DistributionConfigProperty) {
			c.ViewerCertificate = s.certificate()
			if len(s.Aliases) > 0 {
				c.Aliases = jsii.Strings(s.Aliases...)
			}
			if s.Policy != "" {
				c.ContinuousDeploymentPolicyId = &s.Policy
			}
		},
	})
}

// addStaging makes the stack of the staging distribution: the one that is deployed, and may be deleted.
func addStaging(app awscdk.App, s settings) {
	stack := newStack(app, s, stagingStack, "The staging distribution of the site. A release of kind staged brings what is deployed here to the primary.", false)
	from := content{
		parameter(stack, "OriginDomain", "The domain name that the primary's origin has now", nil),
		parameter(stack, "OriginPath", "The path that the primary's origin has now", nil),
		parameter(stack, "OriginAccessControlId", "The origin access control that the primary's origin has now", nil),
	}
	newSite(stack, side{
		bucket: s.bucket(stack, stagingSide), other: s.Primary,
		serves: func(*string) content { return from },
		differs: func(c *cdn.CfnDistribution_DistributionConfigProperty) {
			c.ViewerCertificate = s.certificate()
			c.Staging = true
		},
	})
}

func parameter(stack awscdk.Stack, name, does string, fallback *string) *string {
	props := &awscdk.CfnParameterProps{Type: jsii.String("String"), Description: &does}
	if fallback != nil {
		props.Default = *fallback
	}
	return awscdk.NewCfnParameter(stack, &name, props).ValueAsString()
}
