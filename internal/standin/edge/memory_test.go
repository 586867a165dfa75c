package edge_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// A stand-in that is left running sees many distributions come and go. What POPs kept of one that is gone goes with it, once
// another one is asked for the first time.
func TestAnAliasBelongsToWhoHasItNow(t *testing.T) {
	w := build(t, byHeader(), nil)
	w.visit(t, "E3", "three.example.com")
	w.remove(t, "E3")
	w.visit(t, "E4", "three.example.com")
}

// A POP that is behind may have an enabled policy whose staging distribution is long gone, or not there yet.
func TestWithoutAStagingDistributionThePrimaryServes(t *testing.T) {
	tests := map[string]func(*testing.T, *world){
		"gone": func(t *testing.T, w *world) {
			t.Helper()
			w.account.Stick(primaryID, w.account.POPs()[0])
			w.editPolicy(t, func(n *cloudfront.Node) { n.Set(enabledPath, "false") })
			if err := w.account.Edit(primaryID, func(n *cloudfront.Node) { n.Set("ContinuousDeploymentPolicyId", "") }); err != nil {
				t.Fatal(err)
			}
			w.clock.Advance(10 * time.Minute)
			policy, _ := w.account.LivePolicy(w.pair.Policy.ID)
			w.call(t, http.MethodDelete, "continuous-deployment-policy/"+policy.ID, policy.ETag, "")
			w.remove(t, stagingID)
		},
		"not there yet": func(t *testing.T, w *world) {
			t.Helper()
			usual := w.account.Spread
			w.account.Spread = cloudfront.Spread{Min: time.Hour}
			live, _ := w.account.Live(primaryID)
			w.call(t, http.MethodPost, "distribution/"+primaryID+"/copy", live.ETag,
				`<CopyDistributionRequest><CallerReference>c</CallerReference></CopyDistributionRequest>`)
			w.account.Spread = usual
			ids := w.account.Distributions()
			copied, _ := w.account.Live(ids[len(ids)-1])
			w.editPolicy(t, func(n *cloudfront.Node) {
				n.Put(cloudfront.List("StagingDistributionDnsNames", cloudfront.Leaf("DnsName", copied.DomainName)))
			})
		},
	}
	for name, arrange := range tests {
		t.Run(name, func(t *testing.T) {
			w := build(t, byHeader(), nil)
			w.get(t, "/", nil) // so that the POP has found the staging distribution before
			arrange(t, w)
			if a := w.get(t, "/", toStaging()); a.Side != edge.Primary || a.Status != 200 {
				t.Errorf("got %d from %v", a.Status, a.Side)
			}
		})
	}
}

func TestNothingIsKeptOfADistributionThatIsGone(t *testing.T) {
	w := build(t, byHeader(), nil)
	var kept []weak.Pointer[byte]
	w.site.answer = func(edge.OriginRequest) edge.OriginAnswer {
		body := make([]byte, 1024)
		kept = append(kept, weak.Make(&body[0]))
		return edge.OriginAnswer{Status: 200, Header: http.Header{}, Body: body}
	}
	w.visit(t, "E3", "three.example.com")
	w.remove(t, "E3")
	w.visit(t, "E4", "four.example.com")
	runtime.GC()
	if kept[0].Value() != nil {
		t.Error("the cache of a distribution that is gone is still there")
	}
	if kept[1].Value() == nil {
		t.Error("the cache of a distribution that exists is not")
	}
	runtime.KeepAlive(w)
}

// visit asks a new distribution for something.
func (w *world) visit(t *testing.T, id, host string) {
	t.Helper()
	cfg := siteConfig()
	cfg.Aliases = &types.Aliases{Quantity: aws.Int32(1), Items: []string{host}}
	if _, err := w.account.AddDistribution(id, encode(t, cfg)); err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, w.one(t, edge.Request{Host: host, Path: "/a"}), 200, "Miss", "")
}

func (w *world) remove(t *testing.T, id string) {
	t.Helper()
	if err := w.account.Edit(id, func(n *cloudfront.Node) { n.Set("Enabled", "false") }); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(10 * time.Minute)
	live, _ := w.account.Live(id)
	for _, alias := range live.Tree().Child("Aliases").Items() {
		w.one(t, edge.Request{Host: alias.Text, Path: "/"}) // so that the POP knows the last revision of it
	}
	w.call(t, http.MethodDelete, "distribution/"+id, live.ETag, "")
}

// call is one of the account's API.
func (w *world) call(t *testing.T, method, path, etag, body string) {
	t.Helper()
	r := httptest.NewRequest(method, "https://cloudfront.amazonaws.com/2020-05-31/"+path, strings.NewReader(body))
	r.Header.Set("If-Match", etag)
	r.Header.Set("Staging", "true")
	rec := httptest.NewRecorder()
	if w.account.ServeHTTP(rec, r); rec.Code >= 300 {
		t.Fatalf("%s %s: got %d %s", method, path, rec.Code, rec.Body)
	}
}
