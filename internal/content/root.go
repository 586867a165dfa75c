package content

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// RootDocument is the path of the object that the distribution serves for /. Where it names none, a function of its may do so,
// and the usual name is taken.
func RootDocument(c *types.DistributionConfig) string {
	if root := aws.ToString(c.DefaultRootObject); root != "" {
		return "/" + strings.TrimPrefix(root, "/")
	}
	return "/index.html"
}
