package record_test

import (
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
)

func TestTheListOfWhatIsToBeKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text     string
		policies []string
		refused  bool
	}{
		"a list":                    {`{"policies": ["p"], "distributions": ["E1"]}`, []string{"p"}, false},
		"an empty list":             {`{}`, nil, false},
		"a list under another name": {`{"policy": ["p"]}`, nil, true},
		"one id instead of a list":  {`{"policies": "p"}`, nil, true},
		"a text":                    {`"everything"`, nil, true},
		"half a list":               {`{"policies": ["p"`, nil, true},
		"nothing":                   {``, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			w.Must(w.S3.Put(pairtest.Bucket, record.KeepKey, []byte(c.text), nil))
			got, err := record.ReadKeepList(t.Context(), w.Records, pairtest.Bucket)
			if !slices.Equal(got.Policies, c.policies) || (err != nil) != c.refused {
				t.Errorf("got %+v and error %v, want %v, refused %t", got, err, c.policies, c.refused)
			}
			if c.refused && !strings.Contains(err.Error(), "so nothing is touched") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAListThatIsMissingKeepsNothingAndOneThatCannotBeReadEverything(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	got, err := record.ReadKeepList(t.Context(), w.Records, pairtest.Bucket)
	w.Must(err)
	if len(got.Policies)+len(got.Distributions) > 0 {
		t.Errorf("got %+v", got)
	}
	w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable())
	_, err = record.ReadKeepList(t.Context(), w.Records, pairtest.Bucket)
	pairtest.WantFault(t, err, fault.Unavailable, "so nothing is touched")
}
