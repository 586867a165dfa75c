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
	if err := t.announceTo(ctx, t.new, t.carriedNew, keysOf(todo, func(e entry) bool { return t.way(e) == toNew })); err != nil {
		return err
	}
	return t.announceTo(ctx, t.old, t.carriedOld, keysOf(todo, func(e entry) bool { return t.way(e) == toOld }))
}

func keysOf(entries []entry, wanted func(entry) bool) []string {
	var keys []string
	for _, e := range entries {
		if wanted(e) {
			keys = append(keys, e.key)
		}
	}
	return keys
}

func (t *turn) announceTo(ctx context.Context, side release.Side, before carried, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	after := carried{Until: map[string]int64{}}
	maps.Copy(after.Until, before.Until)
	for _, key := range keys {
		after.Until[key] = t.begun.Add(slack).Unix()
	}
	after.forget()
	key := release.CarriedKey(side)
	_, err := record.Write(ctx, t.Records, t.Bucket, key, after, record.Condition{ETag: before.etag, Missing: before.etag == ""})
	if fault.Code(err) == live.PreconditionFailed {
		return unavailable("%s was written by an earlier call of this step: look again", key)
	}
	if err == nil && !slices.Contains(t.part.Records, key) {
		t.part.Records = append(slices.Clone(t.part.Records), key)
	}
	return err
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
