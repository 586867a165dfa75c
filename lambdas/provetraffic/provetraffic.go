// Package provetraffic proves from CloudFront's metrics that staging really receives viewers' requests, or says by name why
// it does not.
package provetraffic

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/metrics"
	"cloudfront-cd/internal/release"
)

// Handler has everything the step needs.
type Handler struct {
	CloudFront live.PolicyReader
	CloudWatch cloudwatch.GetMetricDataAPIClient
	Now        func() time.Time
}

// Handle only reads, so it may be retried at any time. A policy that no longer says what this release set is
// ConfigChanged; a lack of traffic is a verdict and no fault, because it may pass: Judge Health decides at the deadline.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Traffic, error) {
	doc := in.Document
	if err := h.checkPolicy(ctx, doc); err != nil {
		return release.Traffic{}, err
	}
	now := h.Now()
	window := proofWindow(doc.Deployed.At, now)
	series, err := metrics.Requests(ctx, h.CloudWatch, window, doc.Preflight.Primary.ID, doc.Preflight.Staging.ID)
	if err != nil {
		return unreadable(doc, window, now, err), nil // no data is no proof; the next look is a minute away
	}
	part := release.Traffic{
		Step: doc.Step.Index, At: now, From: window.From, To: window.To,
		PrimaryRequests: float64(metrics.Total(series[0])),
		StagingRequests: float64(metrics.Total(series[1])),
		LowestWeight:    lowestWeight(doc, window.From),
	}
	if total := part.PrimaryRequests + part.StagingRequests; total > 0 {
		part.Share = part.StagingRequests / total
	}
	flowed := flowedBefore(doc)
	part.Verdict = verdict(part, flowed, doc.Deployed.At)
	part.Flowing = part.Verdict == release.Flowing
	part.Flowed = flowed || part.Flowing
	part.Note = note(part, doc.Step.Weight, doc.Deployed.At)
	return part, nil
}

// unreadable is no proof for this minute. A short outage of CloudWatch costs the release nothing but time.
func unreadable(doc release.Document, window metrics.Window, now time.Time, err error) release.Traffic {
	return release.Traffic{
		Verdict: release.Unreadable, Flowed: flowedBefore(doc), Step: doc.Step.Index, LowestWeight: lowestWeight(doc, window.From),
		From: window.From, To: window.To, At: now, Note: "the requests cannot be read: " + err.Error(),
	}
}

func flowedBefore(doc release.Document) bool {
	return doc.Traffic != nil && doc.Traffic.Step == doc.Step.Index && doc.Traffic.Flowed
}

// checkPolicy refuses a policy that someone else switched off, pointed elsewhere, or gave another weight.
func (h Handler) checkPolicy(ctx context.Context, doc release.Document) error {
	id := doc.Preflight.PolicyID
	policy, err := live.ReadPolicy(ctx, h.CloudFront, id)
	if fault.Code(err) == "NoSuchContinuousDeploymentPolicy" {
		return fault.Errorf(fault.ConfigChanged, "policy-off: policy %s was deleted by someone else", id)
	}
	if err != nil {
		return err
	}
	switch {
	case !policy.On():
		return fault.Errorf(fault.ConfigChanged, "policy-off: policy %s was switched off by someone else", id)
	case policy.DNSName() != doc.Preflight.Staging.Domain:
		return fault.Errorf(fault.ConfigChanged, "policy-off: policy %s was pointed by someone else at %s instead of %s",
			id, policy.DNSName(), doc.Preflight.Staging.Domain)
	case !live.SameWeight(policy.Weight(), doc.Step.Weight):
		return fault.Errorf(fault.ConfigChanged, "policy-off: policy %s was given weight %.4g by someone else, this release had set %.4g",
			id, policy.Weight(), doc.Step.Weight)
	}
	return nil
}

// proofWindow is the newest minutes that are visible, but none before the step was deployed, or in which it was.
func proofWindow(deployed, now time.Time) metrics.Window {
	from := deployed.Add(time.Minute)
	if newest := metrics.Visible(now).Truncate(time.Minute).Add(-release.ProofMinutes * time.Minute); newest.After(from) {
		from = newest
	}
	return metrics.Between(from, metrics.Visible(now))
}

// lowestWeight is the lowest weight that sessions seen since a time may stick to: sessions last at most MaximumTTL, so a
// weight counts that was in force at any time since then less MaximumTTL; without stickiness that is the current one alone,
// because the time is after its deployment.
func lowestWeight(doc release.Document, since time.Time) float64 {
	lowest := doc.Step.Weight
	oldest := since.Add(-time.Duration(doc.Preflight.MaximumTTL) * time.Second)
	shifts := doc.Step.Shifts
	for i := range len(shifts) - 1 {
		// A weight is in force until the next is deployed. When that was is known of the latest only; of those before it
		// the time of the write has to do, which is some minutes early.
		until := shifts[i+1].At
		if i == len(shifts)-2 {
			until = doc.Deployed.At
		}
		if until.After(oldest) {
			lowest = min(lowest, shifts[i].Weight)
		}
	}
	return lowest
}

// note is the proof in one sentence with its numbers.
func note(t release.Traffic, weight float64, deployed time.Time) string {
	if !t.From.Before(t.To) {
		return fmt.Sprintf("the weight was deployed at %s and no minute since is visible yet", clock(deployed))
	}
	text := fmt.Sprintf("staging served %.0f of %.0f requests between %s and %s: %.1f %% of %.4g %% expected",
		t.StagingRequests, t.PrimaryRequests+t.StagingRequests, clock(t.From), clock(t.To), 100*t.Share, 100*weight)
	if t.LowestWeight < weight {
		text += fmt.Sprintf(" (%.4g %% as long as older sessions last)", 100*t.LowestWeight)
	}
	switch t.Verdict {
	case release.QuietSite:
		return text + "; the site has too few viewers to tell"
	case release.NotYetRouting:
		return text + "; CloudFront may take a while to route after it reports Deployed"
	case release.Override:
		return text + "; the site has viewers, so CloudFront sends them to the primary, as it does at peak"
	}
	if below(t) {
		text += "; below the weight: some points of presence may be in override, or the primary's requests include staging's"
	}
	return text
}

func clock(t time.Time) string { return t.UTC().Format("15:04 UTC") }
