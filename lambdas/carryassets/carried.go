package carryassets

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"cloudfront-cd/internal/content"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// carried is the content of content/<bucket>/<prefix>.json in the record bucket: what releases have carried to a side.
type carried struct {
	// Until has, by key below the side, until when the copy was made, in seconds of Unix time. What was written later is the
	// upload of a pipeline and belongs to the side.
	Until map[string]int64 `json:"until"`

	etag string
}

// mostCarried bounds what is kept of a side that is used again and again; the oldest go first, and are carried once more then.
const mostCarried = 150_000

// slack is for a copy that takes its time and a clock that is not S3's.
const slack = release.LambdaTimeout + release.LambdaTimeout

func (c carried) has(o content.Object) bool {
	until, ok := c.Until[o.Key]
	return ok && o.Modified <= until
}

func (t *turn) readCarried(ctx context.Context, side release.Side) (carried, error) {
	var c carried
	etag, _, err := record.Read(ctx, t.Records, t.Bucket, release.CarriedKey(side), &c)
	c.etag = etag
	return c, err
}

// announce writes down what is about to be carried, side by side.
func (t *turn) announce(ctx context.Context, todo []entry) error {
	until := t.begun.Add(slack).Unix()
	for _, way := range []struct {
		to      way
		side    release.Side
		carried *carried
	}{{toNew, t.new, &t.carriedNew}, {toOld, t.old, &t.carriedOld}} {
		news := carried{Until: maps.Clone(way.carried.Until), etag: way.carried.etag}
		if news.Until == nil {
			news.Until = map[string]int64{}
		}
		changed := false
		for _, e := range todo {
			if t.way(e) == way.to {
				news.Until[e.key], changed = until, true
			}
		}
		if !changed {
			continue
		}
		news.forget()
		key := release.CarriedKey(way.side)
		_, err := record.Write(ctx, t.Records, t.Bucket, key, news, record.Condition{ETag: news.etag, Missing: news.etag == ""})
		if fault.Code(err) == live.PreconditionFailed {
			return unavailable("%s was written by an earlier call of this step: look again", key)
		}
		if err != nil {
			return err
		}
		if !slices.Contains(t.part.Records, key) {
			t.part.Records = append(slices.Clone(t.part.Records), key)
		}
	}
	return nil
}

func (c *carried) forget() {
	more := len(c.Until) - mostCarried
	if more <= 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(c.Until), func(a, b string) int { return cmp.Or(cmp.Compare(c.Until[a], c.Until[b]), cmp.Compare(a, b)) })
	for _, key := range keys[:more] {
		delete(c.Until, key)
	}
}
