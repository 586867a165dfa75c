package s3_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestAnObjectComesBackAsItWasWritten(t *testing.T) {
	tests := map[string]func(*sdk.Options){
		"virtual host over TLS, with a trailing checksum": func(*sdk.Options) {},
		"path style over TLS":                             func(o *sdk.Options) { o.UsePathStyle = true },
		"path style over plain HTTP, with the checksum before the body": func(o *sdk.Options) {
			o.UsePathStyle, o.BaseEndpoint = true, aws.String("http://127.0.0.1:4566")
		},
	}
	for name, option := range tests {
		t.Run(name, func(t *testing.T) {
			server, _, clock := world(t)
			c := client(server, option)
			put, err := c.PutObject(t.Context(), &sdk.PutObjectInput{
				Bucket: aws.String("record"), Key: aws.String("a b/ü+%.html"), Body: strings.NewReader("hello"),
				CacheControl: aws.String("max-age=60"), ContentType: aws.String("text/html"),
				ContentEncoding: aws.String("gzip"), Metadata: map[string]string{"who": "me"},
			})
			if err != nil {
				t.Fatal(err)
			}
			if aws.ToString(put.ChecksumCRC32) != "NhCmhg==" {
				t.Errorf("got checksum %q", aws.ToString(put.ChecksumCRC32))
			}
			clock.Advance(time.Hour)
			got, err := c.GetObject(t.Context(), &sdk.GetObjectInput{
				Bucket: aws.String("record"), Key: aws.String("a b/ü+%.html"), ChecksumMode: types.ChecksumModeEnabled,
			})
			if err != nil {
				t.Fatal(err)
			}
			want := []string{"hello", "max-age=60", "text/html", "gzip", "me", aws.ToString(put.ETag), start().String(), "NhCmhg=="}
			have := []string{
				text(t, got.Body), aws.ToString(got.CacheControl), aws.ToString(got.ContentType),
				aws.ToString(got.ContentEncoding), got.Metadata["who"], aws.ToString(got.ETag), got.LastModified.String(),
				aws.ToString(got.ChecksumCRC32),
			}
			if !slices.Equal(have, want) {
				t.Errorf("got  %q\nwant %q", have, want)
			}
			if !slices.Equal(server.Keys("record", "a b/"), []string{"a b/ü+%.html"}) {
				t.Errorf("got keys %q", server.Keys("record", ""))
			}
		})
	}
}

func TestOverwritingReplacesHeaders(t *testing.T) {
	server, c, _ := world(t)
	if err := server.Put("record", "k", []byte("1"), http.Header{"Cache-Control": {"max-age=1"}}); err != nil {
		t.Fatal(err)
	}
	put(t, c, "k", "2")
	got, err := c.HeadObject(t.Context(), &sdk.HeadObjectInput{Bucket: aws.String("record"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	if got.CacheControl != nil {
		t.Errorf("got Cache-Control %q from the object before, want none", *got.CacheControl)
	}
}

func put(t *testing.T, c *sdk.Client, key, body string) *sdk.PutObjectOutput {
	t.Helper()
	out, err := c.PutObject(t.Context(), &sdk.PutObjectInput{
		Bucket: aws.String("record"), Key: aws.String(key), Body: strings.NewReader(body),
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBucketPolicy(t *testing.T) {
	server, c, _ := world(t)
	get := func(bucket string) (string, error) {
		out, err := c.GetBucketPolicy(t.Context(), &sdk.GetBucketPolicyInput{Bucket: aws.String(bucket)})
		if err != nil {
			return "", err
		}
		return aws.ToString(out.Policy), nil
	}
	_, err := get("record")
	wantCode(t, err, "NoSuchBucketPolicy")
	_, err = get("elsewhere")
	wantCode(t, err, "NoSuchBucket")

	server.SetPolicy("record", `{"Version":"2012-10-17"}`)
	if got, err := get("record"); got != `{"Version":"2012-10-17"}` || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	server.DenyPolicy("record", true)
	_, err = get("record")
	wantCode(t, err, "AccessDenied")
	server.DenyPolicy("record", false)

	_, err = c.PutBucketPolicy(t.Context(), &sdk.PutBucketPolicyInput{Bucket: aws.String("record"), Policy: aws.String("{")})
	wantCode(t, err, "MalformedPolicy")
	_, err = c.PutBucketPolicy(t.Context(), &sdk.PutBucketPolicyInput{Bucket: aws.String("record"), Policy: aws.String("{}")})
	wantCode(t, err, "")
	if got, err := get("record"); got != "{}" || err != nil {
		t.Errorf("got %q, %v after PutBucketPolicy", got, err)
	}
}

func TestEveryVersionIsKept(t *testing.T) {
	server, c, clock := world(t)
	first := put(t, c, "k", "1")
	clock.Advance(time.Minute)
	put(t, c, "k", "22")
	if err := server.Delete("record", "k"); err != nil {
		t.Fatal(err)
	}
	put(t, c, "k", "333")
	put(t, c, "j", "")

	out, err := c.GetObject(t.Context(), &sdk.GetObjectInput{
		Bucket: aws.String("record"), Key: aws.String("k"), VersionId: first.VersionId,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, out.Body); got != "1" {
		t.Errorf("got %q as the first version", got)
	}
	head, err := c.HeadObject(t.Context(), &sdk.HeadObjectInput{
		Bucket: aws.String("record"), Key: aws.String("k"), VersionId: first.VersionId,
	})
	if err != nil || aws.ToInt64(head.ContentLength) != 1 {
		t.Errorf("got a HEAD of %+v, %v, want the first version", head, err)
	}
	list, err := c.ListObjectVersions(t.Context(), &sdk.ListObjectVersionsInput{Bucket: aws.String("record")})
	if err != nil {
		t.Fatal(err)
	}
	sizes := []int64{}
	for _, v := range list.Versions {
		sizes = append(sizes, aws.ToInt64(v.Size))
	}
	if want := []int64{0, 3, 2, 1}; !slices.Equal(sizes, want) || len(list.DeleteMarkers) != 1 {
		t.Errorf("got versions of %v bytes and %d markers, want %v, newest first, and 1", sizes, len(list.DeleteMarkers), want)
	}
}

func TestListingPages(t *testing.T) {
	server, c, _ := world(t)
	for _, key := range []string{"a/1", "a/2", "a/3", "b", "c/1", "d"} {
		if err := server.Put("record", key, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Delete("record", "b"); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		prefix, delimiter string
		want              []string
	}{
		"everything":    {"", "", []string{"a/1", "a/2", "a/3", "c/1", "d"}},
		"a prefix":      {"a/", "", []string{"a/1", "a/2", "a/3"}},
		"the top level": {"", "/", []string{"a/", "c/", "d"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := &sdk.ListObjectsV2Input{Bucket: aws.String("record"), MaxKeys: aws.Int32(1)}
			if tt.prefix != "" {
				in.Prefix = &tt.prefix
			}
			if tt.delimiter != "" {
				in.Delimiter = &tt.delimiter
			}
			got := []string{}
			for pages := sdk.NewListObjectsV2Paginator(c, in); pages.HasMorePages(); {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range page.CommonPrefixes {
					got = append(got, *p.Prefix)
				}
				for _, o := range page.Contents {
					got = append(got, *o.Key)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestACopyCarriesHeadersUnlessTheyAreReplaced(t *testing.T) {
	server, c, _ := world(t)
	if err := server.Put("record", "a", []byte("x"), http.Header{"Cache-Control": {"max-age=1"}}); err != nil {
		t.Fatal(err)
	}
	for directive, want := range map[types.MetadataDirective]string{
		"":                             "max-age=1",
		types.MetadataDirectiveCopy:    "max-age=1",
		types.MetadataDirectiveReplace: "no-store",
	} {
		out, err := c.CopyObject(t.Context(), &sdk.CopyObjectInput{
			Bucket: aws.String("record"), Key: aws.String("b"), CopySource: aws.String("record/a"),
			CacheControl: aws.String("no-store"), MetadataDirective: directive,
		})
		if err != nil {
			t.Fatal(err)
		}
		if !out.CopyObjectResult.LastModified.Equal(start()) {
			t.Errorf("got %v, want the simulated time", out.CopyObjectResult.LastModified)
		}
		head, err := c.HeadObject(t.Context(), &sdk.HeadObjectInput{Bucket: aws.String("record"), Key: aws.String("b")})
		if err != nil {
			t.Fatal(err)
		}
		if got := aws.ToString(head.CacheControl); got != want {
			t.Errorf("got Cache-Control %q with directive %q, want %q", got, directive, want)
		}
	}
	_, err := c.CopyObject(t.Context(), &sdk.CopyObjectInput{
		Bucket: aws.String("record"), Key: aws.String("b"), CopySource: aws.String("record/a"), IfNoneMatch: aws.String("*"),
	})
	wantCode(t, err, "PreconditionFailed")
}
