package edge_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cloudfront-cd/internal/standin/edge"
)

// TestAnAccessControlSignsAsItIsTold: a bucket that lets only the distribution in sees the difference.
func TestAnAccessControlSignsAsItIsTold(t *testing.T) {
	for behavior, want := range map[string][2]int{
		"always":      {http.StatusOK, http.StatusOK},
		"no-override": {http.StatusOK, http.StatusForbidden},
		"never":       {http.StatusForbidden, http.StatusForbidden},
	} {
		t.Run(behavior, func(t *testing.T) {
			s := newShop(t, []string{primaryID, stagingID}, nil)
			s.setSigning(t, behavior)
			for i, header := range []http.Header{nil, {"Authorization": {"Basic eA=="}}} {
				answers := s.Serve(edge.Request{POP: i, Host: alias, Path: "/index.html", Header: header})
				if len(answers) != 1 || answers[0].Status != want[i] {
					t.Errorf("with header %v: got %+v, want status %d", header, answers, want[i])
				}
			}
		})
	}
}

// setSigning changes the access control of the shop's bucket through the API.
func (s *shop) setSigning(t *testing.T, behavior string) {
	t.Helper()
	const path = "/2020-05-31/origin-access-control/E1OAC"
	do := func(method, path, etag, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("If-Match", etag)
		w := httptest.NewRecorder()
		s.account.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		return w
	}
	etag := do(http.MethodGet, path, "", "").Header().Get("ETag")
	do(http.MethodPut, path+"/config", etag, `<OriginAccessControlConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">`+
		`<Name>shop</Name><SigningProtocol>sigv4</SigningProtocol><SigningBehavior>`+behavior+`</SigningBehavior>`+
		`<OriginAccessControlOriginType>s3</OriginAccessControlOriginType></OriginAccessControlConfig>`)
}
