package main

import (
	"fmt"
	"slices"
	"strings"

	"cloudfront-cd/internal/release"
)

// statements are what IAM must allow a function, by its calls: one for each target.
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
	return slices.DeleteFunc(allowed, func(s statement) bool { return len(s.resources) == 0 })
}

// allow adds one need to the statement of its target.
func (p *parts) allow(allowed []statement, on target, n need) []statement {
	if n.on != "" {
		on = n.on
	}
	sid := string(on)
	if n.everywhere != "" {
		_, sid, _ = strings.Cut(n.action, ":")
	}
	i := slices.IndexFunc(allowed, func(s statement) bool { return s.sid == sid })
	if i < 0 {
		s := statement{sid: sid, resources: []string{"*"}, wide: n.everywhere}
		if n.everywhere == "" {
			s.resources, s.wide = p.resources(on)
		}
		if on == eventBus {
			// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
			s.condition = map[string]any{"StringEquals": map[string]any{"events:source": eventSource}}
		}
		i, allowed = len(allowed), append(allowed, s)
	}
	if !slices.Contains(allowed[i].actions, n.action) {
		allowed[i].actions = append(allowed[i].actions, n.action)
	}
	return allowed
}

// eventSource is the source of the events that Announce puts on the bus.
const eventSource = "cloudfront-cd"

// resources are the ARNs of a target, and for ARNs with a * the reason. A target that is not set up has none.
func (p *parts) resources(on target) (arns []string, wide string) {
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
	case locks:
		return []string{*p.records.ArnForObjects(new("locks/*"))}, "one lock for each primary"
	case holds:
		return []string{*p.records.ArnForObjects(new("holds/*"))}, "one hold for each primary"
	case evidence:
		return []string{*p.records.ArnForObjects(new("releases/*"))}, "the keys carry time and execution"
	case recordBucket:
		return []string{*p.records.BucketArn()}, ""
	case originBuckets:
		for _, name := range p.settings.originBuckets {
			arns = append(arns, "arn:"+*p.stack.Partition()+":s3:::"+name)
		}
		return arns, ""
	case executions:
		for _, workflow := range []string{release.Release, release.Recover} {
			arns = append(arns, p.arn("states", *p.stack.Region(), "execution:"+machineName(workflow)+":*"))
		}
		return arns, "executions of both workflows, which have names of their own"
	case eventBus:
		return []string{p.arn("events", *p.stack.Region(), "event-bus/default")}, ""
	case anything:
	}
	panic(fmt.Sprintf("infra/aws: a method that must be called on something is called on %q", on))
}

func (p *parts) distributions(of func(pair) []string) []string {
	var arns []string
	for _, d := range p.settings.pairs {
		for _, id := range of(d) {
			arns = append(arns, p.arn("cloudfront", "", "distribution/"+id))
		}
	}
	return arns
}

// arn is the ARN of something of this account.
func (p *parts) arn(service, region, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", *p.stack.Partition(), service, region, *p.stack.Account(), resource)
}
