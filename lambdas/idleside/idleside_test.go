package idleside_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/lambdas/idleside"
)

const bucket = "example-site"

func ask(t *testing.T, w *pairtest.World, r idleside.Request) (idleside.Answer, error) {
	t.Helper()
	return idleside.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket}.Handle(t.Context(), r)
}

func colours(prefixes ...string) idleside.Request {
	r := idleside.Request{Primary: pairtest.Primary, Origin: "site"}
	for _, p := range prefixes {
		r.Sides = append(r.Sides, release.Side{Prefix: p})
	}
	return r
}

// free is a pair that no release works on.
func free(t *testing.T, at pairtest.Stage) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, at)
	w.Must(w.S3.Delete(pairtest.Bucket, record.LockKey(pairtest.Primary)))
	return w
}

func TestTheSideThatThePrimaryDoesNotServeIsIdle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sides []string
		want  string
	}{
		"the other colour":             {[]string{"/blue", "/green"}, "s3://example-site/green"},
		"whatever their order":         {[]string{"/green", "/blue"}, "s3://example-site/green"},
		"the prefix of a release":      {[]string{"/releases/a1b2"}, "s3://example-site/releases/a1b2"},
		"not one inside the live side": {[]string{"/blue/next", "/green"}, "s3://example-site/green"},
		"nor one around it":            {[]string{"", "/green"}, "s3://example-site/green"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := free(t, pairtest.Locked)
			got, err := ask(t, w, colours(c.sides...))
			w.Must(err)
			if got.URI != c.want || got.Live != (release.Side{Bucket: bucket, Region: "eu-central-1", Prefix: "/blue"}) || len(got.InFlight) > 0 {
				t.Errorf("got %+v, want %s", got, c.want)
			}
		})
	}
}

func TestABucketOfItsOwnIsASide(t *testing.T) {
	t.Parallel()
	w := free(t, pairtest.Locked)
	r := colours("/blue")
	r.Sides = append(r.Sides, release.Side{Bucket: "example-site-green"})
	got, err := ask(t, w, r)
	if w.Must(err); got.URI != "s3://example-site-green" {
		t.Errorf("got %+v", got)
	}
}

// A release brings green: from when it has said so until its lock is free again, green is not idle.
func TestASideThatAReleaseInFlightBringsIsNotIdle(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	_, err := ask(t, w, colours("/blue", "/green"))
	pairtest.WantFault(t, err, fault.LockHeld, "no side is idle: the primary serves s3://example-site/blue, and a release in flight s3://example-site/green")
	got, err := ask(t, w, colours("/blue", "/green", "/red"))
	if w.Must(err); got.URI != "s3://example-site/red" || len(got.InFlight) != 1 {
		t.Errorf("got %+v", got)
	}
	w.Must(w.S3.Delete(pairtest.Bucket, record.LockKey(pairtest.Primary)))
	if got, err = ask(t, w, colours("/blue", "/green")); err != nil || got.URI != "s3://example-site/green" {
		t.Errorf("got %+v and %v after the release", got, err)
	}
}

func TestWhatStagingHasIsNotIdleWhileAReleaseIsInFlight(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	w.Edit(pairtest.Staging, pairtest.Path, "/red")
	_, err := ask(t, w, colours("/red", "/green", "/blue"))
	pairtest.WantFault(t, err, fault.LockHeld, "s3://example-site/red")
}

func TestAReleaseThatHasJustBegunMayBringAnything(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	_, err := ask(t, w, colours("/blue", "/green"))
	pairtest.WantFault(t, err, fault.Unavailable, "ask again in a minute")
}

// TestADeadRunCountsUntilItIsRecoveredFrom: its viewers may still get what it brought.
func TestADeadRunCountsUntilItIsRecoveredFrom(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Shifted)
	dead := record.Holder{Execution: pairtest.Me, Name: "mine", StartTime: w.Document.Execution.StartTime, At: w.Document.Execution.StartTime}
	now := w.Clock.Now()
	w.HeldBy(record.Holder{Execution: pairtest.Other, Name: "recovering", StartTime: now, At: now.Add(time.Second), Recovers: true, TakenOverFrom: &dead})
	_, err := ask(t, w, colours("/blue", "/green"))
	pairtest.WantFault(t, err, fault.LockHeld, "s3://example-site/green")
}

func TestWhatCannotBeAnsweredIsRefused(t *testing.T) {
	t.Parallel()
	w := free(t, pairtest.Locked)
	for name, c := range map[string]struct {
		request idleside.Request
		want    string
	}{
		"no primary":               {idleside.Request{Origin: "site", Sides: []release.Side{{Prefix: "/a"}}}, `"primary": "E…"`},
		"no sides":                 {colours(), `"sides"`},
		"no such origin":           {idleside.Request{Primary: pairtest.Primary, Origin: "web", Sides: []release.Side{{Prefix: "/a"}}}, `"web"`},
		"an origin that is an API": {idleside.Request{Primary: pairtest.Primary, Origin: "api", Sides: []release.Side{{Prefix: "/a"}}}, "is no S3 bucket"},
		"the live side alone":      {colours("/blue"), "name another one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ask(t, w, c.request)
			pairtest.WantFault(t, err, fault.InvalidRequest, c.want)
		})
	}
}
