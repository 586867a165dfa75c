package routeheader_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/routeheader"
)

func world(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Staged)
	w.Document.Plan.Smoke = &release.Smoke{Paths: []string{"/"}, Header: "aws-cf-cd-release"}
	return w
}

func handler(w *pairtest.World) routeheader.Handler {
	return routeheader.Handler{
		CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now,
		Random: routeheader.Random{Reader: rand.NewChaCha8([32]byte{1})},
	}
}

func TestOneSecretValueIsRouted(t *testing.T) {
	t.Parallel()
	w := world(t)
	part, err := handler(w).Handle(t.Context(), w.Input(""))
	w.Must(err)
	p := w.LivePolicy()
	if !p.Enabled || p.Type != cloudfront.SingleHeader || p.Header != "aws-cf-cd-release" || part.Header != p.Header {
		t.Errorf("got %+v and %+v", p, part)
	}
	mark, secret, _ := strings.Cut(p.Value, "-")
	if mark+"-" != w.Document.SmokeMark() || len(secret) != 64 {
		t.Errorf("got the value %q, want this execution's mark and 32 random bytes", p.Value)
	}
}

func TestASecondCallKeepsTheValue(t *testing.T) {
	t.Parallel()
	w := world(t)
	h := handler(w)
	_, err := h.Handle(t.Context(), w.Input(""))
	w.Must(err)
	before, writes := w.LivePolicy(), len(w.Writes())
	_, err = h.Handle(t.Context(), w.Input(""))
	if w.Must(err); w.LivePolicy() != before || len(w.Writes()) != writes {
		t.Errorf("got %+v, want %+v and no write", w.LivePolicy(), before)
	}
}

// TestAStaleReadDrawsNoSecondValue: the ETag of before the first write is refused, and a later look finds the value.
func TestAStaleReadDrawsNoSecondValue(t *testing.T) {
	t.Parallel()
	w := world(t)
	h := handler(w)
	w.CloudFront.ReadLag = time.Minute
	_, err := h.Handle(t.Context(), w.Input(""))
	w.Must(err)
	before := w.LivePolicy()
	_, err = h.Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.Unavailable, "look again")
	w.Clock.Advance(2 * time.Minute)
	_, err = h.Handle(t.Context(), w.Input(""))
	if w.Must(err); w.LivePolicy().Value != before.Value {
		t.Errorf("got %+v, want %+v", w.LivePolicy(), before)
	}
}

func TestNobodyElsesPolicyIsOverwritten(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*pairtest.World){
		"that is on":            func(w *pairtest.World) { w.EditPolicy("Enabled", "true") },
		"that points elsewhere": func(w *pairtest.World) { w.Document.Preflight.Staging.Domain = "d999.cloudfront.net" },
		"whose stickiness was changed since Preflight": func(w *pairtest.World) {
			w.Document.Preflight.Weighted = &release.Weighted{Weight: 0.01, IdleTTL: 300, MaximumTTL: 600}
			w.EditPolicy("TrafficConfig/SingleWeightConfig/SessionStickinessConfig/MaximumTTL", "900")
		},
		"that routed by header at Preflight": func(w *pairtest.World) { w.Document.Preflight.Header = &release.Header{Name: "qa", Value: "on"} },
		"of a changed staging":               func(w *pairtest.World) { w.Edit(pairtest.Staging, "Comment", "mine") },
		"that changes at the last moment": func(w *pairtest.World) {
			w.Calls.Fault = func(c transport.Call) transport.Outcome {
				if c.Operation == pairtest.UpdatePolicy {
					return transport.Outcome{Before: func() { w.EditPolicy("Enabled", "true") }}
				}
				return transport.Outcome{}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t)
			change(w)
			_, err := handler(w).Handle(t.Context(), w.Input(""))
			pairtest.WantFault(t, err, fault.ConfigChanged, "someone else")
			if p := w.LivePolicy(); p.Header == "aws-cf-cd-release" {
				t.Errorf("got %+v", p)
			}
		})
	}
}

func TestWhoeverLostTheLockRoutesNothing(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.HeldBy(record.Holder{Execution: pairtest.Other})
	_, err := handler(w).Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.LockLost, pairtest.Other)
}

func TestWithoutASecretNothingIsRouted(t *testing.T) {
	t.Parallel()
	w := world(t)
	h := handler(w)
	h.Random = routeheader.Random{Reader: broken{}}
	_, err := h.Handle(t.Context(), w.Input(""))
	if pairtest.WantFault(t, err, fault.Unexpected, "draw a secret"); w.LivePolicy().Enabled {
		t.Error("the policy is on")
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.Join(io.ErrUnexpectedEOF) }
