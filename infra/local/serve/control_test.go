package serve_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
)

const control = "/_standin/"

// TestWrongCommandsAreRefusedWithAdvice: each says what is wrong and how it is done.
func TestWrongCommandsAreRefusedWithAdvice(t *testing.T) {
	s := start(t)
	for name, c := range map[string]struct {
		method, path string
		status       int
		want         string
	}{
		"no such command":             {http.MethodPost, "overide?pop=all&for=1m", 404, "/_standin/override?pop="},
		"the wrong method":            {http.MethodPut, "override?pop=all&for=1m", 405, "/_standin/override?pop="},
		"a parameter missing":         {http.MethodPost, "override?pop=all", 400, "for is missing"},
		"a parameter too many":        {http.MethodPost, "override?pop=all&for=1m&at=2", 400, `no parameter "at"`},
		"a parameter twice":           {http.MethodPost, "override?pop=all&pop=all&for=1m", 400, "pop is given 2 times"},
		"no such point of presence":   {http.MethodPost, "override?pop=FRA&for=1m", 400, "FRA56-P1"},
		"no duration":                 {http.MethodPost, "override?pop=all&for=soon", 400, "for=soon: must be a duration"},
		"a duration backwards":        {http.MethodPost, "read-lag?for=-1s", 400, "for=-1s: must be a duration"},
		"a query that cannot be read": {http.MethodPost, "override?pop=%zz", 400, "invalid URL escape"},
		"no such switch":              {http.MethodPost, "switches?name=x&on=true", 400, "GET /_standin/switches lists them"},
		"neither on nor off":          {http.MethodPost, "switches?name=weight-zero-accepted&on=maybe", 400, "must be true or false"},
		"no burst":                    {http.MethodPost, "throttle?burst=0&per-second=1", 400, "burst=0"},
		"an endless burst":            {http.MethodPost, "throttle?burst=NaN&per-second=1", 400, "burst=NaN"},
	} {
		t.Run(name, func(t *testing.T) {
			s.do(t, c.method, control+c.path, nil, "").want(t, c.status, c.want)
		})
	}
	s.do(t, http.MethodGet, control, nil, "").want(t, http.StatusOK, "none yet", "FRA56-P1 ", "Commands")
}

func TestSwitchesAreTurnedAndTurnedBack(t *testing.T) {
	s := start(t)
	turn := func(name, on string) answer {
		return s.do(t, http.MethodPost, control+"switches?"+url.Values{"name": {name}, "on": {on}}.Encode(), nil, "")
	}
	const off, on, other = "  off  promote-keeps-enabled", "  on   promote-keeps-enabled", "  on   weight-zero-accepted"
	s.do(t, http.MethodGet, control+"switches", nil, "").want(t, http.StatusOK, off)
	turn("weight-zero-accepted", "true").want(t, http.StatusOK, off, other)
	turn("promote-keeps-enabled", "true").want(t, http.StatusOK, on, other)
	turn("promote-keeps-enabled", "false").want(t, http.StatusOK, off, other)
	turn("empty-id-detaches-any-policy", "true").want(t, http.StatusOK, "  on   empty-id-detaches-any-policy")
	turn("empty-id-detaches-no-policy", "true").want(t, http.StatusOK,
		"  off  empty-id-detaches-any-policy", "  on   empty-id-detaches-no-policy")
	turn("primarys-requests-include-stagings", "true").want(t, http.StatusOK, "  on   primarys-requests-include-stagings", other)
	s.do(t, http.MethodDelete, control+"switches", nil, "").want(t, http.StatusOK, off, "  off  weight-zero-accepted",
		"  off  primarys-requests-include-stagings")
}

// TestFaultsTakeEffectAndEnd: what was set is shown, felt by a client, and taken back.
func TestFaultsTakeEffectAndEnd(t *testing.T) {
	s := start(t)
	list := func() error {
		_, err := s.cloudfront.ListDistributions(t.Context(), &cloudfront.ListDistributionsInput{})
		return err
	}
	s.do(t, http.MethodPost, control+"throttle?burst=1&per-second=0.1", nil, "").want(t, http.StatusOK, "takes 1 requests at once")
	must(t, list())
	if err := list(); err == nil {
		t.Error("the second request was not throttled")
	}
	s.do(t, http.MethodDelete, control+"throttle", nil, "").want(t, http.StatusOK, "any number")
	must(t, list())

	s.do(t, http.MethodPost, control+"read-lag?for=30s", nil, "").want(t, http.StatusOK, "30s ago")
	s.do(t, http.MethodGet, control, nil, "").want(t, http.StatusOK, "Reads are 30s behind")
	s.do(t, http.MethodDelete, control+"read-lag", nil, "").want(t, http.StatusOK, "the newest state")

	s.do(t, http.MethodPost, control+"override?pop=FRA60-P2&for=10m", nil, "").want(t, http.StatusOK, "FRA60-P2 sends everybody")
	s.do(t, http.MethodGet, control, nil, "").want(t, http.StatusOK, "FRA60-P2*", "FRA56-P1 ")
	s.wall.pass(11 * time.Second) // eleven minutes there
	s.do(t, http.MethodGet, control, nil, "").want(t, http.StatusOK, "FRA60-P2 ")
	s.do(t, http.MethodPost, control+"override?pop=all&for=10m", nil, "").want(t, http.StatusOK, "every point of presence")
	s.do(t, http.MethodDelete, control+"override", nil, "").want(t, http.StatusOK, "No override")
	s.do(t, http.MethodGet, control, nil, "").want(t, http.StatusOK, "FRA60-P2 ")
}
