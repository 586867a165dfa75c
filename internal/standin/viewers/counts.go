package viewers

import (
	"net/http"
	"strings"
	"time"

	"cloudfront-cd/internal/standin/edge"
)

// Counts is what one side served.
type Counts struct {
	// Requests is how many requests there were, whatever their answer.
	Requests int64
	// Errors4xx and Errors5xx are those of them that were answered with an error.
	Errors4xx, Errors5xx int64
	// Site is how many were for pages and assets and not calls of an API, SiteErrors those of them that were answered with an
	// error, and Misplaced with a page where a page makes no sense, as a single-page fallback does.
	Site, SiteErrors, Misplaced int64
}

// Plus is the sum of two counts.
func (c Counts) Plus(d Counts) Counts {
	return Counts{
		c.Requests + d.Requests, c.Errors4xx + d.Errors4xx, c.Errors5xx + d.Errors5xx,
		c.Site + d.Site, c.SiteErrors + d.SiteErrors, c.Misplaced + d.Misplaced,
	}
}

// Minute is what happened to one site in one minute, or since the start.
type Minute struct {
	// Start is when the minute began.
	Start time.Time
	// Primary and Staging are what each side really served, whatever the metrics will say.
	Primary, Staging Counts
	// Sessions is how many page views belonged to a session that the policy still held, Strayed how many of them came to the
	// other side all the same.
	Sessions, Strayed int64
}

// Share is the part of all requests that staging served, and zero when there were none.
func (m Minute) Share() float64 {
	return share(m.Staging.Requests, m.Primary.Requests+m.Staging.Requests)
}

// wanted is what a request was for.
type wanted int

const (
	aPage wanted = iota
	anAsset
	aCall // of an API
)

func (m *Minute) add(a edge.Answer, of wanted) {
	c := &m.Primary
	if a.Side == edge.Staging {
		c = &m.Staging
	}
	c.Requests += a.Count
	switch a.Status / 100 {
	case 4:
		c.Errors4xx += a.Count
	case 5:
		c.Errors5xx += a.Count
	}
	if of == aCall {
		return
	}
	c.Site += a.Count
	switch {
	case a.Status >= http.StatusBadRequest:
		c.SiteErrors += a.Count
	case of == anAsset && isPage(a):
		c.Misplaced += a.Count
	}
}

func isPage(a edge.Answer) bool { return strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") }

// follow counts whether a session was kept to. The one that was sent was held if it is not older than the policy allows, and no
// reset has come in between.
func (m *Minute) follow(s *Site, now time.Time, sent edge.Session, a edge.Answer) {
	if sent.Epoch == 0 || sent.Epoch != a.Session.Epoch || now.Sub(sent.Start) >= s.MaximumTTL || now.Sub(sent.Last) >= s.IdleTTL {
		return
	}
	m.Sessions += a.Count
	if a.Side != sent.Side {
		m.Strayed += a.Count
	}
}
