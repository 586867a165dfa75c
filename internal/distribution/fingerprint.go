package distribution

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// fingerprintBytes is how much of the hash is kept: 128 bits are far beyond coincidence and still fit a line.
const fingerprintBytes = 16

// Fingerprint identifies what a promotion copies: two configs have the same fingerprint exactly if Diff finds nothing
// between them. It is the start of a SHA-256 in hex, 32 characters.
func Fingerprint(c *types.DistributionConfig) string {
	sum := sha256.Sum256(canonical(c).encode(nil))
	return hex.EncodeToString(sum[:fingerprintBytes])
}
