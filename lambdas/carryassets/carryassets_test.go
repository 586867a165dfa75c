package carryassets_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/s3"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/carryassets"
)

const site = "site"

// world has two sides of a site, blue and green, with an asset each, a shared one and a page each.
func world(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Preflighted)
	w.Must(w.S3.CreateBucket(site))
	w.Document.Plan.Change = release.Change{Kind: release.KindContent, Origin: "site", Bucket: site, Prefix: "/green"}
	w.Document.Content = &release.Content{New: release.Side{Bucket: site, Prefix: "/green"}, Old: release.Side{Bucket: site, Prefix: "/blue"}}
	for key, body := range map[string]string{
		"blue/index.html": "old", "green/index.html": "new", "blue/old.js": "1", "green/a b+é.js": "2", "blue/lib.js": "3", "green/lib.js": "3",
	} {
		w.Must(w.S3.Put(site, key, []byte(body), http.Header{"Content-Type": {"text/javascript"}, "Cache-Control": {"max-age=1"}}))
	}
	return w
}

func handler(w *pairtest.World) carryassets.Handler {
	return carryassets.Handler{Objects: w.Records, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
}

// carry turns the loop until it is over.
func carry(t *testing.T, w *pairtest.World, h carryassets.Handler) release.Carry {
	t.Helper()
	for range 1000 {
		part, err := h.Handle(t.Context(), w.Input(""))
		w.Must(err)
		w.Document.Carry = &part
		if part.Done || part.Refused {
			return part
		}
	}
	t.Fatal("the loop has no end")
	return release.Carry{}
}

func TestEachSideGetsTheAssetsOfTheOther(t *testing.T) {
	t.Parallel()
	w := world(t)
	part := carry(t, w, handler(w))
	if part.ToNew != 1 || part.ToOld != 1 || part.Copied != 2 || part.Bytes != 2 || part.NewObjects != 3 || part.OldObjects != 3 {
		t.Errorf("got %+v", part)
	}
	want := []string{"blue/a b+é.js", "blue/index.html", "blue/lib.js", "blue/old.js", "green/a b+é.js", "green/index.html", "green/lib.js", "green/old.js"}
	if got := w.S3.Keys(site, ""); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for key, want := range map[string]string{"blue/index.html": "old", "green/index.html": "new"} {
		if body, _ := w.S3.Get(site, key); string(body) != want {
			t.Errorf("%s is %q now", key, body)
		}
	}
	got, err := w.Records.GetObject(t.Context(), &sdk.GetObjectInput{Bucket: aws.String(site), Key: aws.String("green/old.js")})
	w.Must(err)
	if aws.ToString(got.ContentType) != "text/javascript" || aws.ToString(got.CacheControl) != "max-age=1" {
		t.Errorf("the copy has type %s and %s", aws.ToString(got.ContentType), aws.ToString(got.CacheControl))
	}
}

func TestATurnThatIsCalledTwiceCopiesOnce(t *testing.T) {
	t.Parallel()
	w := world(t)
	h := handler(w)
	for _, lost := range []bool{false, true, false} { // compare; copy, and lose the answer; copy
		part, err := h.Handle(t.Context(), w.Input(""))
		w.Must(err)
		if !lost {
			w.Document.Carry = &part
		}
	}
	if !w.Document.Carry.Done || w.Calls.Count(pairtest.S3, "CopyObject") != 2 {
		t.Errorf("got %+v after %d copies, want it done after 2", w.Document.Carry, w.Calls.Count(pairtest.S3, "CopyObject"))
	}
	// The second call knows that they were carried, from the record.
	var kept struct {
		Until map[string]int64 `json:"until"`
	}
	_, found, err := record.Read(t.Context(), w.Records, pairtest.Bucket, "content/site/green.json", &kept)
	if w.Must(err); !found || len(kept.Until) != 1 || kept.Until["old.js"] == 0 {
		t.Errorf("got the record %+v", kept)
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		between func(*pairtest.World)
		want    string
	}{
		"where both had it before":                           {func(*pairtest.World) {}, "/main.js"},
		"where it comes between the comparison and the copy": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t)
			h := handler(w)
			if c.between != nil {
				w.Must(w.S3.Put(site, "blue/main.js", []byte("one"), nil))
				w.Must(w.S3.Put(site, "green/main.js", []byte("two"), nil))
				part := carry(t, w, h)
				if !part.Refused || part.Findings[0].Name != release.AssetConflict || !strings.Contains(part.Findings[0].Fact, c.want) || part.Copied != 0 {
					t.Errorf("got %+v", part)
				}
				return
			}
			part, err := h.Handle(t.Context(), w.Input(""))
			w.Must(err)
			w.Document.Carry = &part
			w.Calls.Fault = func(call transport.Call) transport.Outcome {
				if call.Operation == "CopyObject" && call.Attempt == 1 {
					return transport.Outcome{Before: func() { w.Must(w.S3.Put(site, "green/old.js", []byte("mine"), nil)) }}
				}
				return transport.Outcome{}
			}
			for range 2 { // the order of the two copies is that of their keys
				if _, err = h.Handle(t.Context(), w.Input("")); err != nil {
					break
				}
			}
			pairtest.WantFault(t, err, fault.Unavailable, "green/old.js")
			if body, _ := w.S3.Get(site, "green/old.js"); string(body) != "mine" {
				t.Errorf("it is %q now", body)
			}
			part, err = h.Handle(t.Context(), w.Input(""))
			if w.Must(err); !part.Refused || part.Findings[0].Name != release.AssetConflict {
				t.Errorf("got %+v", part)
			}
		})
	}
}

func TestWhatEachSideHasForItselfIsNoConflict(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.Must(w.S3.Put(site, "blue/robots.txt", []byte("one"), nil))
	w.Must(w.S3.Put(site, "green/robots.txt", []byte("two"), nil))
	w.Document.Plan.Change.Documents = []string{"/robots.txt"}
	if part := carry(t, w, handler(w)); !part.Done {
		t.Errorf("got %+v", part)
	}
}

// otherETags are those of objects that were uploaded in parts, or that AWS KMS has encrypted: no hash of the bytes.
type otherETags struct{ *sdk.Client }

// ListObjectsV2 gives every object another ETag.
func (o otherETags) ListObjectsV2(ctx context.Context, in *sdk.ListObjectsV2Input, options ...func(*sdk.Options)) (*sdk.ListObjectsV2Output, error) {
	out, err := o.Client.ListObjectsV2(ctx, in, options...)
	if err == nil {
		for i := range out.Contents {
			out.Contents[i].ETag = aws.String(fmt.Sprintf(`"%s-2"`, aws.ToString(out.Contents[i].Key)))
		}
	}
	return out, err
}

// CopyObject leaves the ETag out that nobody has.
func (o otherETags) CopyObject(ctx context.Context, in *sdk.CopyObjectInput, options ...func(*sdk.Options)) (*sdk.CopyObjectOutput, error) {
	in.CopySourceIfMatch = nil
	return o.Client.CopyObject(ctx, in, options...)
}

func TestBytesDecideWhereETagsDoNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body    string
		refused bool
	}{"the same": {"three", false}, "others of the same length": {"THREE", true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t)
			w.Must(w.S3.Put(site, "blue/x.js", []byte("three"), nil))
			w.Must(w.S3.Put(site, "green/x.js", []byte(c.body), nil))
			h := handler(w)
			h.Objects = otherETags{w.Records}
			if part := carry(t, w, h); part.Refused != c.refused {
				t.Errorf("got %+v", part)
			}
		})
	}
}

func TestManyObjectsTakeManyTurns(t *testing.T) {
	t.Parallel()
	w := world(t)
	for i := range 2500 {
		w.Must(w.S3.Put(site, fmt.Sprintf("green/%04d.js", i), []byte("x"), nil))
	}
	for i := range 1200 {
		w.Must(w.S3.Put(site, fmt.Sprintf("blue/%04d.css", i), []byte("y"), nil))
	}
	part := carry(t, w, handler(w))
	if part.ToOld != 2501 || part.ToNew != 1201 || part.Copied != 3702 || part.Turns < 4 || part.Turns > 10 {
		t.Errorf("got %+v", part)
	}
	if blue, green := len(w.S3.Keys(site, "blue/")), len(w.S3.Keys(site, "green/")); blue != green {
		t.Errorf("blue has %d objects and green %d", blue, green)
	}
}

// TestASlowTurnLeavesTheRestToTheNext: a Lambda does not come near its timeout.
func TestASlowTurnLeavesTheRestToTheNext(t *testing.T) {
	t.Parallel()
	w := world(t)
	for i := range 500 {
		w.Must(w.S3.Put(site, fmt.Sprintf("green/%04d.js", i), []byte("x"), nil))
	}
	h := handler(w)
	now, longest, begun := w.Clock.Now(), time.Duration(0), time.Time{}
	w.Calls.Fault = func(call transport.Call) transport.Outcome {
		if call.Operation == "CopyObject" {
			now = now.Add(150 * time.Millisecond)
			longest = max(longest, now.Sub(begun))
		}
		if call.Operation == pairtest.GetObject && strings.Contains(call.Path, "locks/") {
			begun = now
		}
		return transport.Outcome{}
	}
	h.Now = func() time.Time { return now }
	part := carry(t, w, h)
	if part.Copied != 502 || part.Turns < 4 || longest > release.LambdaTimeout*2/3 {
		t.Errorf("got %+v, the longest turn took %s", part, longest)
	}
}

func TestWhatIsTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	w := world(t)
	h := handler(w)
	h.Objects = endless{w.Records}
	part := carry(t, w, h)
	if !part.Refused || part.Findings[0].Name != release.TooManyObjects || part.Copied != 0 {
		t.Errorf("got %+v", part)
	}
}

// endless is a side that has always another page.
type endless struct{ *sdk.Client }

// ListObjectsV2 makes up keys behind the last one.
func (e endless) ListObjectsV2(_ context.Context, in *sdk.ListObjectsV2Input, _ ...func(*sdk.Options)) (*sdk.ListObjectsV2Output, error) {
	from, prefix := 0, aws.ToString(in.Prefix)
	_, _ = fmt.Sscanf(strings.TrimPrefix(aws.ToString(in.StartAfter), prefix), "%09d", &from)
	out := &sdk.ListObjectsV2Output{IsTruncated: aws.Bool(true)}
	for i := range int(aws.ToInt32(in.MaxKeys)) {
		out.Contents = append(out.Contents, object(fmt.Sprintf("%s%09d.js", prefix, from+i+1)))
	}
	return out, nil
}

func object(key string) types.Object {
	return types.Object{Key: &key, ETag: aws.String(`"x"`), Size: aws.Int64(1), LastModified: aws.Time(time.Unix(0, 0))}
}

func TestWhatTheLockNamesAnotherForIsNotTouched(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.HeldBy(record.Holder{Execution: pairtest.Other, Name: "other"})
	_, err := handler(w).Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.LockLost, pairtest.Other)
}

func TestWhatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.S3.Encrypt(site, "green/", s3.Encryption{})
	h := handler(w)
	part, err := h.Handle(t.Context(), w.Input(""))
	w.Must(err)
	w.Document.Carry = &part
	_, err = h.Handle(t.Context(), w.Input(""))
	pairtest.WantFault(t, err, fault.Refused, "AccessDenied")
}
