package main

import (
	"fmt"
	"slices"
	"strings"

	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/bootstrap"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// eventSource is the source of every event of ours.
const eventSource = stackName

// statements allow what a function calls, and nothing else: one statement for each target.
func (p *parts) statements(f function) []statement {
	table := needs()
	var allowed []statement
	for _, c := range f.calls {
		for _, method := range c.methods {
			for _, n := range table[method] {
				allowed = p.allow(allowed, c.on, n)
			}
		}
	}
	return allowed
}

// allow adds an action to the statement of its target. A target that is not set up is allowed to nobody.
func (p *parts) allow(allowed []statement, on target, n need) []statement {
	s := p.statement(on, n)
	if len(s.resources) == 0 {
		return allowed
	}
	i := slices.IndexFunc(allowed, func(other statement) bool { return other.sid == s.sid })
	if i < 0 {
		return append(allowed, s)
	}
	if !slices.Contains(allowed[i].actions, n.action) {
		allowed[i].actions = append(allowed[i].actions, n.action)
	}
	return allowed
}

// statement allows one action.
func (p *parts) statement(on target, n need) statement {
	if n.everywhere != "" {
		_, sid, _ := strings.Cut(n.action, ":")
		return statement{sid: sid, actions: []string{n.action}, resources: []string{"*"}, wide: n.everywhere}
	}
	if n.on != "" {
		on = n.on.of(on)
	}
	s := statement{sid: string(on), actions: []string{n.action}}
	s.resources, s.wide = p.resources(on)
	if on == unkept {
		// "aws:ResourceTag/${TagKey}" is a condition key of distributions (list_amazoncloudfront.html); policies have no tags.
		s.condition = map[string]any{"Null": map[string]any{"aws:ResourceTag/" + account.KeepTag: "true"}}
	}
	if on == eventBus {
		// Nobody else's events can be forged. The key may have several values
		// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html).
		s.condition = map[string]any{"ForAllValues:StringEquals": map[string]any{"events:source": eventSource}}
	}
	return s
}

// of is the bucket that the objects are in: what is told apart there are the record bucket and the sites'.
func (bucket target) of(on target) target {
	if bucket == recordBucket && on == objects {
		return buckets
	}
	return bucket
}

// resources are the ARNs of a target, and the reason where they have a *.
func (p *parts) resources(on target) (arns []string, wide string) { //nolint:funlen // a table
	switch on {
	case primaries:
		return p.distributions(func(d pair) []string { return []string{d.primary} }), ""
	case stagings:
		return p.distributions(func(d pair) []string { return []string{d.staging} }), ""
	case distributions:
		return p.distributions(func(d pair) []string { return []string{d.primary, d.staging} }), ""
	case policies:
		return []string{p.arn("cloudfront", "", "continuous-deployment-policy/*")},
			"the policy is found at run time, from the one that is attached to the primary"
	case anyDistribution, unkept:
		return []string{p.arn("cloudfront", "", "distribution/*")}, "what nobody owns any more, and the copy that enroll makes, is found at run time, in the whole account"
	case stacks:
		return []string{p.arn("cloudformation", bootstrap.Region, "stack/*")}, "the stack of a resource is found at run time"
	case cleanups:
		return []string{*p.records.ArnForObjects(new("cleanups/*"))}, "the keys carry time and execution"
	case keepList:
		return []string{*p.records.ArnForObjects(new(record.KeepKey))}, ""
	case locks:
		return []string{*p.records.ArnForObjects(new("locks/*"))}, "one lock for each primary"
	case holds:
		return []string{*p.records.ArnForObjects(new("holds/*"))}, "one hold for each primary"
	case doors:
		return []string{*p.records.ArnForObjects(new("maintenance/*"))}, "one door for each primary"
	case evidence:
		return []string{*p.records.ArnForObjects(new("releases/*"))}, "the keys carry time and execution"
	case recordBucket:
		return []string{*p.records.BucketArn()}, ""
	case carried:
		return []string{*p.records.ArnForObjects(new("content/*"))}, "one object for each side of each site"
	case buckets:
		for _, name := range p.settings.contentBuckets {
			arns = append(arns, "arn:"+p.partition+":s3:::"+name)
		}
		return arns, ""
	case objects:
		for _, name := range p.settings.contentBuckets {
			arns = append(arns, "arn:"+p.partition+":s3:::"+name+"/*")
		}
		return arns, "every build of the site"
	case originBuckets:
		for _, name := range p.settings.originBuckets {
			arns = append(arns, "arn:"+p.partition+":s3:::"+name)
		}
		return arns, ""
	case executions:
		for _, workflow := range release.Workflows() {
			arns = append(arns, p.arn("states", bootstrap.Region, "execution:"+machineName(workflow)+":*"))
		}
		return arns, "executions of all workflows, which have names of their own"
	case eventBus:
		return []string{p.arn("events", bootstrap.Region, "event-bus/default")}, ""
	case anything:
	}
	panic(fmt.Sprintf("infra/aws: a method that must be called on something is called on %q", on))
}

func (p *parts) distributions(of func(pair) []string) []string {
	var arns []string
	for _, d := range p.settings.pairs {
		for _, id := range of(d) {
			if id == "" { // not enrolled yet
				continue
			}
			arns = append(arns, p.arn("cloudfront", "", "distribution/"+id))
		}
	}
	return arns
}

// arn is the ARN of something of this account.
func (p *parts) arn(service, region, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", p.partition, service, region, p.account, resource)
}
