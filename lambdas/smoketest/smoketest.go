// Package smoketest looks at staging through the primary's domain, before any viewer gets it.
//
// The policy lets one secret header value through to staging. A page from there is the new one to the byte: a status of 200
// says nothing where a single-page fallback answers to everything. As long as the page from before comes back, CloudFront is
// merely not routing yet.
package smoketest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"cloudfront-cd/internal/content"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/release"
)

type cloudFront interface {
	live.ConfigReader
	live.PolicyReader
}

// Handler has everything the step needs.
type Handler struct {
	CloudFront cloudFront
	Objects    content.Getter
	// Web sends a request to the site, and follows no redirect.
	Web func(*http.Request) (*http.Response, error)
	Now func() time.Time
}

// mostFindings are enough to see what is wrong; the document stays small.
const mostFindings = 10

// lookFor is how long one look goes on; the paths that are left are the next one's.
const lookFor = 25 * time.Second

// Handle only reads, so it may be retried at any time.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.SmokeTest, error) {
	doc := in.Document
	now := h.Now()
	l := look{Handler: h, doc: doc, part: release.SmokeTest{Since: now, Deadline: now.Add(release.SmokeWithin)}}
	if before := doc.Smoke; before != nil && before.Again {
		l.part.Since, l.part.Deadline, l.part.Next, l.part.Looks = before.Since, before.Deadline, before.Next, before.Looks
	}
	l.part.At, l.part.Looks = now, l.part.Looks+1
	if err := l.prepare(ctx); err != nil {
		return release.SmokeTest{}, err
	}
	return l.part, l.look(ctx)
}

// look is one call.
type look struct {
	Handler

	doc    release.Document
	secret string
	sides  sides
	part   release.SmokeTest
	// proven is true once an answer was staging's beyond doubt: the two sides differ there.
	proven bool
	// waits is the first finding that may pass.
	waits finding
}

// prepare reads what the policy lets through and what there is to be seen.
func (l *look) prepare(ctx context.Context) error {
	policy, err := live.ReadPolicy(ctx, l.CloudFront, l.doc.Preflight.PolicyID)
	if err != nil {
		return err
	}
	header := live.HeaderOf(policy.ContinuousDeploymentPolicyConfig)
	if !policy.On() || !l.doc.RoutesOurHeader(header) {
		if policy.LastModified.Before(l.doc.Route.At) {
			return fault.Errorf(fault.Unavailable, "policy %s is shown as before Route Header: look again", policy.ID)
		}
		return fault.Errorf(fault.ConfigChanged, "policy %s was changed by someone else: it does not let this release's header through", policy.ID)
	}
	l.secret = header.Value
	staging, err := live.ReadConfig(ctx, l.CloudFront, l.doc.Preflight.Staging.ID)
	if err != nil {
		return err
	}
	if staging.Fingerprint != l.doc.Staging.Fingerprint {
		return fault.Errorf(fault.ConfigChanged, "staging distribution %s was changed by someone else since Change Staging", l.doc.Preflight.Staging.ID)
	}
	primary, err := live.ReadConfig(ctx, l.CloudFront, l.doc.Preflight.Primary.ID)
	if err != nil {
		return err
	}
	l.sides = sides{getter: l.Objects, new: staging.DistributionConfig, old: primary.DistributionConfig}
	return nil
}

// look goes over the paths from where the look before stopped. A path that may yet come right is looked at again, with those
// behind it; one that is wrong ends the test when the others were looked at.
func (l *look) look(ctx context.Context) error {
	paths, err := l.paths(ctx)
	if err != nil {
		return err
	}
	l.part.Paths = len(paths)
	for i := l.part.Next; i < len(paths); i++ {
		f, err := l.see(ctx, paths[i])
		if err != nil {
			return err
		}
		l.note(f, i)
		if l.over(f, i) {
			break
		}
		if l.late() && i+1 < len(paths) {
			l.wait(finding{name: release.SmokeTimeout, fact: fmt.Sprintf("%d of %d paths were looked at", i+1, len(paths))}, i+1)
			break
		}
	}
	l.conclude(l.waits)
	return nil
}

// note keeps what is wrong with a path, and the first that may yet come right.
func (l *look) note(f finding, path int) {
	switch {
	case f.name == "":
	case f.passes:
		l.wait(f, path)
	default:
		l.part.Findings = append(l.part.Findings, f.finding())
	}
}

func (l *look) wait(f finding, path int) {
	if l.waits.name == "" {
		l.waits, l.part.Next = f, path
	}
}

// over is when more paths say no more: as long as the first page is not routed, and when enough is wrong.
func (l *look) over(f finding, path int) bool {
	return path == 0 && f.name != "" && f.passes || len(l.part.Findings) == mostFindings
}

func (l *look) late() bool { return l.Now().Sub(l.part.At) >= lookFor }

func (l *look) conclude(waits finding) {
	switch {
	case len(l.part.Findings) > 0:
		l.part.Note = "staging is not what was to be released"
	case waits.name == "":
		l.part.Passed = true
		l.part.Note = fmt.Sprintf("%d paths came from staging as they are to be", l.part.Paths)
		if !l.proven {
			l.part.Note = fmt.Sprintf("%d paths are as they are to be; none tells staging from the primary", l.part.Paths)
		}
	case l.part.At.Before(l.part.Deadline):
		l.part.Again, l.part.Note = true, waits.fact
	default:
		l.part.Findings = append(l.part.Findings, waits.finding())
		l.part.Note = fmt.Sprintf("it did not pass within %s", release.Duration(release.SmokeWithin))
	}
}
