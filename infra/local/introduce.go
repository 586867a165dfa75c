package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/release"
)

// introduce says what is going to be released, how, and what of it is real.
func introduce(screen *watch.Screen, s settings, stage *scenario.Stage) {
	screen.Field("Scenario", s.scenario.Name+": "+s.story())
	introducePlan(screen, s, stage)
	staging := stage.World.Pair.StagingID
	if staging == "" {
		staging = "not there yet"
	}
	here := fmt.Sprintf("on this machine, against stand-ins for AWS: primary %s, staging %s, %d points of presence; seed %d, %s",
		stage.World.Pair.PrimaryID, staging, len(stage.World.CloudFront.POPs()), s.inputs.Seed, pace(s.speed))
	screen.Field("Here", here)
	if s.primary != "" {
		screen.Field("Yours", fmt.Sprintf("the pair's configs (%s, %s)", s.primary, s.staging))
		screen.Field("Made up", "the pair's ids and policy; the viewers; the site and the API that its origins have, in buckets whose policies let both "+
			"distributions in; alarms, which are all OK. Functions do not run. Nothing of this was looked up in an account")
	}
	screen.Blank()
}

func introducePlan(screen *watch.Screen, s settings, stage *scenario.Stage) {
	p, err := plan(stage)
	subject := "Release"
	if stage.Workflow != "" {
		subject = "Workflow"
	}
	switch {
	case err != nil:
		screen.Field(subject, "the request will be refused; see Validate Request below")
	case stage.Workflow != "":
		screen.Field(subject, stage.Workflow+" with "+stage.Request)
		screen.Field("Plan", watch.WayOf(stage.Workflow, p))
	default:
		screen.Field(subject, whatIsReleased(s, p, stage.World.Pair.StagingID))
		screen.Field("Plan", watch.Way(p))
	}
}

// story is the scenario's, which is written for the example's pair and request.
func (s settings) story() string {
	switch {
	case s.primary == "" && s.request == "":
		return s.scenario.Story
	case s.scenario.Name == "healthy":
		return "Nothing goes wrong but what your files bring along."
	}
	return s.scenario.Story + " (This was written for the example; with your files it may come out differently.)"
}

func whatIsReleased(s settings, p release.Plan, staging string) string {
	text := "what staging has and the primary has not: " + strings.Join(differences(s), ", ")
	if c := p.Change; c.Repoints() {
		text = fmt.Sprintf("origin %q of %s gets %s, on %s first", c.Origin, p.Primary, watch.Target(c), staging)
	}
	if p.Reason != "" {
		text += ". Reason: " + p.Reason
	}
	return text
}

// differences are the paths in which a given pair differs; their values may be secret.
func differences(s settings) []string {
	if s.primary == "" {
		return []string{"see Change Staging below"}
	}
	diff := distribution.Diff(s.inputs.Primary, s.inputs.Staging)
	if len(diff) == 0 {
		return []string{"nothing, they are equal"}
	}
	paths := make([]string, len(diff))
	for i, d := range diff {
		paths[i] = d.Path
	}
	const most = 10
	if more := len(paths) - most; more > 0 {
		paths = append(paths[:most], fmt.Sprintf("and %d more", more))
	}
	return paths
}

func pace(speed float64) string {
	if math.IsInf(speed, 1) {
		return "as fast as it goes"
	}
	return fmt.Sprintf("a simulated minute takes %s", time.Duration(float64(time.Minute)/speed).Round(time.Millisecond))
}
