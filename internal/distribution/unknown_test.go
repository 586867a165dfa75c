package distribution_test

import (
	"slices"
	"testing"

	"cloudfront-cd/internal/distribution"
)

func TestUnknownFields(t *testing.T) {
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"nothing unknown":        {`<Comment>x</Comment><Origins><Items><Origin><Id>a</Id></Origin></Items><Quantity>1</Quantity></Origins>`, nil},
		"a new member":           {`<Comment>x</Comment><QuantumRouting>on</QuantumRouting>`, []string{"QuantumRouting"}},
		"a new structure, once":  {`<Quantum><A>1</A><B>2</B></Quantum><Quantum/>`, []string{"Quantum"}},
		"inside a list":          {`<Origins><Items><Origin><Id>a</Id><Warp>9</Warp></Origin><Origin><Warp/></Origin></Items></Origins>`, []string{"Origins.Origin.Warp"}},
		"inside what is a text":  {`<Comment><Bold>x</Bold></Comment>`, []string{"Comment.Bold"}},
		"a list of plain values": {`<Aliases><Items><CNAME>www.example.com</CNAME></Items><Quantity>1</Quantity></Aliases>`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := distribution.UnknownFields([]byte(`<Distribution><Id>E1</Id><Future/><DistributionConfig>` + c.config + `</DistributionConfig></Distribution>`))
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
	t.Run("broken XML is an error", func(t *testing.T) {
		if _, err := distribution.UnknownFields([]byte(`<DistributionConfig><Comment>`)); err == nil {
			t.Error("got no error")
		}
	})
	t.Run("every field of the SDK is known by its name on the wire", func(t *testing.T) {
		w := &wire{}
		send(t, w, full())
		got, err := distribution.UnknownFields(w.config)
		if err != nil || got != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}
