package scenario

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"cloudfront-cd/examples"
	"cloudfront-cd/infra/local/site"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/origin"
)

// Where the example's site lies: what is live, and what its content request brings.
const (
	liveSide = "blue/"
	newSide  = "releases/2026-11-23-a1b2/"
)

// content are the releases of a new build of the site in S3.
func content() []Scenario {
	return []Scenario{
		{
			Name: "content", Story: "A new build of the site lies in S3: it is checked, its assets are carried, and it passes the smoke test and the ramp.",
			Request: string(examples.ContentRequest), Ends: toPromoted(), Check: nobodyMissesAnything,
		},
		{
			Name: "content-missing-asset", Story: "The pipeline's upload broke off: the new page is there, a script that it needs is not.",
			Request: string(examples.ContentRequest), Ends: toRejected(),
			Prepare: func(w *world.World) error { return w.S3.Delete(siteBucket, assetOf(w, newSide, ".js")) },
		},
		{
			Name: "content-spa-fallback", Story: "The bucket policy shows staging the new pages and not their assets: the single-page fallback answers 200 with a page to every script.",
			Request: string(examples.ContentRequest), Ends: toRolledBack(), Prepare: hideAssetsFromStaging, Check: nobodyMissesAnything,
		},
		{
			Name: "content-old-assets", Story: "Somebody opened the page before the promotion and leaves it open: its script asks for more when the new page is everywhere.",
			Request: string(examples.ContentRequest), Ends: toPromoted(), Prepare: LeavePageOpen, Check: nobodyMissesAnything,
		},
		{
			Name: "content-regression", Story: "All of the viewers together overload the API that the new build calls: the build from before comes back, and the caches forget the new page.",
			Request: string(examples.ContentRequest), Ends: toRolledBack(), Check: primaryIsBack, Prepare: func(w *world.World) error {
				w.Break(origin.Fault{Prefix: nextAPI, PerMinute: 5000})
				build := site.Build{Name: "next", Calls: []string{nextAPI + "session"}}
				return w.Publish(world.Target{Domain: siteDomain, Path: "/" + strings.TrimSuffix(newSide, "/")}, build)
			},
		},
		{
			Name: "content-50000", Story: "The new build has 50,000 assets of its own, which are carried a thousand at a time.",
			Request: string(examples.ContentRequest), Ends: toPromoted(), Prepare: manyAssets, Check: allCarried,
		},
	}
}

// nobodyMissesAnything: no viewer of either side got an error, or a page where a script was asked for, and sessions were kept.
func nobodyMissesAnything(w *world.World) error {
	total := w.Viewers.Total(w.Pair.PrimaryID)
	both := total.Primary.Plus(total.Staging)
	if both.SiteErrors > 0 || both.Misplaced > 0 || total.Strayed > 0 {
		return fmt.Errorf("of %d pages and assets %d were errors and %d pages in the wrong place; %d views strayed from their session",
			both.Site, both.SiteErrors, both.Misplaced, total.Strayed)
	}
	if both.Site == 0 {
		return errors.New("nobody came")
	}
	return nil
}

// assetOf is the first key on a side with this extension that the other side has not.
func assetOf(w *world.World, side, extension string) string {
	for _, key := range w.S3.Keys(siteBucket, side) {
		name := strings.TrimPrefix(key, side)
		if _, both := w.S3.Get(siteBucket, liveSide+name); strings.HasSuffix(key, extension) && !strings.Contains(key, "late") && (side == liveSide || !both) {
			return key
		}
	}
	return ""
}

// hideAssetsFromStaging lets the staging distribution read pages alone, as a policy does that was written for index.html.
func hideAssetsFromStaging(w *world.World) error {
	const statement = `{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/*%s",
		"Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/%s"}}}`
	w.S3.SetPolicy(siteBucket, `{"Version": "2012-10-17", "Statement": [`+
		fmt.Sprintf(statement, siteBucket, "", w.Pair.PrimaryID)+","+fmt.Sprintf(statement, siteBucket, ".html", w.Pair.StagingID)+"]}")
	return nil
}

// LeavePageOpen is one viewer among the many: the page of before the release, in a session that began then, whose assets are
// asked for again a quarter of an hour after the promotion. What goes wrong counts with what goes wrong for the others.
func LeavePageOpen(w *world.World) error {
	var session edge.Session
	w.When("Wait For Viewers", 1, func(*asl.Execution) {
		for _, a := range w.Edge.Serve(edge.Request{Host: w.Host(), Path: "/", Count: 1}) {
			session = a.Session
		}
	})
	w.When("Bake", 1, func(*asl.Execution) {
		w.Clock.After(4*time.Minute, func() {
			for _, key := range oldAssets(w) {
				w.Viewers.Ask(w.Pair.PrimaryID, "/"+key, session)
			}
		})
	})
	return nil
}

// oldAssets are what the build from before has and no page of the new one refers to.
func oldAssets(w *world.World) []string {
	var keys []string
	for _, key := range w.S3.Keys(siteBucket, liveSide) {
		if !strings.HasSuffix(key, ".html") {
			keys = append(keys, strings.TrimPrefix(key, liveSide))
		}
	}
	return keys
}

const many = 50_000

func manyAssets(w *world.World) error {
	header := http.Header{"Content-Type": {"image/webp"}, "Cache-Control": {"public, max-age=31536000, immutable"}}
	for i := range many {
		if err := w.S3.Put(siteBucket, fmt.Sprintf("%simages/photo.%08x.webp", newSide, i), fmt.Appendf(nil, "photo %d", i), header); err != nil {
			return err
		}
	}
	return nil
}

// allCarried: every asset of the new side is on the live one, and no Lambda came near its timeout.
func allCarried(w *world.World) error {
	have := w.S3.Keys(siteBucket, liveSide)
	for _, key := range w.S3.Keys(siteBucket, newSide) {
		if _, found := slices.BinarySearch(have, liveSide+strings.TrimPrefix(key, newSide)); !found {
			return fmt.Errorf("%s was not carried", key)
		}
	}
	turns := 0
	for _, e := range w.Executions[0].History() {
		if e.StateEntered != nil && e.StateEntered.Name == "Carry Assets" {
			turns++
		}
	}
	if turns < many/release.CarryPage || turns > 3*many/release.CarryPage {
		return fmt.Errorf("it took %d turns", turns)
	}
	return nobodyMissesAnything(w)
}
