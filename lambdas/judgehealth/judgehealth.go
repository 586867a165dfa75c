// Package judgehealth decides after each look whether staging has passed the ramp step.
package judgehealth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	CloudWatch cloudwatch.DescribeAlarmsAPIClient
	Now        func() time.Time
}

// Handle reads the alarms and else only thinks, so it may be retried at any time: the step is entered among the passed ones
// by its index, never twice.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Judgement, error) {
	doc := in.Document
	alarms := metrics.AlarmsNow(ctx, h.CloudWatch, doc.Plan.Gates.Alarms)
	gates := judge.Judge(metrics.Evidence(doc, doc.Preflight.Staging.ID, doc.Deployed.At, sides(), alarms))
	now, step := h.Now(), doc.Plan.Ramp[doc.Step.Index]
	part := release.Judgement{
		Verdict: string(gates.Verdict), Reasons: gates.Reasons, Step: doc.Step.Index,
		Gates: metrics.Gates(gates.Rates), JudgedMinutes: gates.Minutes, At: now, Passed: passedBefore(doc),
		Latency: latencyBefore(doc),
	}
	if gates.Verdict == judge.Healthy {
		part.HealthyAfter = healthyAfter(doc, gates.Minutes)
	}
	if gates.Verdict == judge.Unhealthy {
		part.Stop = true
		return part, nil
	}
	deadline := doc.Deployed.At.Add(step.Deadline.Std())
	lacking := lacks(doc, step, gates.Minutes)
	if !now.Before(deadline) && passedAlready(doc) {
		lacking = append(lacking, "promotion: the step had passed, but it could not be promoted since → inconclusive")
	}
	part.Reasons = append(part.Reasons, lacking...)
	if gates.Verdict == judge.Healthy && len(lacking) == 0 {
		switch latency(doc, &part, deadline) {
		case judge.Healthy:
			pass(doc, &part)
			return part, nil
		case judge.Unhealthy:
			part.Verdict, part.Stop = string(judge.Unhealthy), true
			return part, nil
		case judge.Inconclusive:
		}
	}
	part.Verdict = string(judge.Inconclusive)
	if !now.Before(deadline) {
		part.Stop = true
		part.Reasons = append(part.Reasons, fmt.Sprintf("the step's deadline of %s after its deployment has come", step.Deadline))
		return part, nil
	}
	part.Observe = true
	return part, nil
}

// pass enters the step among the passed ones and says where to go from there.
func pass(doc release.Document, part *release.Judgement) {
	part.StepHealthy = !doc.Step.Last
	part.Calibrated = doc.Step.Last && doc.Plan.Change.Kind == release.KindNone
	part.ReleaseHealthy = doc.Step.Last && !part.Calibrated
	part.Passed = append(part.Passed, release.PassedStep{
		Step: part.Step, Weight: doc.Plan.Ramp[part.Step].Weight, Reasons: part.Reasons, At: part.At,
		JudgedMinutes: part.JudgedMinutes, HealthyAfter: part.HealthyAfter, Gates: part.Gates, Observation: doc.Observation,
	})
}

// healthyAfter is when the gates were first found healthy at this step, if they have been ever since, else now.
func healthyAfter(doc release.Document, minutes int) int {
	if before := doc.Judgement; before != nil && before.Step == doc.Step.Index && before.HealthyAfter > 0 {
		return before.HealthyAfter
	}
	return minutes
}

// lacks is what the step needs beside healthy gates and does not have.
func lacks(doc release.Document, step release.RampStep, minutes int) []string {
	var lacking []string
	if time.Duration(minutes)*time.Minute < step.Observe.Std() {
		lacking = append(lacking, fmt.Sprintf("observe: %d judged minutes of %s → inconclusive", minutes, step.Observe))
	}
	switch t := doc.Traffic; {
	case t == nil || t.Step != doc.Step.Index:
		lacking = append(lacking, "traffic: not proven at this step → inconclusive")
	case !t.Flowing:
		lacking = append(lacking, fmt.Sprintf("traffic: %s: %s → inconclusive", t.Verdict, t.Note))
	}
	return lacking
}

// passedAlready reports whether the step had passed at an earlier look, so that something between its verdict and the
// promotion has sent the release back to looking: that must not go on for ever.
func passedAlready(doc release.Document) bool {
	return doc.Judgement != nil && slices.ContainsFunc(doc.Judgement.Passed, func(p release.PassedStep) bool { return p.Step == doc.Step.Index })
}

// passedBefore is the passed steps without the one that is being judged: the last step is judged again when its traffic
// stops before the promotion, and must pass again.
func passedBefore(doc release.Document) []release.PassedStep {
	if doc.Judgement == nil {
		return []release.PassedStep{}
	}
	return slices.DeleteFunc(slices.Clone(doc.Judgement.Passed), func(p release.PassedStep) bool { return p.Step >= doc.Step.Index })
}
