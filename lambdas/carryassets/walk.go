package carryassets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/content"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/release"
)

// entry is a key with its object on either side; at least one has it.
type entry struct {
	key      string
	new, old *content.Object
}

// object is the one to be carried.
func (e entry) object() content.Object {
	if e.new != nil {
		return *e.new
	}
	return *e.old
}

type way int

const (
	stays way = iota
	toOld
	toNew
)

// way is where an entry's object goes.
func (t *turn) way(e entry) way {
	switch {
	case e.new != nil && e.old != nil, t.change.IsDocument(e.key):
		return stays
	case e.new != nil && !t.carriedNew.has(*e.new):
		return toOld
	case e.old != nil && !t.carriedOld.has(*e.old):
		return toNew
	}
	return stays
}

// next is the next entries of both sides in the order of their keys, as far as both lists go, and whether there are more.
func (t *turn) next(ctx context.Context) (page []entry, more bool, err error) {
	newer, moreNew, err := content.Page(ctx, t.Objects, t.new, t.part.After, release.CarryPage)
	if err != nil {
		return nil, false, fmt.Errorf("list %s: %w", t.new, err)
	}
	older, moreOld, err := content.Page(ctx, t.Objects, t.old, t.part.After, release.CarryPage)
	if err != nil {
		return nil, false, fmt.Errorf("list %s: %w", t.old, err)
	}
	// Beyond the end of a page that is not the last one, nothing is known of its side.
	all := merged(newer, older)
	if moreNew {
		all = upTo(all, newer[len(newer)-1].Key)
	}
	if moreOld {
		all = upTo(all, older[len(older)-1].Key)
	}
	return all, moreNew || moreOld, nil
}

// merged are two lists in the order of their keys as one.
func merged(newer, older []content.Object) []entry {
	var all []entry
	for len(newer)+len(older) > 0 {
		var e entry
		if len(older) == 0 || len(newer) > 0 && newer[0].Key <= older[0].Key {
			e, newer = entry{key: newer[0].Key, new: &newer[0]}, newer[1:]
		} else {
			e.key = older[0].Key
		}
		if len(older) > 0 && older[0].Key == e.key {
			e.old, older = &older[0], older[1:]
		}
		all = append(all, e)
	}
	return all
}

func upTo(entries []entry, last string) []entry {
	i, found := slices.BinarySearchFunc(entries, last, func(e entry, key string) int { return strings.Compare(e.key, key) })
	if found {
		i++
	}
	return entries[:i]
}

// compare notes the keys at which both sides have assets with other bytes. Equal ETags are equal bytes; different ones may be,
// too, of objects that were uploaded in parts or that AWS KMS has encrypted (Amazon S3 API Reference, Object), so these are read.
func (t *turn) compare(ctx context.Context, page []entry) error {
	var doubtful []entry
	for _, e := range page {
		switch {
		case e.new == nil || e.old == nil || t.change.IsDocument(e.key) || e.new.ETag == e.old.ETag:
		case e.new.Size != e.old.Size:
			t.conflicts = append(t.conflicts, e.key)
		default:
			doubtful = append(doubtful, e)
		}
	}
	differ := make([]bool, len(doubtful))
	err := t.eachOf(len(doubtful), func(i int) error {
		a, err := t.hash(ctx, t.new, doubtful[i].key)
		if err != nil {
			return err
		}
		b, err := t.hash(ctx, t.old, doubtful[i].key)
		differ[i] = !bytes.Equal(a, b)
		return err
	})
	for i, e := range doubtful {
		if differ[i] {
			t.conflicts = append(t.conflicts, e.key)
		}
	}
	return err
}

func (t *turn) hash(ctx context.Context, side release.Side, key string) ([]byte, error) {
	full := side.Key(key)
	got, err := t.Objects.GetObject(ctx, &s3.GetObjectInput{Bucket: &side.Bucket, Key: &full}, content.In(side.Region))
	if err != nil {
		return nil, fmt.Errorf("read s3://%s/%s: %w", side.Bucket, full, err)
	}
	h := sha256.New()
	_, err = io.Copy(h, got.Body)
	_ = got.Body.Close() // all of it was read, or the error says so
	if err != nil {
		return nil, unavailable("read s3://%s/%s: %w", side.Bucket, full, err)
	}
	return h.Sum(nil), nil
}

// copyOne copies an object within S3, with its headers and tags, unless the key has been taken or the object has changed since
// it was listed; then the next try finds that.
func (t *turn) copyOne(ctx context.Context, e entry) error {
	from, to := t.old, t.new
	if e.new != nil {
		from, to = t.new, t.old
	}
	key, etag := to.Key(e.key), e.object().ETag
	_, err := t.Objects.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: &to.Bucket, Key: &key, CopySource: aws.String(escaped(from.Bucket + "/" + from.Key(e.key))),
		IfNoneMatch: aws.String("*"), CopySourceIfMatch: &etag,
	}, content.In(to.Region))
	if fault.Code(err) == live.PreconditionFailed {
		return unavailable("s3://%s/%s was written, or its source, while it was carried: look again", to.Bucket, key)
	}
	if err != nil {
		return fmt.Errorf("copy to s3://%s/%s: %w", to.Bucket, key, err)
	}
	return nil
}

// escaped is a source as the header has it: URL-encoded (Amazon S3 API Reference, CopyObject).
func escaped(source string) string {
	return strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(source))
}

// eachOf does n things, several at once where that is allowed, and returns the first error in their order.
func (t *turn) eachOf(n int, do func(int) error) error {
	errs := make([]error, n)
	var wait sync.WaitGroup
	slots := max(t.Parallel, 1)
	for slot := range slots {
		work := func() {
			for i := slot; i < n; i += slots {
				if errs[i] = do(i); errs[i] != nil {
					return
				}
			}
		}
		if slots == 1 {
			work()
		} else {
			wait.Go(work)
		}
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
