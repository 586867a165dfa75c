package validaterequest_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/lambdas/validaterequest"
)

func validate(t *testing.T, request string) (release.Plan, error) {
	t.Helper()
	return validaterequest.Handler{}.Handle(t.Context(), release.Input{Document: release.Document{Request: []byte(request)}})
}

func TestAnAcceptedRequestIsThePlanWithItsDefaults(t *testing.T) {
	t.Parallel()
	got, err := validate(t, pairtest.Request)
	if err != nil {
		t.Fatal(err)
	}
	if got.Primary != pairtest.Primary || got.Change.Origin != "site" || *got.Change.Path != pairtest.Green {
		t.Errorf("got %+v", got)
	}
	if len(got.Ramp) != 2 || got.Ramp[0].Deadline.Std() != 40*time.Minute || got.Bake.Std() != 15*time.Minute || got.Gates.MinimumRequests != 1000 {
		t.Errorf("got %+v, want the defaults filled in", got)
	}
}

func TestARequestThatBreaksARuleIsRefusedByName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request string
		words   []string
	}{
		"no request at all": {``, []string{"the request is refused"}},
		"an unknown field":  {`{"primary":"E1PRIMARY00000","change":{"kind":"staged"},"wieght":0.1}`, []string{"wieght"}},
		"a weight that CloudFront does not take": {
			`{"primary":"E1PRIMARY00000","change":{"kind":"staged"},"ramp":[{"weight":0.5,"observe":"10m"}]}`,
			[]string{"ramp[0].weight", "0.5", "0.15"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := validate(t, c.request)
			pairtest.WantFault(t, err, fault.InvalidRequest, c.words...)
			if got.Primary != "" || got.Ramp != nil {
				t.Errorf("got plan %+v beside the refusal", got)
			}
		})
	}
}
