package edge_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

const (
	enabledPath = "Enabled"
	weightPath  = "TrafficConfig/SingleWeightConfig/Weight"
	stickyPath  = "TrafficConfig/SingleWeightConfig"
)

func TestWithoutStickinessEachRequestIsDrawnByItself(t *testing.T) {
	for name, count := range map[string]int64{"one by one": 1, "many at once": 500} {
		t.Run(name, func(t *testing.T) {
			w := build(t, byWeight(0.15), nil, originPath("/green"))
			var staging, all int64
			for range 4000 {
				for _, a := range w.Serve(edge.Request{Host: alias, Path: "/", Count: count}) {
					all += a.Count
					want := "/blue/index.html"
					if a.Side == edge.Staging {
						staging += a.Count
						want = "/green/index.html"
					}
					if string(a.Body) != want || a.Session != (edge.Session{}) {
						t.Fatalf("got %q with session %+v from %v", a.Body, a.Session, a.Side)
					}
				}
			}
			near(t, "staging", staging, all, 0.15)
			if w.metrics[primaryID].requests != all-staging || w.metrics[stagingID].requests != staging {
				t.Errorf("got metrics %+v", w.metrics)
			}
		})
	}
}

func TestViewersWhoKeepTheirCookieStayOnTheirSide(t *testing.T) {
	w := build(t, sticky(0.15), nil)
	sessions := make([]edge.Session, 1000)
	var staging int64
	for i := range sessions {
		a := w.one(t, edge.Request{Host: alias, Path: "/"})
		sessions[i] = a.Session
		if a.Side == edge.Staging {
			staging++
		}
	}
	near(t, "viewers on staging", staging, 1000, 0.15)
	for range 14 { // 56 minutes, with less than IdleTTL in between
		w.clock.Advance(4 * time.Minute)
		if changed := w.revisit(t, sessions); changed != 0 {
			t.Fatalf("%d viewers changed sides at %v", changed, w.clock.Now())
		}
	}
	w.clock.Advance(4 * time.Minute) // an hour after their start all sessions end
	// Who is drawn anew changes sides with a probability of 2 × 0.15 × 0.85.
	near(t, "changes after MaximumTTL", w.revisit(t, sessions), 1000, 0.255)
}

// revisit lets every viewer come again and returns how many changed sides.
func (w *world) revisit(t *testing.T, sessions []edge.Session) (changed int64) {
	t.Helper()
	for i, s := range sessions {
		a := w.one(t, edge.Request{Host: alias, Path: "/", Session: s})
		if a.Side != s.Side {
			changed++
		}
		sessions[i] = a.Session
	}
	return changed
}

func TestASessionEndsWhenItIsIdle(t *testing.T) {
	w := build(t, sticky(0.15), nil)
	sessions := make([]edge.Session, 1000)
	w.revisit(t, sessions)
	w.clock.Advance(5*time.Minute - time.Second)
	if changed := w.revisit(t, sessions); changed != 0 {
		t.Errorf("%d viewers changed sides before IdleTTL", changed)
	}
	w.clock.Advance(5 * time.Minute)
	near(t, "changes after IdleTTL", w.revisit(t, sessions), 1000, 0.255)
}

func TestSwitchingResetsSessionsAndAWeightDoesNot(t *testing.T) {
	tests := map[string]struct {
		edits []func(*cloudfront.Node)
		want  float64
	}{
		"weight changed": {edits: []func(*cloudfront.Node){
			func(n *cloudfront.Node) { n.Set(weightPath, "0.01") },
		}},
		"policy disabled and enabled": {want: 0.255, edits: []func(*cloudfront.Node){
			func(n *cloudfront.Node) { n.Set(enabledPath, "false") },
			func(n *cloudfront.Node) { n.Set(enabledPath, "true") },
		}},
		"stickiness taken away and given back": {want: 0.255, edits: []func(*cloudfront.Node){
			func(n *cloudfront.Node) { n.At(stickyPath).Remove("SessionStickinessConfig") },
			func(n *cloudfront.Node) {
				n.Set(stickyPath+"/SessionStickinessConfig/IdleTTL", "3600")
				n.Set(stickyPath+"/SessionStickinessConfig/MaximumTTL", "3600")
			},
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			policy := sticky(0.15)
			policy.IdleTTL = time.Hour
			w := build(t, policy, nil)
			sessions := make([]edge.Session, 1000)
			w.revisit(t, sessions)
			for _, edit := range tt.edits {
				w.editPolicy(t, edit)
			}
			near(t, "changes", w.revisit(t, sessions), 1000, tt.want)
		})
	}
}

func TestWhoIsNotSplitGetsNoSession(t *testing.T) {
	w := build(t, sticky(0.15), nil)
	s := w.get(t, "/", nil).Session
	w.editPolicy(t, func(n *cloudfront.Node) { n.Set(enabledPath, "false") })
	if a := w.one(t, edge.Request{Host: alias, Path: "/", Session: s}); a.Session != (edge.Session{}) || a.Side != edge.Primary {
		t.Errorf("got %v with session %+v from a disabled policy", a.Side, a.Session)
	}
}

// A POP resets sessions when it learns of the switch, not when somebody throws it.
func TestAPOPThatDoesNotKnowYetKeepsSessions(t *testing.T) {
	w := build(t, sticky(0.15), nil)
	s := w.get(t, "/", nil).Session
	for s.Side != edge.Staging {
		s = w.get(t, "/", nil).Session
	}
	w.account.Stick(primaryID, w.account.POPs()[1])
	w.editPolicy(t, func(n *cloudfront.Node) { n.Set(enabledPath, "false") })
	for range 20 { // by chance alone nobody would be on staging so often
		if a := w.one(t, edge.Request{POP: 1, Host: alias, Path: "/", Session: s}); a.Side != edge.Staging {
			t.Fatal("the session was reset at a POP that has the policy enabled")
		}
	}
}

func TestAStagingDistributionThatIsDisabledAnswersNobody(t *testing.T) {
	w := build(t, byHeader(), nil, func(cfg *types.DistributionConfig) { cfg.Enabled = aws.Bool(false) })
	wantAnswer(t, w.get(t, "/", toStaging()), 403, "Error", "")
	wantAnswer(t, w.get(t, "/", nil), 200, "Miss", "")
	if w.metrics[stagingID] != (counts{1, 1, 0}) || w.metrics[primaryID] != (counts{1, 0, 0}) {
		t.Errorf("got metrics %+v", w.metrics)
	}
}

func TestTheLongestWildcardWins(t *testing.T) {
	w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
		cfg.Aliases = &types.Aliases{Quantity: aws.Int32(1), Items: []string{"*.example.com"}}
	})
	other := siteConfig()
	other.Aliases = &types.Aliases{Quantity: aws.Int32(1), Items: []string{"*.shop.example.com"}}
	if _, err := w.account.AddDistribution("E3", encode(t, other)); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"a.shop.example.com": "E3", "a.example.com": primaryID} {
		if got := w.one(t, edge.Request{Host: host, Path: "/"}).DistributionID; got != want {
			t.Errorf("%s: got %s, want %s", host, got, want)
		}
	}
}

func TestAHeaderWithTheExactValueLeadsToStaging(t *testing.T) {
	w := build(t, byHeader(), nil)
	tests := map[string]struct {
		header http.Header
		want   edge.Side
	}{
		"right":         {toStaging(), edge.Staging},
		"other value":   {http.Header{"Aws-Cf-Cd-Test": {"Yes"}}, edge.Primary},
		"other header":  {http.Header{"Aws-Cf-Cd-Other": {"yes"}}, edge.Primary},
		"none":          {nil, edge.Primary},
		"an empty list": {http.Header{"Aws-Cf-Cd-Test": {}}, edge.Primary},
	}
	for name, tt := range tests {
		if got := w.get(t, "/", tt.header); got.Side != tt.want || got.Status != 200 {
			t.Errorf("%s: got %d from %v, want %v", name, got.Status, got.Side, tt.want)
		}
	}
	w.editPolicy(t, func(n *cloudfront.Node) { n.Set(enabledPath, "false") })
	if got := w.get(t, "/", toStaging()); got.Side != edge.Primary {
		t.Error("got staging from a disabled policy")
	}
}

func TestHostsFindTheirDistribution(t *testing.T) {
	w := build(t, byHeader(), func(cfg *types.DistributionConfig) {
		cfg.Aliases = &types.Aliases{Quantity: aws.Int32(2), Items: []string{alias, "*.shop.example.com"}}
	})
	domain := func(id string) string { c, _ := w.account.Live(id); return c.DomainName }
	tests := map[string]struct {
		host   string
		status int
	}{
		"its domain name":             {domain(primaryID), 200},
		"an alias":                    {alias, 200},
		"a wildcard alias":            {"de.shop.example.com", 200},
		"not the wildcard's own name": {"shop.example.com", 403},
		"nobody's":                    {"www.example.org", 403},
		"staging by its domain name":  {domain(stagingID), 403},
	}
	for name, tt := range tests {
		for range 2 { // the second time from memory
			if got := w.one(t, edge.Request{Host: tt.host, Path: "/"}); got.Status != tt.status {
				t.Errorf("%s: got %d, want %d", name, got.Status, tt.status)
			}
		}
	}
	if w.metrics[stagingID].requests != 0 {
		t.Error("a request to staging's own name is in its metrics")
	}
}

func TestAnAliasFollowsTheRevisionOfEachPOP(t *testing.T) {
	w := build(t, byWeight(0.05), nil)
	w.account.Switches.AliasesWhileAttached = true
	w.account.Stick(primaryID, w.account.POPs()[1])
	w.get(t, "/", nil)
	if err := w.account.Edit(primaryID, func(n *cloudfront.Node) {
		n.Put(cloudfront.List("Aliases", cloudfront.Leaf("CNAME", "new.example.com")))
	}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(5 * time.Minute)
	for pop, want := range map[int]string{0: "403 200", 1: "200 403"} {
		old := w.one(t, edge.Request{POP: pop, Host: alias, Path: "/"}).Status
		now := w.one(t, edge.Request{POP: pop, Host: "new.example.com", Path: "/"}).Status
		if got := strconv.Itoa(old) + " " + strconv.Itoa(now); got != want {
			t.Errorf("POP %d: got %s, want %s", pop, got, want)
		}
	}
}

// Whoever asks first at a POP after a revision decides nothing about who is known there.
func TestAnAliasThatWasTakenAwayIsGoneWhateverIsAskedFirst(t *testing.T) {
	w := build(t, byWeight(0.05), nil)
	w.account.Switches.AliasesWhileAttached = true
	w.get(t, "/", nil)
	if err := w.account.Edit(primaryID, func(n *cloudfront.Node) {
		n.Put(cloudfront.List("Aliases", cloudfront.Leaf("CNAME", "new.example.com")))
	}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(5 * time.Minute)
	if got := w.one(t, edge.Request{Host: "new.example.com", Path: "/"}).Status; got != 200 {
		t.Errorf("got %d for the new alias", got)
	}
	if got := w.get(t, "/", nil).Status; got != 403 {
		t.Errorf("got %d for the alias that was taken away, want 403", got)
	}
}

func TestAnOverrideSendsEverybodyToThePrimaryAndKeepsSessions(t *testing.T) {
	w := build(t, sticky(0.15), nil)
	var s edge.Session
	for s.Side != edge.Staging {
		s = w.one(t, edge.Request{Host: alias, Path: "/"}).Session
	}
	w.Override(0, start(), start().Add(time.Minute))
	if a := w.one(t, edge.Request{Host: alias, Path: "/", Session: s}); a.Side != edge.Primary || a.Session != s {
		t.Errorf("got %v with session %+v", a.Side, a.Session)
	}
	if a := w.one(t, edge.Request{POP: 1, Host: alias, Path: "/", Session: s}); a.Side != edge.Staging {
		t.Error("the override of one POP works at another")
	}
	w.clock.Advance(time.Minute)
	if a := w.one(t, edge.Request{Host: alias, Path: "/", Session: s}); a.Side != edge.Staging {
		t.Error("the session did not outlive the override")
	}
	w.Override(0, start().Add(time.Hour), start().Add(2*time.Hour))
	if w.Overridden(0) {
		t.Error("an override has begun before its time")
	}
	w.Override(edge.AllPOPs, start(), start().Add(time.Hour))
	if !w.Overridden(5) {
		t.Error("an override of all POPs leaves one out")
	}
	w.EndOverrides()
	if a := w.one(t, edge.Request{Host: alias, Path: "/", Session: s}); a.Side != edge.Staging {
		t.Error("the override did not end")
	}
}

func TestADisabledDistributionAnswersNobody(t *testing.T) {
	w := build(t, byWeight(0.05), func(cfg *types.DistributionConfig) { cfg.Enabled = aws.Bool(false) })
	if a := w.get(t, "/", nil); a.Status != 403 || len(w.metrics) != 0 {
		t.Errorf("got %d and metrics %v", a.Status, w.metrics)
	}
}

func TestCustomErrorResponsesFailOnStagingUnderAWeightOnly(t *testing.T) {
	pages := func(cfg *types.DistributionConfig) {
		cfg.CustomErrorResponses = errorPages(404, "/404.html", "404", 10)
	}
	tests := map[string]struct {
		policy cloudfront.Policy
		both   change
		want   float64
	}{
		"weight and error pages": {byWeight(0.15), pages, 0.3},
		"weight alone":           {byWeight(0.15), nil, 0},
		"header and error pages": {byHeader(), pages, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := build(t, tt.policy, tt.both)
			w.CustomErrorResponseBug = 0.3
			w.Serve(edge.Request{Host: alias, Path: "/", Count: 50_000, Header: toStaging()})
			got := w.metrics[stagingID]
			near(t, "5xx", got.e5xx, got.requests, tt.want)
			if got.requests == 0 || w.metrics[primaryID].e5xx != 0 {
				t.Errorf("got %+v", w.metrics)
			}
		})
	}
}

func TestThePrimarysMetricsMayIncludeStaging(t *testing.T) {
	w := build(t, byWeight(0.15), nil)
	w.RequestsIncludeStaging = true
	w.clock.Advance(30 * time.Second)
	w.Serve(edge.Request{Host: alias, Path: "/missing-origin", Count: 1000})
	if w.metrics[primaryID].requests != 1000 || w.metrics[primaryID+" 09:00:00"].requests != 1000 {
		t.Errorf("got %+v", w.metrics)
	}
	if s := w.metrics[stagingID].requests; s == 0 || s == 1000 {
		t.Errorf("got %d requests of staging", s)
	}
	w.site.answer = func(edge.OriginRequest) edge.OriginAnswer { return edge.OriginAnswer{Status: 404} }
	w.Serve(edge.Request{Host: alias, Path: "/b", Count: 1000})
	if got := w.metrics[primaryID].e4xx; got != 1000 {
		t.Errorf("got %d errors, want staging's among them", got)
	}
}

func errorPages(code int32, page, answer string, ttl int64) *types.CustomErrorResponses {
	return &types.CustomErrorResponses{Quantity: aws.Int32(1), Items: []types.CustomErrorResponse{{
		ErrorCode: &code, ResponsePagePath: &page, ResponseCode: &answer, ErrorCachingMinTTL: &ttl,
	}}}
}

func TestOneSeedGivesOneRun(t *testing.T) {
	run := func() string {
		var out strings.Builder
		w := build(t, sticky(0.15), nil)
		for i := range 200 {
			for _, a := range w.Serve(edge.Request{POP: i % 20, Host: alias, Path: "/", Count: 10}) {
				fmt.Fprint(&out, a.Side, a.Count, a.Result)
			}
		}
		return out.String()
	}
	if a, b := run(), run(); a != b {
		t.Error("two runs differ")
	}
}
