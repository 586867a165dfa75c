package storm

import (
	"encoding/json"
	"fmt"
	"strings"

	"cloudfront-cd/examples"
	"cloudfront-cd/internal/release"
)

const primaryID = "E1PRIMARY"

const (
	ofContent = `{"kind": "content", "origin": "site", "bucket": "example-site", "prefix": "/releases/2026-11-23-a1b2"}`
	toGreen   = `{"kind": "origin", "origin": "site", "path": "/green"}`
	// toNext brings the site from another bucket, under the same path.
	toNext = `{"kind": "origin", "origin": "site", "domain": "` + nextDomain + `"}`
	// latencyGate wants both distributions' additional metrics.
	latencyGate = `"latency": {"p50": 20, "p95": 30}`
)

func (d *drawer) requestOf(workflow string) string {
	switch workflow {
	case release.Release:
		return d.requestOfRelease()
	case release.Maintenance:
		return fmt.Sprintf(`{"primary": %q, "minutes": %d}`, primaryID, 1+d.IntN(20))
	case release.Cleanup:
		return fmt.Sprintf(`{"apply": %t, "minimumAge": "1h"}`, d.IntN(4) > 0)
	case release.Enroll:
		return fmt.Sprintf(`{"primary": %q, "weight": 0.1}`, primaryID)
	}
	return fmt.Sprintf(`{"primary": %q}`, primaryID)
}

// good is a request that is accepted.
func (d *drawer) good(workflow string) string {
	switch workflow {
	case release.Release:
		return releaseOf(toGreen)
	case release.Cleanup:
		return `{"apply": true, "minimumAge": "1h"}`
	case release.Maintenance:
		return fmt.Sprintf(`{"primary": %q, "minutes": 2}`, primaryID)
	}
	return fmt.Sprintf(`{"primary": %q}`, primaryID)
}

func releaseOf(change string) string {
	return fmt.Sprintf(`{"primary": %q, "change": %s, "ramp": [{"weight": 0.05, "observe": "2m"}, {"weight": 0.15, "observe": "3m"}], "bake": "10m", "acknowledge": ["custom-error-responses"]}`, primaryID, change)
}

// requestOfRelease is one of any kind of change, with steps of minutes.
func (d *drawer) requestOfRelease() string {
	change := d.oneOf(
		toGreen, toGreen, toNext, ofContent, `{"kind": "staged"}`, `{"kind": "none"}`, `{"kind": "origin", "origin": "site", "path": "/blue"}`)
	ramp := d.oneOf(
		`[{"weight": 0.15, "observe": "2m"}]`, `[{"weight": 0.05, "observe": "2m"}, {"weight": 0.15, "observe": "3m"}]`, `[{"weight": 0.15, "observe": "10m"}]`)
	var gates []string
	if d.IntN(4) == 0 {
		gates = append(gates, fmt.Sprintf(`"alarms": [%q]`, alarm))
	}
	if d.IntN(16) == 0 || d.plan.Weather.AdditionalMetrics && d.IntN(3) > 0 {
		gates = append(gates, latencyGate)
		ramp = d.oneOf(ramp, `[{"weight": 0.15, "observe": "10m"}]`) // fewer minutes are refused
	}
	fields := append([]string{
		fmt.Sprintf(`"primary": %q`, primaryID), `"change": ` + change, `"ramp": ` + ramp, `"bake": "10m"`,
		fmt.Sprintf(`"gates": {%s}`, strings.Join(gates, ", ")),
	}, d.smoke(change)...)
	if d.IntN(3) == 0 {
		fields = append(fields, `"deployedWithin": "10m"`)
	}
	return "{" + strings.Join(append(fields, d.acknowledged()), ", ") + "}"
}

// smoke leaves the test out of a release that has it, or into one that does not.
func (d *drawer) smoke(change string) []string {
	switch {
	case d.IntN(5) > 0:
		return nil
	case change == ofContent:
		return []string{`"smoke": {"off": true}`}
	}
	return []string{d.oneOf(`"smoke": {"paths": ["/"]}`, `"smoke": {"paths": ["/"], "header": "aws-cf-cd-storm"}`)}
}

func (d *drawer) acknowledged() string {
	all := []string{"custom-error-responses", "staging-carries-other-changes"}
	if d.plan.Weather.Header && d.IntN(4) > 0 {
		all = append(all, release.StickinessOff)
	}
	return fmt.Sprintf(`"acknowledge": ["%s"]`, strings.Join(all, `", "`))
}

// judgesLatency reports whether a request has a latency gate.
func judgesLatency(request []byte) bool {
	var plan release.Plan
	return json.Unmarshal(request, &plan) == nil && plan.Gates.Latency != nil
}

// contentRequest is the example's.
func contentRequest() []byte { return examples.ContentRequest }
