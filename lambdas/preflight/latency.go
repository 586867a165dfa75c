package preflight

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/judge"
	"cloudfront-cd/internal/release"
)

type monitoringReader interface {
	GetMonitoringSubscription(context.Context, *cloudfront.GetMonitoringSubscriptionInput, ...func(*cloudfront.Options)) (*cloudfront.GetMonitoringSubscriptionOutput, error)
}

// additionalMetrics is whether a distribution publishes OriginLatency.
type additionalMetrics struct {
	named

	on bool
	// disabled is true where they are off because their subscription says so: it is in the way of a new one.
	disabled bool
	refused  string // why it cannot be read
}

// readMetrics asks both sides, where a gate needs what they publish: the additional metrics "must be turned on for each
// distribution separately" (CloudFront Developer Guide, "Monitor CloudFront metrics with Amazon CloudWatch").
func (h Handler) readMetrics(ctx context.Context, f facts) ([]additionalMetrics, error) {
	if f.plan.Gates.Latency == nil {
		return nil, nil
	}
	var all []additionalMetrics
	for _, s := range f.sides() {
		m := additionalMetrics{named: s}
		got, err := h.CloudFront.GetMonitoringSubscription(ctx, &cloudfront.GetMonitoringSubscriptionInput{DistributionId: &s.id})
		switch {
		case fault.Code(err) == "NoSuchMonitoringSubscription":
		case err != nil && gaveUp(err):
			m.refused = err.Error()
		case err != nil:
			return nil, fmt.Errorf("read whether the additional metrics of %s are on: %w", s.name, err)
		default:
			m.on = enabled(got.MonitoringSubscription)
			m.disabled = !m.on
		}
		all = append(all, m)
	}
	return all, nil
}

func enabled(m *types.MonitoringSubscription) bool {
	return m != nil && m.RealtimeMetricsSubscriptionConfig != nil &&
		m.RealtimeMetricsSubscriptionConfig.RealtimeMetricsSubscriptionStatus == types.RealtimeMetricsSubscriptionStatusEnabled
}

func latencyFindings(f facts) []release.Finding {
	if f.plan.Gates.Latency == nil {
		return nil
	}
	var off, commands, unverified, why []string
	for _, m := range f.metrics {
		switch {
		case m.refused != "":
			unverified, why = append(unverified, m.name), append(why, m.refused)
		case !m.on:
			off, commands = append(off, m.name), append(commands, m.switchOn())
		}
	}
	var all []release.Finding
	if len(off) > 0 {
		all = append(all, finding(release.Block, release.AdditionalMetricsOff,
			"gates.latency judges OriginLatency, and the additional metrics, of which it is one, are off on "+strings.Join(off, " and "),
			"a minute without a datapoint is no evidence: every step would end inconclusive, and the release would be rolled back",
			"switch them on, which AWS charges for, up to eight metrics of each distribution and month: "+strings.Join(commands, "; ")+
				"; or leave gates.latency out"))
	}
	if len(unverified) > 0 {
		all = append(all, finding(release.Warn, release.CannotVerify,
			"it cannot be verified that the additional metrics are on at "+strings.Join(unverified, " and ")+": "+why[0],
			"gates.latency judges OriginLatency, which is one of them; if they are off every step ends inconclusive, and the release is rolled back",
			"let the workflow's role call cloudfront:GetMonitoringSubscription, or make sure yourself and acknowledge "+release.CannotVerify))
	}
	return append(all, latencyMinutes(f)...)
}

// switchOn is the commands that switch the metrics on.
func (m additionalMetrics) switchOn() string {
	create := "aws cloudfront create-monitoring-subscription --distribution-id " + m.id +
		" --monitoring-subscription RealtimeMetricsSubscriptionConfig={RealtimeMetricsSubscriptionStatus=Enabled}"
	if m.disabled {
		// CreateMonitoringSubscription answers MonitoringSubscriptionAlreadyExists (CloudFront API Reference).
		return "aws cloudfront delete-monitoring-subscription --distribution-id " + m.id + " && " + create
	}
	return create
}

// latencyMinutes refuses a plan with a step that cannot see minutes enough by its deadline, however different they are.
func latencyMinutes(f facts) []release.Finding {
	needed := judge.LatencyMinutes(f.plan.LatencyAlpha())
	var short, offers []string
	for i := range f.plan.Ramp {
		e := estimateOf(f, i)
		if int(e.judged()) >= needed {
			continue
		}
		short = append(short, fmt.Sprintf("step %d (deadline %s) can judge %.0f", i+1, e.step.Deadline, e.judged()))
		deadline := release.Duration(time.Duration(needed)*time.Minute + release.WarmUp + release.MetricDelay)
		offers = append(offers, fmt.Sprintf("ramp[%d].deadline of at least %q", i, deadline.String()))
	}
	if len(short) == 0 {
		return nil
	}
	return []release.Finding{finding(release.Block, release.LatencyMinutesTooFew,
		fmt.Sprintf("gates.latency cannot tell anything from fewer than %d minutes, and %s", needed, strings.Join(short, "; ")),
		fmt.Sprintf("of fewer minutes even such that do not overlap at all come about by chance more often than this plan allows (p %.2g)", f.plan.LatencyAlpha()),
		"make it "+strings.Join(offers, ", ")+"; or leave gates.latency out")}
}
