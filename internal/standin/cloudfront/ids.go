package cloudfront

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
)

const (
	account  = "123456789012"
	idLength = 13 // after the leading letter
)

// Account is the id of the account that everything here belongs to.
func (*Server) Account() string { return account }

// ARN is the Amazon Resource Name of a distribution, whether it exists or not.
func (*Server) ARN(distributionID string) string { return arn("distribution", distributionID) }

func arn(kind, id string) string { return "arn:aws:cloudfront::" + account + ":" + kind + "/" + id }

// NextID chooses the id of the next distribution to be created, for worlds and tests that want a readable one.
func (s *Server) NextID(id string) { s.nextID = id }

// newID draws an id or an ETag: both look like E1A2B3C4D5E6F7 in AWS.
func (s *Server) newID() string { return s.drawID(s.ids) }

func (*Server) drawID(r *rand.Rand) string {
	return "E" + draw(r, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
}

func (s *Server) newDomain() string {
	return "d" + draw(s.ids, "abcdefghijklmnopqrstuvwxyz0123456789") + ".cloudfront.net"
}

func (s *Server) newPolicyID() string {
	a, b := s.ids.Uint64(), s.ids.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}

func draw(r *rand.Rand, alphabet string) string {
	out := make([]byte, idLength)
	for i := range out {
		out[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(out)
}

// ifMatch checks the If-Match header of a write to one resource. The header is optional in the API's model, yet the service
// refuses requests without it (aws-sdk#576). That a star is refused like any other malformed value is assumed.
func ifMatch(h http.Header, current string) error {
	given := h.Get("If-Match")
	if !plausibleETag(given) {
		return invalidIfMatch()
	}
	if given != current {
		return preconditionFailed()
	}
	return nil
}

// plausibleETag reports whether a value could be an ETag of CloudFront at all.
func plausibleETag(s string) bool {
	return strings.HasPrefix(s, "E") && len(s) <= 2*idLength &&
		strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// bothETags checks the If-Match header of a promotion, "the current versions (ETag values) of both primary and
// staging distributions", the primary's first (API Reference, UpdateDistributionWithStagingConfig). The answer to a stale one does not say
// which of the two it was.
func (s *Server) bothETags(h http.Header, primary, staging string) error {
	first, second, ok := strings.Cut(h.Get("If-Match"), ",")
	if !ok {
		return invalidIfMatch()
	}
	bare, spaced := strings.CutPrefix(second, " ")
	if (spaced && s.Switches.IfMatchSeparator == SeparatorComma) || (!spaced && s.Switches.IfMatchSeparator == SeparatorCommaSpace) {
		return invalidIfMatch()
	}
	if !plausibleETag(first) || !plausibleETag(bare) {
		return invalidIfMatch()
	}
	if first != primary || bare != staging {
		return preconditionFailed()
	}
	return nil
}
