package serve

import (
	"fmt"

	"cloudfront-cd/infra/local/site"
)

// SiteBucket is there from the start, with two builds of the example site: /blue and /green.
const SiteBucket = "example-site"

// sitePolicy lets every distribution of the account read that has an origin access control; who may list gets 404 instead of
// 403 for a page that is missing.
const sitePolicy = `{"Version": "2012-10-17", "Statement": [{
	"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": ["s3:GetObject", "s3:ListBucket"],
	"Resource": ["arn:aws:s3:::` + SiteBucket + `", "arn:aws:s3:::` + SiteBucket + `/*"],
	"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*"}}}]}`

// addSite fills the bucket, so that there is something to see before anything was uploaded.
func (a *Account) addSite() error {
	if err := a.S3.CreateBucket(SiteBucket); err != nil {
		return err
	}
	a.S3.SetPolicy(SiteBucket, sitePolicy)
	for _, build := range []site.Build{{Name: "blue"}, {Name: "green"}} {
		objects, err := build.Objects()
		if err != nil {
			return err
		}
		for _, o := range objects {
			if err := a.S3.Put(SiteBucket, build.Name+"/"+o.Key, o.Body, o.Header); err != nil {
				return fmt.Errorf("fill the bucket %s: %w", SiteBucket, err)
			}
		}
	}
	return nil
}
