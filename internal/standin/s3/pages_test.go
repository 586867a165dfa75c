package s3_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestListPagesFromAnyKey: StartAfter is a key that need not exist, and the pages behind it have every key once, in order.
func TestListPagesFromAnyKey(t *testing.T) {
	server, client, _ := world(t)
	var want []string
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const bucket = "record"
	for i := range 25 {
		key := fmt.Sprintf("side/a%02d", i)
		want = append(want, key)
		must(server.Put(bucket, key, []byte("x"), nil))
	}
	for _, key := range []string{"side", "side/", "sid", "siee", "side0", "other"} {
		must(server.Put(bucket, key, []byte("x"), nil))
	}
	want = append([]string{"side/"}, want...)
	must(server.Put(bucket, "side/a99", []byte("x"), nil))
	must(server.Delete(bucket, "side/a99"))
	for _, after := range []string{"", "a", "side", "side/", "side/a03", "side/a03x", "side/a24", "zz"} {
		for _, size := range []int32{1, 4, 26, 100} {
			var got []string
			in := &s3.ListObjectsV2Input{Bucket: aws.String(bucket), Prefix: aws.String("side/"), MaxKeys: aws.Int32(size)}
			if after != "" {
				in.StartAfter = &after
			}
			for {
				page, err := client.ListObjectsV2(t.Context(), in)
				must(err)
				for _, o := range page.Contents {
					got = append(got, *o.Key)
				}
				if !aws.ToBool(page.IsTruncated) {
					break
				}
				in.StartAfter = page.Contents[len(page.Contents)-1].Key
			}
			behind := slices.DeleteFunc(slices.Clone(want), func(key string) bool { return key <= after })
			if !slices.Equal(got, behind) {
				t.Errorf("after %q in pages of %d: got %v, want %v", after, size, got, behind)
			}
		}
	}
}
