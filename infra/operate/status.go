package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/watch"
)

// status is the command status: one screen that says who has to do something.
type status struct{ primary string }

func parseStatus(args []string, env environment) (action, error) {
	var s status
	flags := flag.NewFlagSet("status", flag.ContinueOnError)
	flags.StringVar(&s.primary, "primary", "", "only the primary distribution `ID`; else every pair with a lock, a hold or a recent execution")
	if err := parseFlags(flags, args, env); err != nil {
		return nil, err
	}
	if s.primary != "" {
		if err := checkPrimary("status", s.primary); err != nil {
			return nil, err
		}
	}
	return s.status, nil
}

// onlyLooked is what a failure of status means to viewers.
const onlyLooked = "looking changes nothing for them"

func (s status) status(ctx context.Context, t *tool) (int, error) {
	last, err := t.lastExecutions(ctx, s.primary)
	if err != nil {
		return exitcode.Failure, failed(err, onlyLooked)
	}
	primaries := []string{s.primary}
	if s.primary == "" {
		if primaries, err = t.primaries(ctx, last); err != nil {
			return exitcode.Failure, failed(err, onlyLooked)
		}
	}
	code := exitcode.OK
	for _, primary := range primaries {
		p, err := t.look(ctx, primary, recovering(last, primary))
		if err != nil {
			return exitcode.Failure, failed(err, onlyLooked)
		}
		p.show(t)
		if len(p.attention) > 0 {
			code = exitcode.NeedsOperator
		}
	}
	showLast(t, last)
	return code, nil
}

// primaries are those with a lock or a hold, or that one of the executions was about.
func (t *tool) primaries(ctx context.Context, last []past) ([]string, error) {
	found := map[string]bool{}
	for _, x := range last {
		found[x.primary] = x.primary != ""
	}
	for _, prefix := range []string{"locks/", "holds/"} {
		pages := s3.NewListObjectsV2Paginator(t.Records, &s3.ListObjectsV2Input{Bucket: &t.stack.bucket, Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("list s3://%s/%s: %w", t.stack.bucket, prefix, err)
			}
			for _, object := range page.Contents {
				found[strings.TrimSuffix(strings.TrimPrefix(aws.ToString(object.Key), prefix), ".json")] = true
			}
		}
	}
	maps.DeleteFunc(found, func(_ string, known bool) bool { return !known })
	return slices.Sorted(maps.Keys(found)), nil
}

// show is a pair for people.
func (p pair) show(t *tool) {
	if len(p.attention) == 0 {
		t.Out.Print(p.primary, factColumn, "nothing to do", watch.Good)
	}
	for i, what := range p.attention {
		t.Out.Print([]string{p.primary, ""}[min(i, 1)], factColumn, what, watch.Bad)
	}
	for _, f := range p.facts {
		t.Out.Print("  "+f.name, factColumn, f.text, watch.Plain)
	}
	t.Out.Blank()
}

// factColumn is where the texts about a pair begin: the ids of distributions have 13 or 14 characters.
const factColumn = 16
