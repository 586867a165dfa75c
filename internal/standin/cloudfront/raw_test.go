package cloudfront_test

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
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
  <DefaultCacheBehavior><TargetOriginId>site</TargetOriginId><ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>
    <CachePolicyId>658327ea-f89d-4fab-a63d-7e88639e58f6</CachePolicyId></DefaultCacheBehavior>
  <CallerReference>raw</CallerReference>
</DistributionConfig>`

func serve(tb testing.TB, w *world, method, path, body, etag string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), method, "https://cloudfront.amazonaws.com/2020-05-31/x", strings.NewReader(body))
	if u, err := url.ParseRequestURI(path); err == nil {
		r.URL.Path, r.URL.RawPath, r.URL.RawQuery = u.Path, u.RawPath, u.RawQuery
	} else {
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
	}
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
	first := serve(t, w, http.MethodGet, "/2020-05-31/distribution/"+primaryID+"/config", "", "")
	rest := first.Body.String()
	for _, want := range []string{
		`<FutureSwitch>on</FutureSwitch><Enabled>true</Enabled><Comment>x &amp; y</Comment><Origins><Items><Origin>`,
		`<Id>site</Id><FutureOrigin><Deep>&lt;1&gt;</Deep></FutureOrigin><DomainName>d</DomainName><OriginPath></OriginPath>`,
		`</Origin></Items><Quantity>1</Quantity></Origins><DefaultCacheBehavior><TargetOriginId>site</TargetOriginId>`,
		`</DefaultCacheBehavior><CallerReference>raw</CallerReference><Aliases><Quantity>0</Quantity></Aliases>`,
	} {
		var ok bool
		if _, rest, ok = strings.Cut(rest, want); !ok {
			t.Fatalf("got\n%s\nwithout, in this place,\n%s", first.Body, want)
		}
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
		"ten megabytes":               {config("<Comment>" + strings.Repeat("x", 10<<20) + "</Comment>"), "RequestEntityTooLarge", 413},
		"an origin given twice over":  {strings.Replace(raw, "<Id>site</Id>", "<Id>site</Id><Id>other</Id>", 1), "MalformedInput", 400},
		"text for a structure":        {strings.Replace(raw, "<CallerReference>", "<Logging>off</Logging><CallerReference>", 1), "MalformedInput", 400},
		"a number that is none":       {strings.Replace(raw, "<FutureOrigin>", "<ConnectionAttempts>many</ConnectionAttempts><FutureOrigin>", 1), "InvalidArgument", 400},
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
		"/2020-05-31/distribution/..%2f..%2fetc%2fpasswd", "/2020-05-31/distribution/%2e%2e/config", "/2020-05-31/distribution/%00",
		"/2020-05-31/distribution/%25%32%46", "/2020-05-31/distribution/%zz", "/2020-05-31/origin-access-identity",
		"/2020-05-31/%64istribution/", "/2020-05-31/tagging?Resource=%zz", "/2020-05-31/distribution/" + strings.Repeat("a", 1<<16),
	} {
		got := serve(t, newWorld(t), http.MethodGet, path, "", "")
		if got.Code < 400 || got.Code >= 500 {
			t.Errorf("got %d for %q: %s", got.Code, path, got.Body)
			continue
		}
		wantErrorDocument(t, got, code(t, got), got.Code)
	}
}

// code is that of an error document.
func code(tb testing.TB, got *httptest.ResponseRecorder) string {
	tb.Helper()
	_, rest, ok := strings.Cut(got.Body.String(), "<Code>")
	if !ok {
		tb.Fatalf("got %s, which has no code", got.Body)
	}
	out, _, _ := strings.Cut(rest, "<")
	return out
}
