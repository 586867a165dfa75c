package distribution

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// SetOrigin repoints one origin in place: its OriginPath, its DomainName, or both; nil keeps what is there. It reports
// whether anything changed; after an error nothing has. Strings are replaced, never written through, and c.Origins.Items is
// changed, so Clone first what must stay as it is.
func SetOrigin(c *types.DistributionConfig, originID string, path, domain *string) (bool, error) {
	if err := validateOrigin(path, domain); err != nil {
		return false, fmt.Errorf("repoint origin %q: %w", originID, err)
	}
	all := origins(c)
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = text(all[i].Id)
		if ids[i] == originID {
			pathChanged := replace(&all[i].OriginPath, path)
			domainChanged := replace(&all[i].DomainName, domain)
			return pathChanged || domainChanged, nil
		}
	}
	if len(ids) == 0 {
		return false, fmt.Errorf("repoint origin %q: the config has no origins", originID)
	}
	return false, fmt.Errorf("repoint origin %q: no such origin; there are: %s", originID, strings.Join(ids, ", "))
}

// ValidateOriginPath says what is wrong with an origin path: empty, or with a slash at its start and none at its end
// (Amazon CloudFront Developer Guide, "Origin path").
func ValidateOriginPath(path string) error {
	switch {
	case path == "":
		return nil
	case !strings.HasPrefix(path, "/"):
		return fmt.Errorf("origin path %q must begin with a slash", path)
	case strings.HasSuffix(path, "/"):
		return fmt.Errorf("origin path %q must not end with a slash", path)
	default:
		return nil
	}
}

func validateOrigin(path, domain *string) error {
	if domain != nil {
		if *domain == "" {
			return errors.New("the domain name is empty")
		}
		if strings.ContainsAny(*domain, "/: \t\n") {
			return fmt.Errorf("%q is not a domain name", *domain)
		}
	}
	if path != nil {
		return ValidateOriginPath(*path)
	}
	return nil
}

func replace(target **string, with *string) bool {
	if with == nil || text(*target) == *with {
		return false
	}
	*target = new(*with)
	return true
}

// S3Origin is an origin whose bucket lets CloudFront in by its bucket policy, which names distributions: staging needs to
// be let in beside the primary.
type S3Origin struct {
	OriginID string
	Domain   string
	// Bucket is empty where the domain is not of a form that names one.
	Bucket string
	// Region is empty where the domain does not tell.
	Region string
}

// S3Origins lists the S3 origins that use an origin access control, in the config's order. Origin access controls for
// other services (Lambda function URLs, MediaStore, …) are left out.
func S3Origins(c *types.DistributionConfig) []S3Origin {
	var found []S3Origin
	for _, o := range origins(c) {
		if text(o.OriginAccessControlId) == "" {
			continue
		}
		bucket, region := ParseS3Domain(text(o.DomainName))
		if bucket == "" && o.S3OriginConfig == nil {
			continue
		}
		found = append(found, S3Origin{text(o.Id), text(o.DomainName), bucket, region})
	}
	return found
}

// ParseS3Domain takes the bucket and the region out of the REST endpoint of a bucket: bucket.s3.amazonaws.com,
// bucket.s3.REGION.amazonaws.com, their dual-stack form, or the older bucket.s3-REGION.amazonaws.com; a bucket's name may
// have dots. The bucket is empty for anything else, website endpoints included: CloudFront sees those as custom origins.
func ParseS3Domain(domain string) (bucket, region string) {
	const (
		label  = `[a-z]{2,3}(?:-[a-z]+)+-[0-9]+`
		s3Host = `^(.+)\.s3(?:(?:\.dualstack)?[.-](` + label + `))?\.amazonaws\.com(?:\.cn)?$`
	)
	match := regexp.MustCompile(s3Host).FindStringSubmatch(strings.ToLower(domain))
	if match == nil {
		return "", ""
	}
	return match[1], match[2]
}
