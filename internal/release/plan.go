package release

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Plan is an accepted request: what to release, how, and what counts as healthy. It has the request's JSON shape, with
// every default filled in. The plans of the other workflows have a few of the fields alone.
type Plan struct {
	// Primary is the id of the primary distribution; the staging distribution is found from its policy.
	Primary string `json:"primary"`
	// Reason is for people: it is kept in the evidence record.
	Reason string     `json:"reason,omitempty"`
	Change Change     `json:"change,omitzero"`
	Ramp   []RampStep `json:"ramp,omitempty"`
	Gates  Gates      `json:"gates,omitzero"`
	// Bake is how long the primary is watched after the promotion.
	Bake Duration `json:"bake,omitzero"`
	// DeployedWithin bounds each propagation.
	DeployedWithin Duration `json:"deployedWithin"`
	// Acknowledge names the warnings of Preflight that are accepted.
	Acknowledge []string `json:"acknowledge,omitempty"`
	// Smoke is the test before viewers are shifted; nil for none.
	Smoke *Smoke `json:"smoke,omitempty"`
	// ClearHold is true where an operator asks recover to clear the hold; no release may ask for it.
	ClearHold bool `json:"clearHold,omitempty"`
	// Staging is the id of an existing distribution that enroll is to take; empty for a copy of the primary. (enroll)
	Staging string `json:"staging,omitempty"`
	// Weight is that of a policy which enroll makes; no viewer is sent by it before a release says so. (enroll)
	Weight float64 `json:"weight,omitempty"`
	// Minutes is how long the door stays open at most. (maintenance)
	Minutes int `json:"minutes,omitempty"`
	// Apply is true where cleanup is to take apart what it finds, MinimumAge how old that must be; no release may ask for either.
	Apply      bool     `json:"apply,omitempty"`
	MinimumAge Duration `json:"minimumAge,omitzero"`
}

// Kinds of change.
const (
	KindOrigin  = "origin"  // repoint one origin of staging, by path or domain
	KindStaged  = "staged"  // staging was already deployed by its own stack; nothing is written to it
	KindContent = "content" // repoint one origin of staging to another side of the site in S3
	KindNone    = "none"    // staging is made equal to the primary, and nothing is promoted: what noise do the gates see?
)

// Change is what the release does to the staging distribution.
type Change struct {
	Kind string `json:"kind"`
	// Origin is the Id of the origin that is repointed. (origin, content)
	Origin string `json:"origin,omitempty"`
	// Path is the new OriginPath: empty, or with a leading and no trailing slash; nil keeps it. (origin)
	Path *string `json:"path,omitempty"`
	// Domain is the new DomainName; nil keeps it. (origin, content)
	Domain *string `json:"domain,omitempty"`
	// Bucket and Prefix are where the new build lies. (content)
	Bucket string `json:"bucket,omitempty"`
	Prefix string `json:"prefix,omitempty"`
	// Documents are the paths of objects besides the pages that each side has under the same name with its own bytes, such
	// as /robots.txt. (content)
	Documents []string `json:"documents,omitempty"`
	// Invalidate are the paths that both distributions' caches forget after the promotion; default /index.html and /. (content)
	Invalidate []string `json:"invalidate,omitempty"`
}

// RampStep sends a share of the viewers to staging and judges it.
type RampStep struct {
	// Weight is the share, above 0 and at most 0.15.
	Weight float64 `json:"weight"`
	// Observe is how many minutes are judged, after the warm-up.
	Observe Duration `json:"observe"`
	// Deadline bounds the step from its deployment on; default 3 × Observe + 10 minutes.
	Deadline Duration `json:"deadline,omitempty"`
}

// Gates are what a step must pass.
type Gates struct {
	// MinimumRequests is how many requests staging must have served in a step before it can be healthy; default 1000.
	MinimumRequests int64 `json:"minimumRequests"`
	// Tolerance is by how many percentage points an error rate of the canary may exceed the baseline's.
	Tolerance Tolerance `json:"tolerance"`
	// Alpha is the probability with which any of the release's intervals may miss the truth, at any look; default 0.01.
	Alpha float64 `json:"alpha"`
	// Latency is by how much slower the canary's origins may answer; nil where that is not judged.
	Latency *Latency `json:"latency,omitempty"`
	// Alarms are ARNs of CloudWatch alarms in us-east-1 that must not be in ALARM.
	Alarms []string `json:"alarms,omitempty"`
}

// AlphaPerGate is each gate's share of the release's alpha: it is spent evenly over the gates of every ramp step and of the
// bake (Bonferroni), so that all intervals of a release together hold with a probability of 1 − alpha.
func (p *Plan) AlphaPerGate() float64 {
	gates := 2 + len(p.Gates.Latency.Percentiles()) // 5xx and 4xx
	judgings := len(p.Ramp) + 1
	return p.Gates.alpha() / float64(gates*judgings)
}

// Confidence is that of all intervals of a release together, in percent.
func (g Gates) Confidence() float64 { return 100 * (1 - g.alpha()) }

// alpha is the default in a plan from before there was one.
func (g Gates) alpha() float64 { return cmp.Or(g.Alpha, defaultAlpha) }

// Tolerance is in percentage points; defaults 0.5 for 5xx and 1 for 4xx.
type Tolerance struct {
	Errors5xx float64 `json:"5xx"`
	Errors4xx float64 `json:"4xx"`
}

// Limits of a request.
const (
	minAlpha        = 1e-4
	maxAlpha        = 0.2
	defaultAlpha    = 0.01
	MaxWeight       = 0.15 // CloudFront API Reference, ContinuousDeploymentSingleWeightConfig
	maxRequestBytes = 32 << 10
	maxReason       = 1000
	maxSteps        = 10
	maxAlarms       = 20
	maxOriginField  = 256
)

// ParsePlan reads a request, fills in the defaults and checks every rule. The error names every field that breaks one,
// with its value and the rule.
func ParsePlan(request []byte) (Plan, error) {
	plan := Plan{
		Bake:           Duration(15 * time.Minute),
		DeployedWithin: Duration(time.Hour),
		Gates:          Gates{MinimumRequests: 1000, Tolerance: Tolerance{Errors5xx: 0.5, Errors4xx: 1}, Alpha: defaultAlpha},
	}
	if len(request) > maxRequestBytes {
		return Plan{}, fmt.Errorf("the request has %d bytes: at most %d are accepted", len(request), maxRequestBytes)
	}
	if err := decodeStrictly(request, &plan); err != nil {
		return Plan{}, err
	}
	plan.fillIn()
	var r refusals
	plan.check(&r)
	if len(r) == 0 {
		plan.checkLength(&r)
	}
	if len(r) > 0 {
		return Plan{}, errors.New(strings.Join(r, "; "))
	}
	return plan, nil
}

// explain is a decoding error without the names of our types.
func explain(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := wrong.Field
		if field == "" {
			return "it is a JSON " + wrong.Value + ": it must be an object"
		}
		return fmt.Sprintf("%s: a JSON %s is not what is expected here", field, wrong.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func (p *Plan) fillIn() {
	p.Change.fillInContent()
	p.fillInSmoke()
	if p.Ramp == nil {
		p.Ramp = []RampStep{
			{Weight: 0.05, Observe: Duration(10 * time.Minute)},
			{Weight: MaxWeight, Observe: Duration(15 * time.Minute)},
		}
	}
	for i := range p.Ramp {
		if s := &p.Ramp[i]; s.Deadline == 0 {
			s.Deadline = 3*s.Observe + Duration(10*time.Minute)
		}
	}
}

// refusals collects every broken rule, so that a request is corrected once and not field by field.
type refusals []string

func (r *refusals) add(field string, value any, rule string) {
	*r = append(*r, fmt.Sprintf("%s %v: %s", field, value, rule))
}

var (
	distributionID = regexp.MustCompile(`^E[A-Z0-9]{5,31}$`)
	alarmARN       = regexp.MustCompile(`^arn:aws[a-z-]*:cloudwatch:us-east-1:[0-9]{12}:alarm:[^\x00-\x1f]{1,255}$`)
)

func (p *Plan) check(r *refusals) {
	checkPrimary(r, p.Primary)
	checkReason(r, p.Reason)
	if p.Apply || p.MinimumAge != 0 {
		r.add("apply and minimumAge", p.Apply, "are for the cleanup workflow")
	}
	if p.ClearHold {
		r.add("clearHold", true, "is for the recover workflow: a release never clears a hold")
	}
	p.checkOtherWorkflows(r)
	p.Change.check(r)
	p.checkSmoke(r)
	p.checkRamp(r)
	p.Gates.check(r)
	// A shorter bake would end before it has enough minutes to judge: the first one is visible after warm-up and delay.
	checkDuration(r, "bake", p.Bake, 10*time.Minute, 24*time.Hour)
	checkDuration(r, "deployedWithin", p.DeployedWithin, 5*time.Minute, 6*time.Hour)
	checkAcknowledged(r, p.Acknowledge, Acknowledgeable())
}

func checkPrimary(r *refusals, id string) {
	if !distributionID.MatchString(id) {
		r.add("primary", quote(id), "must be the id of the primary distribution, such as E2QWRUHAPOMQZL")
	}
}

func checkReason(r *refusals, reason string) {
	if len(reason) > maxReason {
		r.add("reason", fmt.Sprintf("of %d bytes", len(reason)), fmt.Sprintf("must have at most %d", maxReason))
	}
}

func (c Change) check(r *refusals) {
	if c.Kind != KindContent {
		c.refuseContentFields(r)
	}
	switch c.Kind {
	case KindStaged, KindNone:
		if c.Origin != "" || c.Path != nil || c.Domain != nil {
			why := map[string]string{KindStaged: "staging is released as it is", KindNone: "staging is made equal to the primary"}[c.Kind]
			r.add("change", fmt.Sprintf("of kind %q", c.Kind), "takes no origin, path or domain: "+why)
		}
		return
	case KindOrigin, KindContent:
	default:
		r.add("change.kind", quote(c.Kind), `must be "origin", "staged", "content" or "none"`)
		return
	}
	if c.Origin == "" || len(c.Origin) > maxOriginField {
		r.add("change.origin", quote(c.Origin), "must be the Id of an origin of the staging distribution")
	}
	if c.Kind == KindContent {
		c.checkContent(r)
		return
	}
	if c.Path == nil && c.Domain == nil {
		r.add("change", `of kind "origin"`, "needs a path or a domain to repoint the origin to")
	}
	if p := c.Path; p != nil && *p != "" && !validPath(*p) {
		r.add("change.path", quote(*p), "must be empty, or begin with / and not end with /")
	}
	if d := c.Domain; d != nil && !validDomain(*d) {
		r.add("change.domain", quote(*d), "must be a domain name, without scheme or path")
	}
}

// validPath follows the API's rule for OriginPath: a leading slash, no trailing one, at most 255 characters.
func validPath(p string) bool {
	return strings.HasPrefix(p, "/") && !strings.HasSuffix(p, "/") && len(p) <= 255 && printable(p)
}

func validDomain(d string) bool {
	return strings.Contains(d, ".") && len(d) <= 253 && printable(d) && !strings.ContainsAny(d, "/:?#@ ")
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < '!' || c > '~' })
}

func (p *Plan) checkRamp(r *refusals) {
	if len(p.Ramp) == 0 || len(p.Ramp) > maxSteps {
		r.add("ramp", fmt.Sprintf("of %d steps", len(p.Ramp)), fmt.Sprintf("must have 1 to %d", maxSteps))
	}
	for i, s := range p.Ramp {
		field := fmt.Sprintf("ramp[%d].", i)
		if !(s.Weight > 0 && s.Weight <= MaxWeight) {
			r.add(field+"weight", s.Weight, "must be above 0 and at most 0.15, the most that CloudFront sends to staging")
		}
		if i > 0 && s.Weight <= p.Ramp[i-1].Weight {
			r.add(field+"weight", s.Weight, fmt.Sprintf("must be above the step before, which has %v", p.Ramp[i-1].Weight))
		}
		checkDuration(r, field+"observe", s.Observe, time.Minute, 24*time.Hour)
		if need := s.Observe + Duration(WarmUp+MetricDelay); s.Deadline < need {
			r.add(field+"deadline", quote(s.Deadline.String()),
				fmt.Sprintf("must be at least %s: observe, %s of warm-up and %s of metric delay", need, Duration(WarmUp), Duration(MetricDelay)))
		}
	}
}

func (g Gates) check(r *refusals) {
	if g.MinimumRequests < 1 || g.MinimumRequests > 1e12 {
		r.add("gates.minimumRequests", g.MinimumRequests, "must be from 1 to 1000000000000: without requests there is no evidence")
	}
	checkTolerance(r, "gates.tolerance.5xx", g.Tolerance.Errors5xx)
	checkTolerance(r, "gates.tolerance.4xx", g.Tolerance.Errors4xx)
	g.Latency.check(r)
	if !(g.Alpha >= minAlpha && g.Alpha <= maxAlpha) {
		r.add("gates.alpha", g.Alpha, fmt.Sprintf("must be a probability from %v to %v", minAlpha, maxAlpha))
	}
	if len(g.Alarms) > maxAlarms {
		r.add("gates.alarms", fmt.Sprintf("of %d", len(g.Alarms)), fmt.Sprintf("must have at most %d", maxAlarms))
	}
	for i, arn := range g.Alarms {
		if !alarmARN.MatchString(arn) {
			r.add(fmt.Sprintf("gates.alarms[%d]", i), quote(arn),
				"must be the ARN of a CloudWatch alarm in us-east-1, where CloudFront's metrics are")
		}
	}
}

func checkTolerance(r *refusals, field string, points float64) {
	if !(points > 0 && points <= 100) {
		r.add(field, points, "must be percentage points above 0 and at most 100")
	}
}

func checkDuration(r *refusals, field string, d Duration, least, most time.Duration) {
	if d.Std() < least || d.Std() > most {
		r.add(field, quote(d.String()), fmt.Sprintf("must be from %s to %s", Duration(least), Duration(most)))
	}
}

func quote(s string) string {
	const most = 100
	if len(s) > most {
		s = s[:most] + "…"
	}
	return fmt.Sprintf("%q", s)
}

// AlarmName is the name in an alarm's ARN: DescribeAlarms takes names.
func AlarmName(arn string) string {
	_, name, _ := strings.Cut(arn, ":alarm:")
	return name
}
