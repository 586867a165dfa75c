package s3_test

import (
	"bytes"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"weak"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/s3"
)

const (
	arn   = "arn:aws:cloudfront::123456789012:distribution/E1"
	other = "arn:aws:cloudfront::123456789012:distribution/E2"
)

func TestTheBucketPolicyDecidesWhoReadsAsAnOrigin(t *testing.T) {
	const (
		cloudFront = `"Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"`
		everybody  = `"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"`
	)
	allow := func(rest string) string { return `{"Statement": [{"Effect": "Allow", ` + rest + `}]}` }
	when := func(condition string) string { return allow(cloudFront + `, "Condition": ` + condition) }
	tests := map[string]struct {
		policy             string
		signed, others, no bool // read by the distribution, by another one, unsigned
	}{
		"no policy":                          {"", false, false, false},
		"not JSON":                           {"{", false, false, false},
		"the service":                        {allow(cloudFront), true, true, false},
		"a list of services":                 {allow(`"Principal": {"Service": ["a", "cloudfront.amazonaws.com"]}, "Action": ["s3:Get*"], "Resource": ["arn:aws:s3:::site/*"]`), true, true, false},
		"one statement":                      {`{"Statement": {"Effect": "Allow", ` + cloudFront + `}}`, true, true, false},
		"everybody":                          {allow(everybody), true, true, true},
		"everybody of AWS":                   {allow(`"Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"`), true, true, true},
		"somebody else":                      {allow(`"Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "*", "Resource": "*"`), false, false, false},
		"another action":                     {allow(`"Principal": "*", "Action": "s3:PutObject", "Resource": "*"`), false, false, false},
		"another resource":                   {allow(`"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/b/*"`), false, false, false},
		"StringEquals":                       {when(`{"StringEquals": {"AWS:SourceArn": "` + arn + `"}}`), true, false, false},
		"StringEquals of a list":             {when(`{"StringEquals": {"aws:sourcearn": ["` + arn + `", "` + other + `"]}}`), true, true, false},
		"StringLike":                         {when(`{"StringLike": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*"}}`), true, true, false},
		"ArnLike":                            {when(`{"ArnLike": {"AWS:SourceArn": "*/E?"}}`), true, true, false},
		"ArnEquals":                          {when(`{"ArnEquals": {"AWS:SourceArn": "` + arn + `"}}`), true, false, false},
		"StringNotEquals":                    {when(`{"StringNotEquals": {"AWS:SourceArn": "` + other + `"}}`), true, false, false},
		"StringNotEquals of what is missing": {allow(everybody + `, "Condition": {"StringNotEquals": {"AWS:SourceArn": "` + arn + `"}}`), false, true, true},
		"two conditions":                     {when(`{"StringEquals": {"AWS:SourceArn": "` + arn + `", "AWS:SourceAccount": "1"}}`), false, false, false},
		"the account":                        {when(`{"StringEquals": {"AWS:SourceAccount": 123456789012}}`), false, false, false},
		"the account as text":                {when(`{"StringEquals": {"AWS:SourceAccount": "123456789012"}}`), true, true, false},
		"TLS":                                {when(`{"Bool": {"aws:SecureTransport": true}}`), true, true, false},
		"an unknown operator":                {when(`{"ForAnyValue:StringEquals": {"AWS:SourceArn": "` + arn + `"}}`), false, false, false},
		"an unknown key":                     {when(`{"StringEquals": {"aws:PrincipalOrgID": "o"}}`), false, false, false},
		"a variable":                         {when(`{"StringLike": {"AWS:SourceArn": "${x}*"}}`), false, false, false},
		"NotAction":                          {allow(`"Principal": "*", "NotAction": "s3:PutObject", "Resource": "*"`), false, false, false},
		"IfExists": {
			allow(everybody + `, "Condition": {"StringEqualsIfExists": {"AWS:SourceArn": "` + arn + `"}}`),
			true, false, true,
		},
		"a Deny wins": {`{"Statement": [{"Effect": "Allow", ` + everybody + `}, {"Effect": "Deny", ` + cloudFront +
			`, "Condition": {"StringEquals": {"AWS:SourceArn": "` + other + `"}}}]}`, true, false, true},
		"a Deny that is not understood": {`{"Statement": [{"Effect": "Allow", ` + everybody + `}, {"Effect": "Deny", ` + everybody +
			`, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}]}`, false, false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := siteBucket(t)
			server.SetPolicy("site", tt.policy)
			for who, want := range map[string]bool{arn: tt.signed, other: tt.others, "": tt.no} {
				status, _, _ := server.ReadAsOrigin("site", "/a.html", who, http.MethodGet, "")
				if got := status == http.StatusOK; got != want {
					t.Errorf("%q: got %d", who, status)
				}
			}
		})
	}
}

func siteBucket(tb testing.TB) *s3.Server {
	tb.Helper()
	server := s3.New(simtime.New(start()))
	if err := server.CreateBucket("site"); err != nil {
		tb.Fatal(err)
	}
	for _, key := range []string{"a.html", "with space.html"} {
		h := http.Header{"Content-Type": {"text/html"}, "Cache-Control": {"max-age=60"}}
		if err := server.Put("site", key, []byte(key), h); err != nil {
			tb.Fatal(err)
		}
	}
	return server
}

func TestWhatAnOriginReads(t *testing.T) {
	const read = `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"}`
	const list = `, {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::site"}`
	tests := map[string]struct {
		policy, bucket, path, method string
		status                       int
		body                         string
	}{
		"an object":                     {read, "site", "/a.html", "GET", 200, "a.html"},
		"its head":                      {read, "site", "/a.html", "HEAD", 200, ""},
		"an escaped key":                {read, "site", "/with%20space.html", "GET", 200, "with space.html"},
		"a missing key":                 {read, "site", "/b", "GET", 403, "AccessDenied"},
		"a missing key by who may list": {read + list, "site", "/b", "GET", 404, "NoSuchKey"},
		"the root":                      {read, "site", "/", "GET", 403, "AccessDenied"},
		"the root by who may list":      {read + list, "site", "/", "GET", 200, "<Key>a.html</Key>"},
		"a bad escape":                  {read, "site", "/%zz", "GET", 400, "InvalidURI"},
		"a missing bucket":              {read, "none", "/a.html", "GET", 404, "NoSuchBucket"},
		"a write":                       {read, "site", "/a.html", "PUT", 405, "MethodNotAllowed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := siteBucket(t)
			server.SetPolicy("site", tt.policy+"]}")
			status, _, body := server.ReadAsOrigin(tt.bucket, tt.path, "", tt.method, "")
			if status != tt.status || !bytes.Contains(body, []byte(tt.body)) {
				t.Errorf("got %d %s, want %d %s", status, body, tt.status, tt.body)
			}
		})
	}
}

func TestAnOriginSeesTheCurrentVersion(t *testing.T) {
	server := siteBucket(t)
	server.SetPolicy("site", `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}}`)
	get := func(condition string) (int, http.Header, string) {
		status, h, body := server.ReadAsOrigin("site", "/a.html", "", "GET", condition)
		return status, h, string(body)
	}
	_, before, _ := get("")
	if before.Get("Content-Type") != "text/html" || before.Get("Cache-Control") != "max-age=60" || before.Get("Last-Modified") == "" {
		t.Errorf("got headers %v", before)
	}
	if status, _, _ := get(before.Get("Etag")); status != http.StatusNotModified {
		t.Errorf("got %d to its ETag", status)
	}
	if err := server.Put("site", "a.html", []byte("new"), nil); err != nil {
		t.Fatal(err)
	}
	if status, h, body := get(before.Get("Etag")); status != 200 || body != "new" || h.Get("Cache-Control") != "" {
		t.Errorf("got %d %q %v", status, body, h)
	}
	if err := server.Delete("site", "a.html"); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := get(""); status != 404 {
		t.Errorf("got %d after the deletion", status)
	}
}

func BenchmarkReadAsOrigin(b *testing.B) {
	server := siteBucket(b)
	server.SetPolicy("site", `{"Statement": {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"},
		"Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*", "Condition": {"StringEquals": {"AWS:SourceArn": ["`+other+`", "`+arn+`"]}}}}`)
	b.ReportAllocs()
	for b.Loop() {
		if status, _, _ := server.ReadAsOrigin("site", "/a.html", arn, http.MethodGet, ""); status != 200 {
			b.Fatal(status)
		}
	}
}

func TestANewPolicyHoldsAtOnce(t *testing.T) {
	server := siteBucket(t)
	for _, effect := range []string{"Allow", "Deny", "Allow"} {
		server.SetPolicy("site", `{"Statement": {"Effect": "`+effect+`", "Principal": "*", "Action": "s3:*", "Resource": "*"}}`)
		if status, _, _ := server.ReadAsOrigin("site", "/a.html", "", "GET", ""); (status == http.StatusOK) != (effect == "Allow") {
			t.Errorf("%s: got %d", effect, status)
		}
	}
}

func TestAListingHasNoETagToMatch(t *testing.T) {
	server := siteBucket(t)
	server.SetPolicy("site", `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}}`)
	if status, _, body := server.ReadAsOrigin("site", "/", "", "GET", `"1"`); status != http.StatusOK || len(body) == 0 {
		t.Errorf("got %d %s, want the listing whatever the viewer has", status, body)
	}
}

func TestNothingIsKeptOfAnObjectThatIsGone(t *testing.T) {
	server := siteBucket(t)
	server.SetPolicy("site", `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}}`)
	if err := server.Put("site", "large", []byte(strings.Repeat("a", 1<<16)), nil); err != nil {
		t.Fatal(err)
	}
	_, _, body := server.ReadAsOrigin("site", "/large", "", "GET", "")
	kept := weak.Make(&body[0])
	if err := server.Delete("site", "large"); err != nil {
		t.Fatal(err)
	}
	server.ReadAsOrigin("site", "/large", "", "GET", "")
	runtime.GC()
	if kept.Value() != nil {
		t.Error("what was read of the object is still there")
	}
	runtime.KeepAlive(server)
}
