package s3

import (
	"cmp"
	"slices"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"cloudfront-cd/internal/simtime"
)

// source gives gofakes3 the simulated time.
type source struct{ clock *simtime.Clock }

// Now is the simulated time.
func (s source) Now() time.Time { return s.clock.Now() }

// Since is the simulated time that has passed.
func (s source) Since(t time.Time) time.Duration { return s.clock.Now().Sub(t) }

// store is gofakes3's memory with its listings and copies corrected.
type store struct {
	*s3mem.Backend
	clock *simtime.Clock
}

func newStore(clock *simtime.Clock) *store {
	// A fixed seed: ids of versions are part of what a run prints.
	memory := s3mem.New(s3mem.WithTimeSource(source{clock}), s3mem.WithVersionSeed(1))
	return &store{memory, clock}
}

// ListBuckets lists in order of name; the memory's order is that of a map.
func (s *store) ListBuckets() ([]gofakes3.BucketInfo, error) {
	buckets, err := s.Backend.ListBuckets()
	slices.SortFunc(buckets, func(a, b gofakes3.BucketInfo) int { return cmp.Compare(a.Name, b.Name) })
	return buckets, err
}

// ListBucket cuts pages itself: the memory's pages repeat a common prefix that spans two of them.
func (s *store) ListBucket(
	bucket string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage,
) (*gofakes3.ObjectList, error) {
	if page.MaxKeys > 0 && (prefix == nil || !prefix.HasDelimiter) {
		return s.listFrom(bucket, prefix, page)
	}
	all, err := s.Backend.ListBucket(bucket, prefix, gofakes3.ListBucketPage{})
	if err != nil {
		return nil, err
	}
	return cut(all, page), nil
}

// cut is one page of objects and common prefixes together, in order of their names.
func cut(all *gofakes3.ObjectList, page gofakes3.ListBucketPage) *gofakes3.ObjectList {
	type entry struct {
		name   string
		object *gofakes3.Content
	}
	entries := make([]entry, 0, len(all.Contents)+len(all.CommonPrefixes))
	for _, c := range all.Contents {
		entries = append(entries, entry{c.Key, c})
	}
	for _, p := range all.CommonPrefixes {
		entries = append(entries, entry{p.Prefix, nil})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	list := gofakes3.NewObjectList()
	count := int64(0)
	for _, e := range entries {
		if page.HasMarker && e.name <= page.Marker {
			continue
		}
		if page.MaxKeys > 0 && count == page.MaxKeys {
			list.IsTruncated = true
			return list
		}
		count++
		list.NextMarker = e.name
		if e.object == nil {
			list.AddPrefix(e.name)
		} else {
			list.Add(e.object)
		}
	}
	list.NextMarker = ""
	return list
}

// listFrom lets the memory go to the marker, where there are no common prefixes to repeat: a bucket may have many objects. One
// more than the page tells whether there are more; the memory's own word counts keys that do not have the prefix.
func (s *store) listFrom(bucket string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	if prefix != nil && prefix.HasPrefix && page.Marker < prefix.Prefix {
		page.Marker = prefix.Prefix[:len(prefix.Prefix)-1]
	}
	most := int(page.MaxKeys)
	page.MaxKeys++
	list, err := s.Backend.ListBucket(bucket, prefix, page)
	if err != nil {
		return nil, err
	}
	list.NextMarker, list.IsTruncated = "", false
	if len(list.Contents) > most {
		list.Contents = list.Contents[:most]
		list.NextMarker, list.IsTruncated = list.Contents[most-1].Key, true
	}
	return list, nil
}

// ListBucketVersions lists the newest version of each key first (ListObjectVersions, Amazon S3 API Reference) and all in
// one page; the parameters for further pages are refused before they get here.
func (s *store) ListBucketVersions(
	bucket string, prefix *gofakes3.Prefix, page *gofakes3.ListBucketVersionsPage,
) (*gofakes3.ListBucketVersionsResult, error) {
	all, err := s.Backend.ListBucketVersions(bucket, prefix, &gofakes3.ListBucketVersionsPage{})
	if err != nil {
		return nil, err
	}
	if page.MaxKeys > 0 && int64(len(all.Versions)) > page.MaxKeys {
		return nil, gofakes3.ErrNotImplemented
	}
	all.MaxKeys = page.MaxKeys
	slices.SortStableFunc(all.Versions, func(a, b gofakes3.VersionItem) int {
		return cmp.Or(cmp.Compare(keyOf(a), keyOf(b)), -cmp.Compare(a.GetVersionID(), b.GetVersionID()))
	})
	return all, nil
}

func keyOf(v gofakes3.VersionItem) string {
	switch v := v.(type) {
	case *gofakes3.Version:
		return v.Key
	case *gofakes3.DeleteMarker:
		return v.Key
	default:
		return ""
	}
}

// CopyObject copies at the simulated time; gofakes3's helper reads the wall clock.
func (s *store) CopyObject(
	srcBucket, srcKey, dstBucket, dstKey string, meta map[string]string,
) (gofakes3.CopyObjectResult, error) {
	object, err := s.GetObject(srcBucket, srcKey, nil)
	if err != nil {
		return gofakes3.CopyObjectResult{}, err
	}
	if _, err := s.PutObject(dstBucket, dstKey, meta, object.Contents, object.Size, nil); err != nil {
		return gofakes3.CopyObjectResult{}, err
	}
	return gofakes3.CopyObjectResult{
		ETag:         gofakes3.FormatETag(object.Hash),
		LastModified: gofakes3.NewContentTime(s.clock.Now()),
	}, nil
}
