package preflight

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/release"
)

// maxAnswer bounds what is kept of an answer: a config at CloudFront's quotas is far below it.
const maxAnswer = 8 << 20

// keepBody copies the answer's XML on its way to the SDK's decoder, which drops what it does not know.
func keepBody(kept *[]byte) func(*cloudfront.Options) {
	keep := func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
		out middleware.DeserializeOutput, metadata middleware.Metadata, err error,
	) {
		out, metadata, err = next.HandleDeserialize(ctx, in)
		response, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok {
			return out, metadata, err
		}
		*kept, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		response.Body = struct {
			io.Reader
			io.Closer
		}{bytes.NewReader(*kept), response.Body}
		return out, metadata, err
	}
	return func(o *cloudfront.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("KeepBody", keep), middleware.After)
		})
	}
}

// unknownFields refuses a pair that this version of the SDK cannot carry: every write of ours is the whole config.
func unknownFields(f facts) []release.Finding {
	var found []string
	for _, s := range f.sides() {
		if len(s.unknown) > 0 {
			found = append(found, fmt.Sprintf("%s has %s", s.name, distribution.Shorten(strings.Join(s.unknown, ", "), mostOfOne)))
		}
	}
	if len(found) == 0 {
		return nil
	}
	return []release.Finding{finding(release.Block, release.UnknownFields, strings.Join(found, "; "),
		"this version knows no such fields in a DistributionConfig; writing the config back would silently reset them",
		"update cloudfront-cd (github.com/aws/aws-sdk-go-v2/service/cloudfront), or take the fields off")}
}
