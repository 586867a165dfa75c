package serve

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// SiteBucket is there from the start, with two releases of the example site: /blue and /green.
const SiteBucket = "example-site"

//go:embed site
var site embed.FS

// sitePolicy lets every distribution of the account read that has an origin access control; who may list gets 404 instead of
// 403 for a page that is missing.
const sitePolicy = `{"Version": "2012-10-17", "Statement": [{
	"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": ["s3:GetObject", "s3:ListBucket"],
	"Resource": ["arn:aws:s3:::` + SiteBucket + `", "arn:aws:s3:::` + SiteBucket + `/*"],
	"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*"}}}]}`

// siteHeaders are what a site needs whose root document changes while its assets do not: a promotion leaves the caches as
// they are, so a document that may be kept would go on being the old one.
func siteHeaders(name string) http.Header {
	if path.Ext(name) == ".html" {
		return http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Cache-Control": {"no-cache"}}
	}
	return http.Header{"Content-Type": {"text/css; charset=utf-8"}, "Cache-Control": {"max-age=31536000, immutable"}}
}

// addSite fills the bucket, so that there is something to see before anything was uploaded.
func (a *Account) addSite() error {
	if err := a.S3.CreateBucket(SiteBucket); err != nil {
		return err
	}
	a.S3.SetPolicy(SiteBucket, sitePolicy)
	err := fs.WalkDir(site, "site", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		page, err := site.ReadFile(name)
		if err != nil {
			return err
		}
		return a.S3.Put(SiteBucket, strings.TrimPrefix(name, "site/"), page, siteHeaders(name))
	})
	if err != nil {
		return fmt.Errorf("fill the bucket %s: %w", SiteBucket, err)
	}
	return nil
}
