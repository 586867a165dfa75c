package distribution_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
)

func TestSetOrigin(t *testing.T) {
	for name, test := range map[string]struct {
		path, domain *string
		changed      bool
		want         []distribution.Difference
	}{
		"a path":   {new("/green"), nil, true, []distribution.Difference{{"Origins[site].OriginPath", "/blue", "/green"}}},
		"the root": {new(""), nil, true, []distribution.Difference{{"Origins[site].OriginPath", "/blue", ""}}},
		"a domain": {nil, new("b.s3.amazonaws.com"), true, []distribution.Difference{
			{"Origins[site].DomainName", "example-site.s3.eu-central-1.amazonaws.com", "b.s3.amazonaws.com"},
		}},
		"both": {new("/green"), new("b.s3.amazonaws.com"), true, []distribution.Difference{
			{"Origins[site].DomainName", "example-site.s3.eu-central-1.amazonaws.com", "b.s3.amazonaws.com"},
			{"Origins[site].OriginPath", "/blue", "/green"},
		}},
		"what it has already": {new("/blue"), new("example-site.s3.eu-central-1.amazonaws.com"), false, nil},
		"nothing":             {nil, nil, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			before := example(t, "spa.staging")
			after := distribution.Clone(before)
			changed, err := distribution.SetOrigin(after, "site", test.path, test.domain)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, changed, test.changed)
			wantEqual(t, distribution.Diff(before, after), test.want)
		})
	}
}

func TestSetOriginSharesNoStrings(t *testing.T) {
	c := example(t, "spa.staging")
	was, path := c.Origins.Items[0].OriginPath, "/green"
	if _, err := distribution.SetOrigin(c, "site", &path, nil); err != nil {
		t.Fatal(err)
	}
	path = "/other"
	wantEqual(t, *was, "/blue")
	wantEqual(t, *c.Origins.Items[0].OriginPath, "/green")
}

func TestSetOriginRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		config       *types.DistributionConfig
		origin       string
		path, domain *string
		want         string
	}{
		"an unknown origin":             {example(t, "api.primary"), "site", new("/x"), nil, "web-eu, web-us, api"},
		"a config without origins":      {&types.DistributionConfig{}, "site", new("/x"), nil, "no origins"},
		"a path without leading slash":  {example(t, "spa.primary"), "site", new("green"), nil, "must begin with a slash"},
		"a path with trailing slash":    {example(t, "spa.primary"), "site", new("/green/"), nil, "must not end with a slash"},
		"a slash alone":                 {example(t, "spa.primary"), "site", new("/"), nil, "must not end with a slash"},
		"an empty domain":               {example(t, "spa.primary"), "site", new("/x"), new(""), "domain name is empty"},
		"a URL where a domain belongs":  {example(t, "spa.primary"), "site", new("/x"), new("https://a.example"), "not a domain name"},
		"a good domain with a bad path": {example(t, "spa.primary"), "site", new("x"), new("a.example"), "must begin"},
	} {
		t.Run(name, func(t *testing.T) {
			before := distribution.Clone(test.config)
			changed, err := distribution.SetOrigin(test.config, test.origin, test.path, test.domain)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.origin) {
				t.Errorf("got %v, want an error with %q that names %s", err, test.want, test.origin)
			}
			wantEqual(t, changed, false)
			wantEqual(t, test.config, before)
		})
	}
}

func TestS3Domains(t *testing.T) {
	for domain, want := range map[string][2]string{
		"site.s3.amazonaws.com":                               {"site", ""},
		"site.s3.eu-central-1.amazonaws.com":                  {"site", "eu-central-1"},
		"SITE.S3.EU-Central-1.AmazonAWS.com":                  {"site", "eu-central-1"},
		"www.example.com.s3.us-gov-west-1.amazonaws.com":      {"www.example.com", "us-gov-west-1"},
		"www.example.com.s3.amazonaws.com":                    {"www.example.com", ""},
		"a.s3.b.s3.us-east-2.amazonaws.com":                   {"a.s3.b", "us-east-2"},
		"a.s3.s3.amazonaws.com":                               {"a.s3", ""},
		"site.s3-us-west-2.amazonaws.com":                     {"site", "us-west-2"},
		"site.s3.dualstack.us-west-2.amazonaws.com":           {"site", "us-west-2"},
		"site.s3.cn-north-1.amazonaws.com.cn":                 {"site", "cn-north-1"},
		"site.s3-website-us-east-1.amazonaws.com":             {},
		"site.s3-website.eu-central-1.amazonaws.com":          {},
		"s3.eu-central-1.amazonaws.com":                       {},
		"abc.mrap.accesspoint.s3-global.amazonaws.com":        {},
		"abc123.lambda-url.us-east-1.on.aws":                  {},
		"site.s3.eu-central-1.amazonaws.com.attacker.example": {},
		"": {},
	} {
		t.Run(domain, func(t *testing.T) {
			bucket, region := distribution.ParseS3Domain(domain)
			wantEqual(t, [2]string{bucket, region}, want)
		})
	}
}

func TestS3OriginsAreThoseWithAnAccessControl(t *testing.T) {
	c := example(t, "api.primary")
	c.Origins.Items = append(c.Origins.Items,
		types.Origin{Id: new("public"), DomainName: new("p.s3.amazonaws.com"), S3OriginConfig: &types.S3OriginConfig{}},
		types.Origin{Id: new("function"), DomainName: new("a.lambda-url.us-east-1.on.aws"), OriginAccessControlId: new("E1")},
		types.Origin{
			Id: new("odd"), DomainName: new("odd.example"), OriginAccessControlId: new("E1"), S3OriginConfig: &types.S3OriginConfig{},
		})
	wantEqual(t, distribution.S3Origins(c), []distribution.S3Origin{
		{"web-eu", "example-shop-web.s3.eu-central-1.amazonaws.com", "example-shop-web", "eu-central-1"},
		{"web-us", "example-shop-web-replica.s3.us-east-2.amazonaws.com", "example-shop-web-replica", "us-east-2"},
		{"odd", "odd.example", "", ""},
	})
	wantEqual(t, distribution.S3Origins(nil), nil)
}

func TestCloneIsEqualAndApart(t *testing.T) {
	for n := range rounds {
		c := random(seeded(n))
		clone := distribution.Clone(c)
		wantEqual(t, clone, c)
		wantApart(t, reflect.ValueOf(clone), reflect.ValueOf(c))
	}
	wantEqual(t, distribution.Clone(nil), nil)
}

func TestCopyableIsFromButForTheFourFields(t *testing.T) {
	for n := range rounds {
		from, into := random(seeded(n)), random(seeded(n+1))
		result := distribution.Copyable(from, into)
		wantSame(t, result, from)
		wantEqual(t, result.Aliases, into.Aliases)
		wantEqual(t, result.CallerReference, into.CallerReference)
		wantEqual(t, result.ContinuousDeploymentPolicyId, into.ContinuousDeploymentPolicyId)
		wantEqual(t, result.Staging, into.Staging)
		wantApart(t, reflect.ValueOf(result), reflect.ValueOf(from))
		wantApart(t, reflect.ValueOf(result), reflect.ValueOf(into))
		if t.Failed() {
			t.Fatalf("round %d", n)
		}
	}
}

func TestMutatingACopyLeavesTheOriginals(t *testing.T) {
	from, into := full(), full()
	result := distribution.Copyable(from, into)
	for _, l := range leavesOf(result) {
		if l.value.Kind() == reflect.Pointer {
			l.value = l.value.Elem() // written through
		}
		l.change()
	}
	wantEqual(t, from, full())
	wantEqual(t, into, full())
}

// wantApart checks that two values share no pointer and no array.
func wantApart(t *testing.T, a, b reflect.Value) {
	t.Helper()
	shared := make(map[uintptr]bool)
	for _, p := range pointers(nil, a) {
		shared[p] = true
	}
	for _, p := range pointers(nil, b) {
		if shared[p] {
			t.Fatal("got shared memory, want none")
		}
	}
}

func pointers(to []uintptr, v reflect.Value) []uintptr {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			to = pointers(append(to, v.Pointer()), v.Elem())
		}
	case reflect.Slice:
		if v.Cap() > 0 {
			to = append(to, v.Pointer())
		}
		for i := range v.Len() {
			to = pointers(to, v.Index(i))
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			to = pointers(to, field)
		}
	default:
	}
	return to
}
