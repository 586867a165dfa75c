package smoketest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/content"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

const (
	mostBody  = 10 << 20 // of an object that is compared to the byte
	mostPaths = 200
)

// sides are the two configs, with which the objects behind a path are found.
type sides struct {
	getter   content.Getter
	new, old *types.DistributionConfig
}

// object is what a path has to bring.
type object struct {
	// known is whether the bytes could be read; those behind an API, or in a bucket that this workflow may not read, are not.
	known       bool
	missing     bool
	hash        [sha256.Size]byte
	size        int64
	contentType string
	body        []byte // of a page
	status      int
}

// same reports whether a body is the object's.
func (o object) same(body []byte) bool { return o.known && !o.missing && sha256.Sum256(body) == o.hash }

// target is a path with what a page uses it as.
type target struct {
	path string
	kind content.Kind
	page bool // asked for as one
}

// paths are the plan's with what the pages among them refer to, in their order; the first page of all decides whether staging
// is routed.
func (l *look) paths(ctx context.Context) ([]target, error) {
	asked := l.doc.Plan.Smoke.Paths
	if l.doc.Plan.Change.Kind == release.KindContent && !slices.Contains(asked, "/") {
		asked = append([]string{"/"}, asked...)
	}
	var all []target
	for _, p := range asked {
		all = append(all, target{path: p, page: true})
	}
	for _, p := range asked {
		loaded, err := l.loadedBy(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, t := range loaded {
			if !slices.Contains(all, t) && len(all) < mostPaths {
				all = append(all, t)
			}
		}
	}
	return all, nil
}

// loadedBy is what the page behind a path loads from a bucket: what an API answers is not for a test to ask for.
func (l *look) loadedBy(ctx context.Context, page string) ([]target, error) {
	o, err := l.sides.behind(ctx, l.sides.new, page)
	if err != nil || o.body == nil {
		return nil, err
	}
	references, err := content.References(o.body, page, func(host string) bool { return host == l.doc.Preflight.Primary.Domain || l.alias(host) })
	if err != nil {
		return nil, fault.Errorf(fault.Unexpected, "%w", err)
	}
	var loaded []target
	for _, r := range references {
		if side, _ := l.sides.sideOf(l.sides.new, r.Path); side.Bucket != "" {
			loaded = append(loaded, target{path: r.Path, kind: r.Kind})
		}
	}
	return loaded, nil
}

func (l *look) alias(host string) bool {
	return l.sides.old.Aliases != nil && slices.Contains(l.sides.old.Aliases.Items, host)
}

// sideOf is the side from which a config reads a path, and the key there; none where that is no bucket.
func (s sides) sideOf(c *types.DistributionConfig, urlPath string) (release.Side, string) {
	origin, _ := distribution.OriginFor(c, urlPath)
	bucket, region := distribution.ParseS3Domain(aws.ToString(origin.DomainName))
	side := release.Side{Bucket: bucket, Region: region, Prefix: aws.ToString(origin.OriginPath)}
	return side, side.Key(urlPath)
}

// behind is the object behind a path; where there is none, the page that the config shows instead, as single-page apps have it
// for their routes.
func (s sides) behind(ctx context.Context, c *types.DistributionConfig, urlPath string) (object, error) {
	if urlPath == "/" {
		urlPath = content.RootDocument(c)
	}
	o, err := s.read(ctx, c, urlPath)
	if err != nil || !o.missing || path.Ext(urlPath) != "" {
		return o, err
	}
	page, status := fallback(c)
	if page == "" {
		return o, nil
	}
	o, err = s.read(ctx, c, page)
	o.status = status
	return o, err
}

// fallback is the page that a config shows instead of what is missing: S3 answers 403 to who may not list, or else 404.
func fallback(c *types.DistributionConfig) (page string, status int) {
	if c.CustomErrorResponses == nil {
		return "", 0
	}
	for _, r := range c.CustomErrorResponses.Items {
		code := aws.ToInt32(r.ErrorCode)
		if page = aws.ToString(r.ResponsePagePath); page == "" || code != http.StatusForbidden && code != http.StatusNotFound {
			continue
		}
		status, err := strconv.Atoi(aws.ToString(r.ResponseCode))
		if err != nil {
			status = int(code)
		}
		return page, status
	}
	return "", 0
}

func (s sides) read(ctx context.Context, c *types.DistributionConfig, urlPath string) (object, error) {
	side, key := s.sideOf(c, urlPath)
	o := object{status: http.StatusOK}
	if side.Bucket == "" {
		return o, nil
	}
	get := func(region string) (*s3.GetObjectOutput, error) {
		return s.getter.GetObject(ctx, &s3.GetObjectInput{Bucket: &side.Bucket, Key: &key}, content.In(region))
	}
	got, err := get(side.Region)
	if elsewhere := content.RegionIn(err); elsewhere != "" && elsewhere != side.Region {
		got, err = get(elsewhere)
	}
	switch {
	case content.Missing(err):
		o.known, o.missing = true, true
		return o, nil
	case fault.NameOf(err) == fault.Refused && err != nil:
		return o, nil //nolint:nilerr // known stays false: CloudFront may read what this workflow may not
	case err != nil:
		return o, fmt.Errorf("read s3://%s/%s: %w", side.Bucket, key, err)
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, mostBody+1))
	_ = got.Body.Close() // all that matters was read, or the error says so
	if err != nil {
		return o, fault.Errorf(fault.Unavailable, "read s3://%s/%s: %w", side.Bucket, key, err)
	}
	o.contentType, o.size = aws.ToString(got.ContentType), aws.ToInt64(got.ContentLength)
	if len(body) > mostBody {
		return o, nil // too large to compare; its size is known
	}
	o.known, o.size, o.hash = true, int64(len(body)), sha256.Sum256(body)
	if content.IsHTML(o.contentType) {
		o.body = bytes.Clone(body)
	}
	return o, nil
}
