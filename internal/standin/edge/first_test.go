package edge_test

import (
	"testing"

	"cloudfront-cd/internal/standin/edge"
)

func TestASecondRequestIsAHit(t *testing.T) {
	w := build(t, byWeight(0.05), nil)
	wantAnswer(t, w.get(t, "/", nil), 200, "Miss", "/blue/index.html")
	w.clock.Advance(30e9)
	a := w.one(t, edge.Request{Host: w.domain(), Path: "/index.html", Count: 1})
	wantAnswer(t, a, 200, a.Result, "/blue/index.html")
}

func (w *world) domain() string {
	c, _ := w.account.Live(primaryID)
	return c.DomainName
}
