package distribution_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
)

// minimal is the least that is taken for a config.
const minimal = `"Origins": {}, "DefaultCacheBehavior": {}`

func TestParseCLIReadsBothForms(t *testing.T) {
	for name, test := range map[string]struct{ text, etag, comment string }{
		"as the CLI prints it": {`{"ETag": "E1", "DistributionConfig": {"Comment": "x", ` + minimal + `}}`, "E1", "x"},
		"the config alone":     {`{"Comment": "x", ` + minimal + `}`, "", "x"},
		"with space around it": {"\n\t {\"Comment\": \"x\", " + minimal + "}\n", "", "x"},
		"in other cases":       {`{"etag": "E1", "distributionconfig": {"COMMENT": "x", ` + minimal + `}}`, "E1", "x"},
		"with nulls":           {`{"ETag": null, "DistributionConfig": {"Aliases": null, "Comment": "x", ` + minimal + `}}`, "", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			c, etag, err := distribution.ParseCLI([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, etag, test.etag)
			wantEqual(t, *c.Comment, test.comment)
		})
	}
}

func TestParseCLIRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"an unknown member": {`{"DistributionConfig": {"Coment": "x", ` + minimal + `}}`, "unknown field DistributionConfig.Coment"},
		"an unknown member of an element": {
			`{"Origins": {"Items": [{}, {"OriginPaht": "/x"}]}, "DefaultCacheBehavior": {}}`,
			"unknown field DistributionConfig.Origins.Items[1].OriginPaht",
		},
		"an unknown member after white space": {"\n {\"X\": 1, " + minimal + "}", "unknown field DistributionConfig.X"},
		"something beside ETag and config":    {`{"ETag": "E1", "Id": "E2", "DistributionConfig": {` + minimal + `}}`, "unknown field Id"},
		"the SDK's own marker":                {`{"noSmithyDocumentSerde": {}, ` + minimal + `}`, "unknown field DistributionConfig.noSmithyDocumentSerde"},
		"a member given twice":                {`{"Comment": "a", "comment": "b", ` + minimal + `}`, "DistributionConfig.comment is given twice"},
		"get-distribution":                    {`{"ETag": "E1", "Distribution": {"Id": "E2"}}`, "use get-distribution-config"},
		"a value of the wrong type":           {`{"Enabled": "yes", ` + minimal + `}`, "Enabled"},
		"a list without its wrapper":          {`{"Origins": [], "DefaultCacheBehavior": {}}`, "Origins"},
		"no config":                           {`{"ETag": "E1", "DistributionConfig": null}`, "no Origins"},
		"an empty object":                     {`{}`, "no Origins"},
		"a policy's config":                   {`{"StagingDistributionDnsNames": {"Quantity": 0}, "Enabled": true}`, "unknown field DistributionConfig.StagingDistributionDnsNames"},
		"an array":                            {`[]`, "not a JSON object"},
		"nothing":                             {``, "unexpected end"},
		"half a config":                       {`{"Comment": "x"`, "unexpected end"},
		"two configs":                         {`{` + minimal + `}{}`, "after top-level value"},
		"what is not text":                    {"{\"Comment\": \"\xff\", " + minimal + "}", "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _, err := distribution.ParseCLI([]byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v, want an error with %q", c, err, test.want)
			}
		})
	}
}

func TestMarshalCLIIsReadBackAsItWas(t *testing.T) {
	for n := range rounds {
		c := random(seeded(n))
		for _, etag := range []string{"", "E1"} {
			text, err := distribution.MarshalCLI(c, etag)
			if err != nil {
				t.Fatal(err)
			}
			got, gotETag, err := distribution.ParseCLI(text)
			if err != nil {
				t.Fatalf("round %d: %v in %s", n, err, text)
			}
			wantEqual(t, gotETag, etag)
			wantEqual(t, got, c)
			wantSame(t, got, c)
		}
	}
}

func TestMarshalCLIWritesEveryField(t *testing.T) {
	text, err := distribution.MarshalCLI(full(), "")
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := distribution.ParseCLI(text)
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, got, full())
}

func TestMarshalCLILeavesAbsentMembersOut(t *testing.T) {
	c := &types.DistributionConfig{Comment: new("a<b"), WebACLId: new(""), Aliases: &types.Aliases{Items: []string{}}}
	text, err := distribution.MarshalCLI(c, "")
	if err != nil {
		t.Fatal(err)
	}
	want := "{\n    \"Aliases\": {\n        \"Items\": []\n    },\n    \"Comment\": \"a<b\",\n    \"WebACLId\": \"\"\n}\n"
	wantEqual(t, string(text), want)
	if _, err := distribution.MarshalCLI(nil, "E1"); err == nil {
		t.Error("got no error for no config, want one")
	}
}

func FuzzParseCLI(f *testing.F) {
	for _, name := range []string{"spa.primary", "spa.staging", "api.primary", "api.staging"} {
		text, err := os.ReadFile("../../examples/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"CacheBehaviors": {"Items": [null, {"PathPattern": "\ud800]"}]}, ` + minimal + `}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, etag, err := distribution.ParseCLI(text)
		if err != nil {
			return
		}
		again, err := distribution.MarshalCLI(c, etag)
		if err != nil {
			t.Fatal(err)
		}
		got, gotETag, err := distribution.ParseCLI(again)
		if err != nil {
			t.Fatalf("%v in %s", err, again)
		}
		if gotETag != etag || !reflect.DeepEqual(got, c) {
			t.Fatalf("got another config back: %s", again)
		}
		wantSame(t, c, got)
		saved, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var read types.DistributionConfig
		if err := json.Unmarshal(saved, &read); err != nil {
			t.Fatal(err)
		}
		wantSame(t, c, &read)
	})
}
