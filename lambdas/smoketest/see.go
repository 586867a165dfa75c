package smoketest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"cloudfront-cd/internal/content"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/release"
)

// answerWithin is how long one answer may take.
const answerWithin = 10 * time.Second

// finding is what is wrong with a path; one that passes may come right by itself.
type finding struct {
	name, fact string
	passes     bool
}

func (f finding) finding() release.Finding {
	why, do := "viewers would see it", "look at it as the test did: route a header of your own to staging by the policy, and ask for the path with curl"
	switch f.name {
	case release.SmokeFallbackPage:
		why = "a browser that asks for a script and gets a page runs nothing, and no error rate shows it: the status is 200"
		do = "see whether CloudFront may read the object: the bucket policy, and a KMS key's, have to let in the staging distribution"
	case release.SmokeWrongBytes:
		do = "see whether a function changes it, or somebody has uploaded since; a page of an earlier release in staging's cache is invalidated on the staging distribution"
	case release.SmokeNotRouting:
		why = "either the policy does not route yet, or staging's cache still has the page from before"
		do = "start again; if it stays so, invalidate the page on the staging distribution, and look whether its Cache-Control lets it be kept"
	case release.SmokeRedirected:
		why, do = "the test follows no redirect, which might lead to another site", "name the path in smoke.paths to which it leads"
	case release.SmokePathMissing:
		why, do = "there is nothing to compare with", "correct smoke.paths"
	}
	const most = 500
	return release.Finding{Level: release.Block, Name: f.name, Fact: distribution.Shorten(f.fact, most), Why: why, Do: do}
}

// see looks at one path. Its finding has no name where all is well.
func (l *look) see(ctx context.Context, t target) (finding, error) {
	wanted, err := l.sides.behind(ctx, l.sides.new, t.path)
	if err != nil {
		return finding{}, err
	}
	if wanted.missing {
		return finding{name: release.SmokePathMissing, fact: "nothing lies behind " + t.path}, nil
	}
	before, err := l.sides.behind(ctx, l.sides.old, t.path)
	if err != nil {
		return finding{}, err
	}
	got, f := l.get(ctx, t.path, wanted.size > mostBody)
	if f.name != "" {
		return f, nil
	}
	if wanted.same(got.body) && !before.same(got.body) {
		l.proven = true
	}
	return l.judge(ctx, t, wanted, before, got)
}

// answer is what came back.
type answer struct {
	status      int
	contentType string
	body        []byte
	length      int64 // where the body is too large to be read; -1 where the answer does not say
}

// get asks for a path with the secret header, as a viewer of the primary. Encoding is refused, or the bytes would not be the
// object's. Of a large object the head is enough.
func (l *look) get(ctx context.Context, path string, large bool) (answer, finding) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	u := url.URL{Scheme: "https", Host: l.doc.Preflight.Primary.Domain, Path: path}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return answer{}, finding{name: release.SmokeUnreachable, fact: fmt.Sprintf("%s: %s", path, err)}
	}
	r.Header.Set(l.doc.Plan.Smoke.Header, l.secret)
	r.Header.Set("Accept-Encoding", "identity")
	r.Header.Set("User-Agent", "cloudfront-cd smoke test")
	got, err := l.Web(r)
	if err != nil {
		return answer{}, unanswered(path, err)
	}
	defer func() { _ = got.Body.Close() }()
	a := answer{status: got.StatusCode, contentType: got.Header.Get("Content-Type"), length: got.ContentLength}
	if large {
		return a, finding{}
	}
	a.body, err = io.ReadAll(io.LimitReader(got.Body, mostBody+1))
	switch a.length = int64(len(a.body)); {
	case err != nil:
		return answer{}, unanswered(path, err)
	case a.length > mostBody:
		return answer{}, finding{name: release.SmokeTooLarge, fact: fmt.Sprintf("%s has more than %d bytes", path, mostBody)}
	}
	return a, finding{}
}

// unanswered says why no answer came. A certificate does not mend itself; the rest may pass.
func unanswered(path string, err error) finding {
	fact := fmt.Sprintf("%s: %s", path, err)
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return finding{name: release.SmokeTLS, fact: fact}
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return finding{name: release.SmokeTLS, fact: fact}
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return finding{name: release.SmokeTLS, fact: fact}
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return finding{name: release.SmokeTLS, fact: fact}
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return finding{name: release.SmokeTimeout, fact: fmt.Sprintf("%s did not answer within %s", path, answerWithin), passes: true}
	}
	return finding{name: release.SmokeUnreachable, fact: fact, passes: true}
}

// judge compares an answer with the object that was to come, and with the one from before.
func (l *look) judge(ctx context.Context, t target, wanted, before object, got answer) (finding, error) {
	isPage := content.IsHTML(got.contentType)
	status := fmt.Sprintf("%s answered %d", t.path, got.status)
	switch {
	case got.status >= http.StatusMultipleChoices && got.status < http.StatusBadRequest:
		return finding{name: release.SmokeRedirected, fact: status}, nil
	case got.status >= http.StatusInternalServerError:
		return finding{name: release.SmokeWrongStatus, fact: status, passes: true}, nil
	case wanted.same(got.body) && got.status == wanted.status:
		return typed(t, wanted, got), nil
	case before.same(got.body):
		return finding{name: release.SmokeNotRouting, fact: t.path + " is as it was before this release", passes: true}, nil
	case isPage && got.status < http.StatusBadRequest && wanted.known && !content.IsHTML(wanted.contentType):
		return l.fallbackPage(ctx, t, got)
	case got.status != wanted.status:
		// A page that only the new side has: the primary, as long as it answers, does not know it.
		return finding{name: release.SmokeWrongStatus, fact: status, passes: before.missing}, nil
	case wanted.known:
		return finding{name: release.SmokeWrongBytes, fact: fmt.Sprintf("%s has %d bytes that are neither this release's %d nor those from before", t.path, len(got.body), wanted.size)}, nil
	case wanted.size > 0 && got.length >= 0 && got.length != wanted.size:
		return finding{name: release.SmokeWrongBytes, fact: fmt.Sprintf("%s has %d bytes instead of %d", t.path, got.length, wanted.size)}, nil
	}
	return typed(t, wanted, got), nil
}

// fallbackPage is a page where something else was asked for. The page from before means that the primary has answered.
func (l *look) fallbackPage(ctx context.Context, t target, got answer) (finding, error) {
	before, err := l.sides.behind(ctx, l.sides.old, "/")
	if err != nil {
		return finding{}, err
	}
	if before.same(got.body) {
		return finding{name: release.SmokeNotRouting, fact: t.path + " is answered with the page from before this release", passes: true}, nil
	}
	return finding{name: release.SmokeFallbackPage, fact: fmt.Sprintf("%s is answered with status %d and a page (%s)", t.path, got.status, got.contentType)}, nil
}

// typed checks the Content-Type of what is right to the byte, or cannot be compared.
func typed(t target, wanted object, got answer) finding {
	want, _, errWant := mime.ParseMediaType(wanted.contentType)
	have, _, errHave := mime.ParseMediaType(got.contentType)
	wrong := wanted.contentType != "" && (errWant != nil || errHave != nil || want != have)
	if !wrong && (t.page || content.Fits(t.kind, got.contentType)) {
		return finding{}
	}
	return finding{name: release.SmokeWrongType, fact: fmt.Sprintf("%s has the Content-Type %q, and the object in S3 %q", t.path, got.contentType, wanted.contentType)}
}
