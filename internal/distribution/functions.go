package distribution

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// Association is a function that a cache behavior calls.
type Association struct {
	// Path is where, as in a Difference: DefaultCacheBehavior.FunctionAssociations[viewer-request].
	Path string
	// ARN is the function's; for Lambda@Edge it ends in the version.
	ARN string
	// Lambda tells Lambda@Edge from CloudFront Functions.
	Lambda bool
	// IncludeBody is whether Lambda@Edge may read the request's body.
	IncludeBody bool
}

// SharedFunction is a function that both distributions call.
type SharedFunction struct {
	ARN string
	// Lambda tells Lambda@Edge from CloudFront Functions. The version of a Lambda function in the ARN never changes;
	// publishing a CloudFront Function changes it in all cache behaviors that use it (CloudFront API Reference,
	// PublishFunction), the primary's included.
	Lambda bool
	// Primary and Staging are the places of the associations, as in a Difference.
	Primary []string
	Staging []string
}

// Associations lists the functions that a config calls: those of the default cache behavior, then those of the others in
// order of precedence.
func Associations(c *types.DistributionConfig) []Association {
	var all []Association
	if c != nil && c.DefaultCacheBehavior != nil {
		d := c.DefaultCacheBehavior
		all = appendAssociations(all, "DefaultCacheBehavior", d.FunctionAssociations, d.LambdaFunctionAssociations)
	}
	for _, b := range behaviors(c) {
		at := elementPath("CacheBehaviors", text(b.PathPattern))
		all = appendAssociations(all, at, b.FunctionAssociations, b.LambdaFunctionAssociations)
	}
	return all
}

func appendAssociations(
	to []Association, behavior string, functions *types.FunctionAssociations, lambdas *types.LambdaFunctionAssociations,
) []Association {
	if functions != nil {
		for _, f := range functions.Items {
			at := elementPath(behavior+".FunctionAssociations", string(f.EventType))
			to = append(to, Association{Path: at, ARN: text(f.FunctionARN)})
		}
	}
	if lambdas != nil {
		for _, f := range lambdas.Items {
			at := elementPath(behavior+".LambdaFunctionAssociations", string(f.EventType))
			body := f.IncludeBody != nil && *f.IncludeBody
			to = append(to, Association{Path: at, ARN: text(f.LambdaFunctionARN), Lambda: true, IncludeBody: body})
		}
	}
	return to
}

// DifferingFunctions lists the places where the two configs call different functions, or only one calls any, by path. The
// values are ARNs. Unlike Diff it looks into cache behaviors that only one side has.
func DifferingFunctions(primary, staging *types.DistributionConfig) []Difference {
	a, b := functionsByPath(primary), functionsByPath(staging)
	var diff []Difference
	for path, arn := range a {
		if b[path] != arn {
			diff = append(diff, Difference{path, arn, b[path]})
		}
	}
	for path, arn := range b {
		if _, both := a[path]; !both {
			diff = append(diff, Difference{path, "", arn})
		}
	}
	slices.SortFunc(diff, func(x, y Difference) int { return cmp.Compare(x.Path, y.Path) })
	return diff
}

func functionsByPath(c *types.DistributionConfig) map[string]string {
	byPath := make(map[string]string)
	for _, f := range Associations(c) {
		value := f.ARN
		if f.IncludeBody {
			value += " (IncludeBody)"
		}
		byPath[f.Path] = value
	}
	return byPath
}

// SharedFunctions lists the functions that both configs call, wherever they do, by ARN.
func SharedFunctions(primary, staging *types.DistributionConfig) []SharedFunction {
	byARN := make(map[string]*SharedFunction)
	for _, f := range Associations(primary) {
		if byARN[f.ARN] == nil {
			byARN[f.ARN] = &SharedFunction{ARN: f.ARN, Lambda: f.Lambda}
		}
		byARN[f.ARN].Primary = append(byARN[f.ARN].Primary, f.Path)
	}
	for _, f := range Associations(staging) {
		if shared := byARN[f.ARN]; shared != nil {
			shared.Staging = append(shared.Staging, f.Path)
		}
	}
	var both []SharedFunction
	for _, f := range byARN {
		if len(f.Staging) > 0 {
			both = append(both, *f)
		}
	}
	slices.SortFunc(both, func(x, y SharedFunction) int { return cmp.Compare(x.ARN, y.ARN) })
	return both
}
