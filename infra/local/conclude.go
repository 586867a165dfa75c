package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	population "cloudfront-cd/internal/standin/viewers"
)

// conclude is one execution's end: its verdict, its Cause as the console shows it (but for the SDK's wrapping), and where
// the evidence is.
func conclude(screen *watch.Screen, s settings, stage *scenario.Stage, x *asl.Execution) {
	end, doc := scenario.End(x), outcome(x)
	took := watch.Short(x.StopDate().Sub(x.StartDate()))
	screen.Blank()
	screen.Print("", 0, fmt.Sprintf("%s: execution %s, after %s, %s", strings.ToUpper(end), x.Name(), took, watch.Plural(len(x.History()), "history event")), styleOf(end))
	cause := x.Cause()
	if cause == "" {
		cause = doc.Outcome.Cause
	}
	for i, part := range strings.Split(cause, release.BetweenFindings) {
		screen.Field([]string{"Cause", ""}[min(i, 1)], watch.Plainly(part))
	}
	if key, _, found := stage.World.Evidence(x); found {
		screen.Field("Record", "s3://"+world.Bucket+"/"+key)
	}
	if end == release.Rejected && x == stage.Main() {
		adviseAcknowledging(screen, s, doc)
	}
}

func styleOf(end string) watch.Style {
	switch end {
	case release.Promoted, release.Calibrated, release.NothingToRelease, release.Recovered, release.NothingToRecover,
		release.Retired, release.Clean, release.Cleaned, release.OrphansFound, release.Enrolled, release.Maintained:
		return watch.Good
	case release.Rejected, release.RolledBack:
		return watch.Doubt
	}
	return watch.Bad
}

// adviseAcknowledging shows the request that accepts what can be accepted, to a team that rehearses on its own pair.
func adviseAcknowledging(screen *watch.Screen, s settings, doc release.Document) {
	if doc.Preflight == nil || doc.Plan == nil {
		return
	}
	var acceptable, rest []string
	for _, f := range doc.Preflight.Findings {
		switch {
		case !f.Blocks():
		case slices.Contains(release.Acknowledgeable(), f.Name):
			acceptable = append(acceptable, f.Name)
		default:
			rest = append(rest, f.Name)
		}
	}
	if len(rest) > 0 {
		screen.Field("To do", "mend "+strings.Join(rest, ", ")+": Preflight says above what to do")
	}
	if len(acceptable) == 0 {
		return
	}
	request, err := acknowledging(doc.Request, acceptable)
	if err != nil {
		return // the workflow has accepted it, so it is an object
	}
	screen.Field("To do", "mend "+strings.Join(acceptable, ", ")+"; or accept by name, with this request in a file:")
	screen.Whole("", watch.FieldColumn, request, watch.Plain)
	pair := ""
	if s.primary != "" {
		pair = fmt.Sprintf(" --primary %s --staging %s", quoted(s.primary), quoted(s.staging))
	}
	screen.Field("", "and then:")
	screen.Whole("", watch.FieldColumn, "build/local demo --request FILE"+pair, watch.Plain)
}

// acknowledging is the request with further names under acknowledge; its other fields keep their values.
func acknowledging(request json.RawMessage, names []string) (string, error) {
	var fields struct {
		Primary     json.RawMessage `json:"primary"`
		Reason      json.RawMessage `json:"reason,omitempty"`
		Change      json.RawMessage `json:"change"`
		Ramp        json.RawMessage `json:"ramp,omitempty"`
		Gates       json.RawMessage `json:"gates,omitempty"`
		Bake        json.RawMessage `json:"bake,omitempty"`
		Within      json.RawMessage `json:"deployedWithin,omitempty"`
		Smoke       json.RawMessage `json:"smoke,omitempty"`
		Acknowledge []string        `json:"acknowledge"`
	}
	if err := json.Unmarshal(request, &fields); err != nil {
		return "", fmt.Errorf("read the request: %w", err)
	}
	fields.Acknowledge = append(fields.Acknowledge, names...)
	text, err := json.Marshal(fields)
	return string(text), err
}

// quoted is a file name as a shell takes it.
func quoted(name string) string {
	if !strings.ContainsAny(name, " \t\n'\"\\$`&|;<>()*?[]#~!{}") {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// viewers is what the scenario meant to the site's viewers, promoted or not.
func viewers(stage *scenario.Stage) string {
	if stage.World.Viewers == nil {
		return "none: the scenario is about nobody's site"
	}
	total := stage.World.Viewers.Total(stage.World.Pair.PrimaryID)
	p, st := total.Primary, total.Staging
	if p.Requests+st.Requests == 0 {
		return "none: it was over within a minute"
	}
	text := fmt.Sprintf("%s requests; the primary served %s", watch.Count(p.Requests+st.Requests), served(p))
	if st.Requests == 0 {
		return text + "; staging none"
	}
	return fmt.Sprintf("%s; staging, with a share of %.1f %%, served %s", text, 100*total.Share(), served(st))
}

// site is what a content release is about: whether any viewer missed a page or an asset.
func site(stage *scenario.Stage) string {
	total := stage.World.Viewers.Total(stage.World.Pair.PrimaryID)
	both := total.Primary.Plus(total.Staging)
	return fmt.Sprintf("%s pages and assets; errors %s; pages where an asset was asked for %s; %s page views in a session, of which %s strayed to the other side",
		watch.Count(both.Site), watch.Count(both.SiteErrors), watch.Count(both.Misplaced), watch.Count(total.Sessions), watch.Count(total.Strayed))
}

func served(c population.Counts) string {
	return fmt.Sprintf("%s, %s of them with a 5xx (%s)", watch.Count(c.Requests), watch.Count(c.Errors5xx), watch.Rate(c.Errors5xx, c.Requests))
}
