package release

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Smoke asks for a test before any viewer is shifted: the policy lets one header with a secret value through to staging, and a
// Lambda looks at paths of the site with it.
type Smoke struct {
	// Off leaves the test out of a content release, which has it else.
	Off bool `json:"off,omitempty"`
	// Paths are looked at with everything that pages among them refer to; default /.
	Paths []string `json:"paths,omitempty"`
	// Header is the name; CloudFront wants it to begin with aws-cf-cd-.
	Header string `json:"header,omitempty"`
}

// Route is the policy when it routes by header, as Route Header leaves it.
type Route struct {
	Write

	Header string `json:"header"`
}

// SmokeTest is what Smoke Test has seen of staging through the primary's domain.
type SmokeTest struct {
	// At most one of Passed and Again is true; when neither is, the release goes back.
	Passed bool `json:"passed"`
	Again  bool `json:"again"`
	// Next is the number of the path with which the next look begins; a look takes as many as it has time for.
	Next     int       `json:"next,omitempty"`
	Paths    int       `json:"paths"`
	Looks    int       `json:"looks"`
	Since    time.Time `json:"since"`
	Deadline time.Time `json:"deadline"`
	At       time.Time `json:"at"`
	// Note is what the last look waits for, or what was proven.
	Note     string    `json:"note"`
	Findings []Finding `json:"findings,omitempty"`
}

// Weighted is the routing by weight that was found on the policy.
type Weighted struct {
	Weight     float64 `json:"weight"`
	IdleTTL    int32   `json:"idleTtl,omitempty"`
	MaximumTTL int32   `json:"maximumTtl,omitempty"`
}

// Routing is how a policy routed before the release, to be put back, disabled, at every end; at most one is set.
type Routing struct {
	Header   *Header
	Weighted *Weighted
}

// Routing is how the policy was found to route.
func (p Preflight) Routing() Routing { return Routing{p.Header, p.Weighted} }

// SmokeWithin bounds the test: a policy takes its time from Deployed to routing.
const SmokeWithin = RoutingWithin + 5*time.Minute

const (
	defaultSmokeHeader = "aws-cf-cd-release"
	maxSmokePaths      = 50
)

// The API Reference (ContinuousDeploymentSingleHeaderConfig) asks for the prefix; the rest are characters of any header's name.
var smokeHeader = regexp.MustCompile(`^aws-cf-cd-[a-z0-9-]{1,50}$`)

// TestsSmoke reports whether there is a smoke test before viewers are shifted.
func (p *Plan) TestsSmoke() bool { return p.Smoke != nil && !p.Smoke.Off }

func (p *Plan) fillInSmoke() {
	if p.Smoke == nil && p.Change.Kind == KindContent {
		p.Smoke = &Smoke{}
	}
	if !p.TestsSmoke() {
		return
	}
	if p.Smoke.Paths == nil {
		p.Smoke.Paths = []string{"/"}
	}
	if p.Smoke.Header == "" {
		p.Smoke.Header = defaultSmokeHeader
	}
}

func (p *Plan) checkSmoke(r *refusals) {
	s := p.Smoke
	switch {
	case s == nil:
		return
	case s.Off && (s.Paths != nil || s.Header != ""):
		r.add("smoke.off", true, "leaves the test out, and takes neither paths nor a header")
		return
	case s.Off:
		return
	}
	if !smokeHeader.MatchString(s.Header) {
		r.add("smoke.header", quote(s.Header), "must be aws-cf-cd- and 1 to 50 lower-case letters, digits and hyphens")
	}
	if n := len(s.Paths); n == 0 || n > maxSmokePaths {
		r.add("smoke.paths", fmt.Sprintf("of %d", n), fmt.Sprintf("must have 1 to %d", maxSmokePaths))
	}
	for i, path := range s.Paths {
		if !urlPath(path) || strings.ContainsAny(path, "*?") {
			r.add(fmt.Sprintf("smoke.paths[%d]", i), quote(path), "must be a path beginning with /, without a query")
		}
	}
}

// smokeTakes is how long the test may take by its own deadlines.
func (p *Plan) smokeTakes() time.Duration {
	if !p.TestsSmoke() {
		return 0
	}
	return p.DeployedWithin.Std() + SmokeWithin
}

// smokeEvents is how many history events it writes.
func (p *Plan) smokeEvents() int {
	if !p.TestsSmoke() {
		return 0
	}
	return int((p.smokeTakes()/PollEvery)+2) * eventsPerPoll
}

// SmokeMark is what the secret value of this execution's header begins with. It is no secret: it tells the execution's own
// header from somebody else's.
func (d *Document) SmokeMark() string {
	sum := sha256.Sum256([]byte(d.Execution.ARN))
	const bytes = 8
	return fmt.Sprintf("%x-", sum[:bytes])
}

// smokeValue is what every value of ours looks like: an execution's mark and what was drawn.
var smokeValue = regexp.MustCompile(`^[0-9a-f]{16}-[0-9a-f]{64}$`)

// IsSmokeHeader reports whether a header on a policy is one that a smoke test has put there, of whichever execution.
func IsSmokeHeader(h Header) bool { return smokeValue.MatchString(h.Value) }

// OthersHeader reports whether a header on the policy is neither the one that Preflight found there nor ours: somebody else has
// put it there since, and at the end nobody would put it back.
func (d *Document) OthersHeader(h *Header) bool {
	return h != nil && !d.RoutesOurHeader(h) && (d.Preflight.Header == nil || *h != *d.Preflight.Header)
}

// RoutesOurHeader reports whether a header on the policy is the one that this execution has put there.
func (d *Document) RoutesOurHeader(h *Header) bool {
	return h != nil && d.Plan.TestsSmoke() && h.Name == d.Plan.Smoke.Header && strings.HasPrefix(h.Value, d.SmokeMark())
}
