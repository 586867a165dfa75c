package checkcontent

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cloudfront-cd/internal/content"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// What is read and named at most; the document stays small, and the Lambda far from its timeout.
const (
	mostDocument   = 5 << 20
	mostReferences = 300
	mostNamed      = 20
	mostText       = 4000
)

// shortLived is how long a page may be kept, longLived how long a hashed asset should be.
const (
	shortLived = 5 * time.Minute
	longLived  = 24 * time.Hour
)

// rootDocument is the page that the site begins with; nil where a finding says why there is none.
func (b *build) rootDocument(ctx context.Context) ([]byte, error) {
	key := b.part.New.Key(b.part.Root)
	got, err := b.Objects.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.part.New.Bucket, Key: &key}, content.In(b.part.New.Region))
	if content.Missing(err) {
		b.add(release.Block, release.RootDocumentMissing, fmt.Sprintf("there is no s3://%s/%s", b.part.New.Bucket, key),
			"it is the page that the site begins with", "upload the whole build to "+b.part.New.String()+", or correct change.prefix")
		return nil, nil
	}
	if err != nil {
		return nil, b.unreadable("read "+key, err)
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, mostDocument+1))
	_ = got.Body.Close() // all of it was read, or the error says so
	if err != nil {
		return nil, fault.Errorf(fault.Unavailable, "read s3://%s/%s: %w", b.part.New.Bucket, key, err)
	}
	b.noteEncryption(key, got.ServerSideEncryption)
	contentType := aws.ToString(got.ContentType)
	switch {
	case len(body) == 0:
		b.add(release.Block, release.RootDocumentEmpty, key+" is empty",
			"viewers would get a blank page", "look at the build, and upload it again")
		return nil, nil
	case len(body) > mostDocument || !content.IsHTML(contentType):
		b.add(release.Block, release.RootDocumentNotHTML, fmt.Sprintf("%s has %d bytes or more and the Content-Type %q", key, min(len(body), mostDocument), contentType),
			"a browser shows as a page only what is text/html, and a page has at most 5 MB", "upload it with --content-type text/html")
		return nil, nil
	}
	if kept, known := content.Kept(aws.ToString(got.CacheControl)); !known || kept > shortLived {
		b.add(release.Warn, release.RootDocumentCached,
			fmt.Sprintf("%s has the Cache-Control %q", key, aws.ToString(got.CacheControl)),
			"caches and browsers go on showing it for that long, or for as long as the cache policy says, after the next release; browsers cannot be invalidated",
			"upload it with --cache-control no-cache, or acknowledge "+release.RootDocumentCached)
	}
	return body, nil
}

// references looks at every object of the side that the document refers to.
func (b *build) references(ctx context.Context, document []byte) error {
	all, err := content.References(document, b.part.Root, func(host string) bool { return slices.Contains(b.hosts, host) })
	if err != nil {
		return fault.Errorf(fault.Unexpected, "%w", err)
	}
	all = slices.DeleteFunc(all, func(r content.Reference) bool { return !b.ours(r) })
	b.part.References = len(all)
	if len(all) > mostReferences {
		b.add(release.Note, release.ReferencesNotChecked,
			fmt.Sprintf("%s refers to %d objects, and the first %d were looked at", b.part.Root, len(all), mostReferences),
			"a look at more would bring the Lambda near its timeout", "nothing; Smoke Test and the gates see the rest")
		all = all[:mostReferences]
	}
	var seen seen
	for _, r := range all {
		if err := b.reference(ctx, r, &seen); err != nil {
			return err
		}
	}
	b.referenceFindings(seen.missing, seen.wrong, seen.short)
	return nil
}

// seen is what is wrong with the references.
type seen struct{ missing, wrong, short []string }

func (b *build) reference(ctx context.Context, r content.Reference, seen *seen) error {
	key := b.part.New.Key(r.Path)
	got, err := b.Objects.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.part.New.Bucket, Key: &key}, content.In(b.part.New.Region))
	if content.Missing(err) {
		seen.missing = append(seen.missing, key)
		return nil
	}
	if err != nil {
		return b.unreadable("read "+key, err)
	}
	if contentType := aws.ToString(got.ContentType); !content.Fits(r.Kind, contentType) {
		seen.wrong = append(seen.wrong, strings.TrimSpace(fmt.Sprintf("%s is %s, used as %s", key, contentType, r.Kind)))
	}
	if kept, _ := content.Kept(aws.ToString(got.CacheControl)); content.Hashed(key) && kept < longLived {
		seen.short = append(seen.short, fmt.Sprintf("%s %q", key, aws.ToString(got.CacheControl)))
	}
	return b.readable(ctx, key, got.ServerSideEncryption)
}

func (b *build) referenceFindings(missing, wrong, short []string) {
	if len(missing) > 0 {
		b.add(release.Block, release.AssetMissing, fmt.Sprintf("%s refers to what is not there: %s", b.part.Root, listed(missing)),
			"the page would be broken; a single-page fallback would even answer 200 to it, with a page", "upload the whole build, and the root document last")
	}
	if len(wrong) > 0 {
		b.add(release.Block, release.AssetWrongType, "the Content-Type does not fit: "+listed(wrong),
			"browsers do not run scripts and styles of another type", "upload them with their --content-type")
	}
	if len(short) > 0 {
		b.add(release.Warn, release.HashedAssetNotCached, "hashed assets have a Cache-Control of less than a day: "+listed(short),
			"other bytes get another name, so that caches may keep these for ever; as it is, viewers load them again and again",
			`upload them with --cache-control "public, max-age=31536000, immutable", or acknowledge `+release.HashedAssetNotCached)
	}
}

// ours reports whether CloudFront reads the reference from the side; others belong to an API, or to another bucket.
func (b *build) ours(r content.Reference) bool {
	origin, ok := distribution.OriginFor(b.primary, r.Path)
	return ok && aws.ToString(origin.Id) == b.plan.Change.Origin
}

// readable reads what is encrypted with a key of AWS KMS: HeadObject does not say whether it can be decrypted.
func (b *build) readable(ctx context.Context, key string, encryption types.ServerSideEncryption) error {
	if !byKMS(encryption) {
		return nil
	}
	got, err := b.Objects.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.part.New.Bucket, Key: &key}, content.In(b.part.New.Region))
	if err != nil {
		return b.unreadable("read "+key, err)
	}
	_ = got.Body.Close() // it was never read
	b.noteEncryption(key, encryption)
	return nil
}

func (b *build) noteEncryption(key string, encryption types.ServerSideEncryption) {
	if byKMS(encryption) {
		b.encrypted = append(b.encrypted, key)
	}
}

func byKMS(e types.ServerSideEncryption) bool {
	return e == types.ServerSideEncryptionAwsKms || e == types.ServerSideEncryptionAwsKmsDsse
}

// unreadable makes a finding of what AWS refuses for good; anything else is for a retry.
func (b *build) unreadable(what string, err error) error {
	if fault.NameOf(err) != fault.Refused {
		return fmt.Errorf("%s of %s: %w", what, b.part.New, err)
	}
	b.add(release.Block, release.ContentUnreadable, fmt.Sprintf("%s: S3 answered %s", what, fault.Code(err)),
		"what this workflow may not read it can neither check nor carry",
		"name the bucket under the stack's setting contentBuckets; where AWS KMS has encrypted the objects, let the roles of checkcontent, carryassets and smoketest use the key in its policy")
	return nil
}

func listed(texts []string) string {
	if more := len(texts) - mostNamed; more > 0 {
		texts = append(slices.Clone(texts[:mostNamed]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, ", ")
}
