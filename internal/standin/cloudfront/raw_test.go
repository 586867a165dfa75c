package cloudfront_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const namespace = `xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"`

// raw is a config with elements that no SDK knows, in an order that none writes.
const raw = `<?xml version="1.0" encoding="UTF-8"?>
<DistributionConfig ` + namespace + `>
  <FutureSwitch>on</FutureSwitch>
  <Enabled>true</Enabled>
  <Comment>x &amp; y</Comment><!-- a comment -->
  <Origins><Items><Origin><Id>site</Id><FutureOrigin><Deep>&lt;1&gt;</Deep></FutureOrigin><DomainName>d</DomainName></Origin></Items>
  <Quantity>1</Quantity></Origins>
  <DefaultCacheBehavior><TargetOriginId>site</TargetOriginId></DefaultCacheBehavior>
  <CallerReference>raw</CallerReference>
</DistributionConfig>`

func serve(tb testing.TB, w *world, method, path, body, etag string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), method, "https://cloudfront.amazonaws.com/2020-05-31/x", strings.NewReader(body))
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
	if etag != "" {
		r.Header.Set("If-Match", etag)
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

func TestUnknownFieldsAreKeptInOrder(t *testing.T) {
	w := newWorld(t)
	w.NextID(primaryID)
	if got := serve(t, w, http.MethodPost, "/2020-05-31/distribution", raw, ""); got.Code != http.StatusCreated {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
	const want = `<FutureSwitch>on</FutureSwitch><Enabled>true</Enabled><Comment>x &amp; y</Comment>` +
		`<Origins><Items><Origin><Id>site</Id><FutureOrigin><Deep>&lt;1&gt;</Deep></FutureOrigin><DomainName>d</DomainName></Origin></Items>` +
		`<Quantity>1</Quantity></Origins><DefaultCacheBehavior><TargetOriginId>site</TargetOriginId></DefaultCacheBehavior>` +
		`<CallerReference>raw</CallerReference>`
	first := serve(t, w, http.MethodGet, "/2020-05-31/distribution/"+primaryID+"/config", "", "")
	if got := first.Body.String(); !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwithout\n%s", got, want)
	}
	written := serve(t, w, http.MethodPut, "/2020-05-31/distribution/"+primaryID+"/config", first.Body.String(), first.Header().Get("Etag"))
	second := serve(t, w, http.MethodGet, "/2020-05-31/distribution/"+primaryID+"/config", "", "")
	if written.Code != http.StatusOK || second.Body.String() != first.Body.String() {
		t.Errorf("got %d and\n%s\nafter writing\n%s", written.Code, second.Body, first.Body)
	}
}

func TestMalformedBodies(t *testing.T) {
	config := func(inner string) string {
		return `<DistributionConfig ` + namespace + `>` + inner + `</DistributionConfig>`
	}
	tests := map[string]struct {
		body   string
		code   string
		status int
	}{
		"nothing":                     {"", "MissingBody", 400},
		"no XML":                      {"{}", "MalformedInput", 400},
		"XML that ends too early":     {raw[:200], "MalformedInput", 400},
		"another root element":        {`<Distribution ` + namespace + `/>`, "MalformedInput", 400},
		"another namespace":           {`<DistributionConfig xmlns="http://example.com/"/>`, "MalformedInput", 400},
		"two root elements":           {config("") + config(""), "MalformedInput", 400},
		"text after the root element": {raw + "x", "MalformedInput", 400},
		"text between elements":       {config("<Origins>x<Quantity>0</Quantity></Origins>"), "MalformedInput", 400},
		"a document type with entities": {
			`<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + config("<Comment>&b;</Comment>"), "MalformedInput", 400,
		},
		"elements nested without end": {config(strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000)), "MalformedInput", 400},
		"more than a megabyte":        {config("<Comment>" + strings.Repeat("x", 1<<20) + "</Comment>"), "RequestEntityTooLarge", 413},
		"an absurd quantity":          {strings.Replace(raw, "<Quantity>1<", "<Quantity>99999999999999999999<", 1), "InvalidArgument", 400},
		"a negative quantity":         {strings.Replace(raw, "<Quantity>1<", "<Quantity>-1<", 1), "InvalidArgument", 400},
		"a field given twice":         {strings.Replace(raw, "<Enabled>", "<Enabled>false</Enabled><Enabled>", 1), "MalformedInput", 400},
		"a switch that is neither":    {strings.Replace(raw, "<Enabled>true", "<Enabled>maybe", 1), "InvalidArgument", 400},
		"a required field missing":    {strings.Replace(raw, "<Comment>x &amp; y</Comment>", "", 1), "InvalidArgument", 400},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := serve(t, newWorld(t), http.MethodPost, "/2020-05-31/distribution", tt.body, "")
			wantErrorDocument(t, got, tt.code, tt.status)
		})
	}
}

// wantErrorDocument checks an answer to a client that is not an SDK.
func wantErrorDocument(tb testing.TB, got *httptest.ResponseRecorder, code string, status int) {
	tb.Helper()
	var doc struct {
		XMLName   xml.Name `xml:"http://cloudfront.amazonaws.com/doc/2020-05-31/ ErrorResponse"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		RequestID string   `xml:"RequestId"`
	}
	if err := xml.Unmarshal(got.Body.Bytes(), &doc); err != nil {
		tb.Fatalf("%v in %s", err, got.Body)
	}
	if doc.Code != code || got.Code != status || doc.Type != "Sender" || doc.RequestID == "" {
		tb.Errorf("got %d %+v, want %s with %d", got.Code, doc, code, status)
	}
}

func TestStrangePaths(t *testing.T) {
	for _, path := range []string{
		"", "/", "/2020-05-31", "/2020-05-31/", "/2019-03-26/distribution", "/2020-05-31/distribution/",
		"/2020-05-31/distribution/../distribution", "/2020-05-31/distribution/a/config/b", "/2020-05-31/distribution//config",
	} {
		got := serve(t, newWorld(t), http.MethodGet, path, "", "")
		if got.Code != http.StatusNotImplemented && got.Code != http.StatusNotFound {
			t.Errorf("got %d for %q: %s", got.Code, path, got.Body)
		}
	}
}

// FuzzServe: whatever arrives, the answer is well-formed XML or empty, and nothing panics.
func FuzzServe(f *testing.F) {
	policy := `<ContinuousDeploymentPolicyConfig ` + namespace + `><StagingDistributionDnsNames><Quantity>1</Quantity><Items><DnsName>{domain}</DnsName>` +
		`</Items></StagingDistributionDnsNames><Enabled>true</Enabled><TrafficConfig><SingleWeightConfig><Weight>0.1</Weight></SingleWeightConfig>` +
		`<Type>SingleWeight</Type></TrafficConfig></ContinuousDeploymentPolicyConfig>`
	copying := `<CopyDistributionRequest><CallerReference>c</CallerReference></CopyDistributionRequest>`
	f.Add("POST", "/2020-05-31/distribution", raw, "")
	f.Add("POST", "/2020-05-31/distribution?WithTags", "<DistributionConfigWithTags>"+raw+"<Tags/></DistributionConfigWithTags>", "")
	f.Add("PUT", "/2020-05-31/distribution/"+primaryID+"/config", strings.Replace(raw, ">raw<", ">primary<", 1), "{etag}")
	f.Add("PUT", "/2020-05-31/distribution/"+primaryID+"/promote-staging-config?StagingDistributionId="+stagingID, "", "{etag},{staging}")
	f.Add("POST", "/2020-05-31/distribution/"+primaryID+"/copy", copying, "{etag}")
	f.Add("PUT", "/2020-05-31/continuous-deployment-policy/{policy}", policy, "{policy-etag}")
	f.Add("POST", "/2020-05-31/continuous-deployment-policy", policy, "")
	f.Add("GET", "/2020-05-31/distribution?MaxItems=1&Marker=E", "", "")
	f.Add("POST", "/2020-05-31/tagging?Operation=Tag&Resource=arn", "<Tags/>", "")
	f.Add("POST", "/2020-05-31/distributions/"+primaryID+"/monitoring-subscription", "<MonitoringSubscription/>", "")
	f.Fuzz(func(t *testing.T, method, path, body, etag string) {
		w, pair := newPair(t, byWeight(true))
		primary, _ := w.Live(primaryID)
		staged, _ := w.Live(stagingID)
		fill := strings.NewReplacer("{policy}", pair.Policy.ID, "{policy-etag}", pair.Policy.ETag, "{etag}", primary.ETag,
			"{staging}", staged.ETag, "{domain}", staged.DomainName)
		switch method {
		case http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete:
		default:
			method = http.MethodPut
		}
		got := serve(t, w, method, fill.Replace(path), fill.Replace(body), fill.Replace(etag))
		if got.Code < 200 || got.Code > 501 || got.Code == http.StatusInternalServerError {
			t.Errorf("got status %d", got.Code)
		}
		for dec := xml.NewDecoder(got.Body); ; {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("got an answer that is not XML: %v", err)
			}
		}
		w.settle()
		w.get(t, primaryID)
	})
}
