package viewers_test

import (
	"maps"
	"math"
	"net/http"
	"testing"
	"time"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/viewers"
)

func start() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// The pages of a site whose pages share two resources and have two of their own: one image, one call of an API.
const (
	home = `<html><head><link rel="stylesheet" href="/site.css"><script src="/site.js"></script>
		<link rel="preload" as="fetch" href="/api?page=home"></head>
		<img src="/home.png"><img src="https://elsewhere.example/pixel.gif"><a href="/other.html">o</a></html>`
	other = `<html><head><link rel="stylesheet" href="/site.css"><script src="/site.js"></script>
		<link rel="preload" as="fetch" href="/api?page=other"></head><img src="/other.png"><a href="/">h</a></html>`
)

// fake is an edge that counts what is asked for and answers by the path.
type fake struct {
	asked  map[string]int64
	answer func(r edge.Request) []edge.Answer
}

func (f fake) Serve(r edge.Request) []edge.Answer {
	key := r.Path
	if r.Query != "" {
		key += "?" + r.Query
	}
	f.asked[key] += r.Count
	return f.answer(r)
}

func pages(r edge.Request) []edge.Answer {
	body := map[string][]byte{"/": homeBytes, "/other.html": otherBytes}[r.Path]
	a := edge.Answer{Count: r.Count, Status: http.StatusOK, Session: r.Session, Side: r.Session.Side}
	if body != nil {
		a.Body, a.Header = body, http.Header{"Content-Type": {"text/html"}}
	}
	return []edge.Answer{a}
}

var homeBytes, otherBytes = []byte(home), []byte(other) //nolint:gochecknoglobals // a document is known by where its bytes are

func perMinute(n float64) viewers.Rate { return func(time.Time) float64 { return n } }

type world struct {
	*viewers.Population
	clock *simtime.Clock
	fake  fake
}

func build(answer func(edge.Request) []edge.Answer, sites ...viewers.Site) world {
	w := world{clock: simtime.New(start()), fake: fake{map[string]int64{}, answer}}
	w.Population = viewers.New(w.clock, w.fake, 4, 1)
	for _, s := range sites {
		s.PerVisit = viewers.PerVisit(2, 2)
		w.Add(s)
	}
	w.Start()
	return w
}

func shop(rate float64) viewers.Site {
	return viewers.Site{ID: "P", Host: "www.example.com", Rate: perMinute(rate)}
}

// near fails unless got is within a share of what is wanted.
func near(t *testing.T, what string, got, want int64, within float64) {
	t.Helper()
	if math.Abs(float64(got-want)) > within*float64(want) {
		t.Errorf("got %d %s, want about %d", got, what, want)
	}
}

func TestViewersFollowTheLinksOfTheDocumentsTheyGet(t *testing.T) {
	w := build(pages, shop(100_000))
	w.clock.Advance(time.Hour)
	asked := w.fake.asked
	if asked["/home.png"] != asked["/"] || asked["/api?page=home"] != asked["/"] {
		t.Errorf("got %v, want what is a page's own with every view of it", asked)
	}
	if asked["/other.png"] != asked["/other.html"] || asked["/other.html"] == 0 {
		t.Errorf("got %v, want the other page with what is its own", asked)
	}
	if asked["/site.css"] != asked["/site.js"] || asked["/site.css"] >= asked["/"] {
		t.Errorf("got %v, want what pages share once a visit", asked)
	}
	if len(asked) != 8 {
		t.Errorf("got %v, want nothing from elsewhere", asked)
	}
	views := asked["/"] + asked["/other.html"]
	near(t, "page views", views, int64(float64(asked["/site.css"])*viewers.PerVisit(0, 0)), 0.05) // some visits have just begun
}

func TestTheRateIsOfRequests(t *testing.T) {
	w := build(pages, shop(30_000))
	w.clock.Advance(20 * time.Minute) // until as many leave as come
	w.Forget()
	w.clock.Advance(time.Hour)
	near(t, "requests", w.Total("P").Primary.Requests, 60*30_000, 0.01)
}

func TestTheRateFollowsTheHour(t *testing.T) {
	site := shop(0)
	site.Rate = viewers.Daily(1000)
	w := build(pages, site)
	busiest, quietest := int64(0), int64(math.MaxInt64)
	for range 24 {
		w.Forget()
		w.clock.Advance(time.Hour)
		n := w.Total("P").Primary.Requests
		busiest, quietest = max(busiest, n), min(quietest, n)
	}
	near(t, "requests in the busiest hour", busiest, 60*1000, 0.03)
	if quietest > busiest/2 || quietest == 0 {
		t.Errorf("got %d requests in the quietest hour and %d in the busiest", quietest, busiest)
	}
}

func TestADocumentThatFailsIsTriedAgainAndLoadsNothing(t *testing.T) {
	w := build(func(r edge.Request) []edge.Answer {
		return []edge.Answer{{
			Count: r.Count, Status: http.StatusForbidden, Body: homeBytes, Header: http.Header{"Content-Type": {"text/html"}},
		}}
	}, shop(1000))
	w.clock.Advance(time.Hour)
	if got := w.fake.asked; len(got) != 1 || got["/"] == 0 {
		t.Errorf("got %v, want the root alone", got)
	}
	if got := w.Total("P").Primary; got.Errors4xx != got.Requests || got.Errors5xx != 0 {
		t.Errorf("got %+v, want every answer counted as 4xx", got)
	}
}

// TestAVisitKeepsItsSession: whom the edge parts stays parted, and each side's requests carry that side's session.
func TestAVisitKeepsItsSession(t *testing.T) {
	var w world
	broken := 0
	answer := func(r edge.Request) []edge.Answer {
		page := pages(r)[0]
		if !r.Session.Start.IsZero() {
			return []edge.Answer{page}
		}
		if r.Path != "/" {
			broken++
		}
		staging := page
		staging.Count = r.Count / 4
		page.Count -= staging.Count
		page.Session = edge.Session{Side: edge.Primary, Start: w.clock.Now()}
		staging.Session = edge.Session{Side: edge.Staging, Start: w.clock.Now()}
		staging.Side = edge.Staging
		return []edge.Answer{page, staging}
	}
	w = build(answer, shop(10_000))
	w.clock.Advance(time.Hour)
	if broken > 0 {
		t.Errorf("%d requests after the first of a visit came without a session", broken)
	}
	if share := w.Total("P").Share(); math.Abs(share-0.25) > 0.01 {
		t.Errorf("got a share of %.3f, want 0.25", share)
	}
}

func TestTestersSendTheirHeader(t *testing.T) {
	const name = "Aws-Cf-Cd-Smoke"
	testers, all := int64(0), int64(0)
	site := shop(10_000)
	site.Testers, site.TestHeader = 0.1, http.Header{name: {"1"}}
	w := build(func(r edge.Request) []edge.Answer {
		all += r.Count
		if r.Header.Get(name) == "1" {
			testers += r.Count
		}
		return pages(r)
	}, site)
	w.clock.Advance(time.Hour)
	near(t, "requests with the header", testers, all/10, 0.03)
}

func TestNobodyComesWhenTheRateIsZero(t *testing.T) {
	w := build(pages, shop(10_000))
	w.clock.Advance(10 * time.Minute)
	w.SetRate("P", perMinute(0))
	w.clock.Advance(time.Minute)
	if last, _ := w.Last("P"); last.Primary.Requests == 0 {
		t.Error("those who were there did not finish their visits")
	}
	w.clock.Advance(40 * time.Minute)
	if last, _ := w.Last("P"); last.Primary.Requests != 0 {
		t.Errorf("got %+v long after", last)
	}
	w.SetRate("P", perMinute(10_000))
	w.clock.Advance(10 * time.Minute)
	w.SetRate("P", perMinute(0))
	w.Leave("P")
	w.clock.Advance(time.Minute)
	if last, _ := w.Last("P"); last.Primary.Requests != 0 {
		t.Errorf("got %+v after everybody left", last)
	}
}

func TestAMinuteHappensOnce(t *testing.T) {
	w := build(pages, shop(1000))
	w.Stop()
	w.Start()
	w.clock.Advance(10 * time.Second)
	w.Stop()
	w.Start()
	w.clock.Advance(25 * time.Second)
	w.Stop()
	w.Start()
	w.clock.Advance(25 * time.Second)
	last, ok := w.Last("P")
	if !ok || !last.Start.Equal(start()) || w.Total("P").Primary != last.Primary {
		t.Errorf("got %+v of %+v, want the minute once", last, w.Total("P"))
	}
}

type recorder map[string]viewers.Counts

func (r recorder) Record(id string, minute time.Time, requests, errors4xx, errors5xx int64) {
	key := id + minute.Format(" 15:04")
	r[key] = r[key].Plus(viewers.Counts{Requests: requests, Errors4xx: errors4xx, Errors5xx: errors5xx})
}

// TestThePastIsLikeThePresent: the metrics of minutes that nobody lived through are like those of the minutes since.
func TestThePastIsLikeThePresent(t *testing.T) {
	w := build(func(r edge.Request) []edge.Answer {
		a := pages(r)[0]
		failed := a
		failed.Count, failed.Status = r.Count/10, http.StatusBadGateway
		a.Count -= failed.Count
		return []edge.Answer{a, failed}
	}, shop(30_000))
	w.clock.Advance(20 * time.Minute)
	w.Forget()
	w.clock.Advance(10 * time.Minute)
	past := recorder{}
	w.Backfill(60, past)
	if len(past) != 60 || past["P 08:20"].Requests == 0 || past["P 09:19"].Requests == 0 {
		t.Errorf("got %d minutes, want those from 08:20 to 09:19: %v", len(past), past)
	}
	var sum viewers.Counts
	for _, c := range past {
		sum = sum.Plus(c)
	}
	seen := w.Total("P").Primary
	near(t, "requests", sum.Requests, 6*seen.Requests, 0.02)
	near(t, "errors", sum.Errors5xx, 6*seen.Errors5xx, 0.02)
	if sum.Errors4xx != 0 {
		t.Errorf("got %+v, want no 4xx", sum)
	}
}

// TestThePastHasTheBurstsOfThePresent: where all errors come in every second minute, they came so before.
func TestThePastHasTheBurstsOfThePresent(t *testing.T) {
	var w world
	w = build(func(r edge.Request) []edge.Answer {
		a := pages(r)[0]
		if w.clock.Now().Minute()%2 == 0 {
			a.Status = http.StatusBadGateway
		}
		return []edge.Answer{a}
	}, shop(30_000))
	w.clock.Advance(20 * time.Minute)
	w.Forget()
	w.clock.Advance(10 * time.Minute)
	past := recorder{}
	w.Backfill(60, past)
	failed := 0
	for _, c := range past {
		switch c.Errors5xx {
		case 0:
		case c.Requests:
			failed++
		default:
			t.Errorf("got %+v, want a minute with nothing but errors, or none", c)
		}
	}
	if failed < 15 || failed > 45 {
		t.Errorf("got %d minutes of errors in 60, want about half", failed)
	}
}

// TestThePastFollowsTheHour, and errors of either kind keep their shares where both are many.
func TestThePastFollowsTheHour(t *testing.T) {
	site := shop(0)
	site.Rate = func(at time.Time) float64 {
		if at.Before(start()) {
			return 60_000
		}
		return 30_000
	}
	w := build(func(r edge.Request) []edge.Answer {
		refused, failed := pages(r)[0], pages(r)[0]
		refused.Count, refused.Status = r.Count/2, http.StatusUnauthorized
		failed.Count, failed.Status = r.Count-refused.Count, http.StatusBadGateway
		return []edge.Answer{refused, failed}
	}, site)
	w.clock.Advance(10 * time.Minute)
	past := recorder{}
	w.Backfill(10, past)
	var sum viewers.Counts
	for _, c := range past {
		sum = sum.Plus(c)
	}
	seen := w.Total("P").Primary
	near(t, "requests", sum.Requests, 2*seen.Requests, 0.02)
	near(t, "refused", sum.Errors4xx, sum.Requests/2, 0.02)
	near(t, "failed", sum.Errors5xx, sum.Requests/2, 0.02)
}

// TestAFewViewersTellNothingOfThePast: on a site where hardly anybody comes in ten minutes, the rate says what came before.
func TestAFewViewersTellNothingOfThePast(t *testing.T) {
	w := build(pages, shop(3))
	w.clock.Advance(15 * time.Minute)
	w.Forget()
	w.clock.Advance(10 * time.Minute)
	past := recorder{}
	w.Backfill(1000, past)
	sum := int64(0)
	for _, c := range past {
		sum += c.Requests
	}
	near(t, "requests", sum, 3000, 0.1)
}

// TestOnlyTheFirstDocumentBringsWhatAllShare, also where those who come anew and those who come again ask for the same page.
func TestOnlyTheFirstDocumentBringsWhatAllShare(t *testing.T) {
	w := build(func(r edge.Request) []edge.Answer {
		page := pages(r)[0]
		if r.Path != "/" || r.Count == 1 {
			return []edge.Answer{page}
		}
		failed := page
		failed.Count, failed.Status = r.Count/2, http.StatusForbidden
		page.Count -= failed.Count
		return []edge.Answer{failed, page}
	}, shop(100_000))
	w.clock.Advance(time.Hour)
	// Half of the views of the root fail, after three quarters of which there is another: four of five visits come to a document.
	visits := 60 * 100_000 / viewers.PerVisit(2, 2)
	near(t, "style sheets", w.fake.asked["/site.css"], int64(0.8*visits), 0.02)
}

func TestOneSeedGivesOneRun(t *testing.T) {
	live := func(sites ...viewers.Site) (viewers.Minute, map[string]int64) {
		w := build(pages, append([]viewers.Site{shop(777)}, sites...)...)
		w.clock.Advance(20 * time.Minute)
		return w.Total("P"), w.fake.asked
	}
	a, asked := live()
	b, again := live()
	if a != b || !maps.Equal(asked, again) {
		t.Errorf("got %+v and %+v of one seed", a, b)
	}
	c, _ := live(viewers.Site{ID: "Q", Rate: perMinute(50)})
	if a != c {
		t.Errorf("got %+v beside another site, want %+v", c, a)
	}
}
