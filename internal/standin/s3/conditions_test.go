package s3_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestConditionalWrites(t *testing.T) {
	tests := map[string]struct {
		before      string
		deleted     bool
		none, match string
		conflicts   int
		want        string
	}{
		"create where nothing is":                   {none: "*"},
		"create where an object is":                 {before: "x", none: "*", want: "PreconditionFailed"},
		"create where an object was deleted":        {before: "x", deleted: true, none: "*"},
		"overwrite the version that was read":       {before: "x", match: `"9dd4e461268c8034f5c8564e155c67a6"`},
		"overwrite it with an unquoted ETag":        {before: "x", match: "9dd4e461268c8034f5c8564e155c67a6"},
		"overwrite another version":                 {before: "y", match: `"9dd4e461268c8034f5c8564e155c67a6"`, want: "PreconditionFailed"},
		"overwrite what is missing":                 {match: `"9dd4e461268c8034f5c8564e155c67a6"`, want: "NoSuchKey"},
		"overwrite what was deleted":                {before: "x", deleted: true, match: `"9dd4e461268c8034f5c8564e155c67a6"`, want: "NoSuchKey"},
		"a request that conflicts with another one": {none: "*", conflicts: 1, want: "ConditionalRequestConflict"},
		"If-None-Match with an ETag":                {none: `"9dd4e461268c8034f5c8564e155c67a6"`, want: "NotImplemented"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server, c, _ := world(t)
			if tt.before != "" {
				put(t, c, "k", tt.before)
			}
			if tt.deleted {
				if err := server.Delete("record", "k"); err != nil {
					t.Fatal(err)
				}
			}
			server.Conflicts = tt.conflicts
			in := &sdk.PutObjectInput{Bucket: aws.String("record"), Key: aws.String("k"), Body: strings.NewReader("new")}
			if tt.none != "" {
				in.IfNoneMatch = aws.String(tt.none)
			}
			if tt.match != "" {
				in.IfMatch = aws.String(tt.match)
			}
			_, err := c.PutObject(t.Context(), in)
			wantCode(t, err, tt.want)
			got, _ := server.Get("record", "k")
			if written := string(got) == "new"; written != (tt.want == "") {
				t.Errorf("got object %q after code %q", got, tt.want)
			}
			in.Body = strings.NewReader("new")
			if tt.conflicts > 0 {
				_, err = c.PutObject(t.Context(), in)
				wantCode(t, err, "")
			}
		})
	}
}

func TestConditionalDeletes(t *testing.T) {
	tests := map[string]struct {
		before, match string
		lenient       bool
		conflicts     int
		want          string
	}{
		"the version that was read":                      {before: "x", match: `"9dd4e461268c8034f5c8564e155c67a6"`},
		"any version":                                    {before: "x", match: "*"},
		"another version":                                {before: "y", match: `"9dd4e461268c8034f5c8564e155c67a6"`, want: "PreconditionFailed"},
		"what is missing":                                {match: `"9dd4e461268c8034f5c8564e155c67a6"`, want: "NoSuchKey"},
		"what is missing, with the switch":               {match: "*", lenient: true},
		"a request that conflicts with another one":      {before: "x", match: "*", conflicts: 1, want: "ConditionalRequestConflict"},
		"without a condition, although others conflict":  {before: "x", conflicts: 1},
		"what is missing, without a condition, succeeds": {},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server, c, _ := world(t)
			if tt.before != "" {
				put(t, c, "k", tt.before)
			}
			server.Conflicts, server.DeleteOfMissingSucceeds = tt.conflicts, tt.lenient
			in := &sdk.DeleteObjectInput{Bucket: aws.String("record"), Key: aws.String("k")}
			if tt.match != "" {
				in.IfMatch = aws.String(tt.match)
			}
			_, err := c.DeleteObject(t.Context(), in)
			wantCode(t, err, tt.want)
			if _, there := server.Get("record", "k"); there != (tt.before != "" && tt.want != "") {
				t.Errorf("got there = %v after code %q", there, tt.want)
			}
		})
	}
}

func TestAMissingKeyIsHiddenFromWhoMayNotList(t *testing.T) {
	server, c, _ := world(t)
	get := func() error {
		_, err := c.GetObject(t.Context(), &sdk.GetObjectInput{Bucket: aws.String("record"), Key: aws.String("no")})
		return err
	}
	wantCode(t, get(), "NoSuchKey")
	server.DenyList("record", true)
	wantCode(t, get(), "AccessDenied")
	_, err := c.ListObjectsV2(t.Context(), &sdk.ListObjectsV2Input{Bucket: aws.String("record")})
	wantCode(t, err, "AccessDenied")
	put(t, c, "yes", "1")
	if _, err := c.GetObject(t.Context(), &sdk.GetObjectInput{Bucket: aws.String("record"), Key: aws.String("yes")}); err != nil {
		t.Errorf("got %v for a key that exists", err)
	}
	server.DenyList("record", false)
	wantCode(t, get(), "NoSuchKey")
	_, err = c.GetObject(t.Context(), &sdk.GetObjectInput{Bucket: aws.String("elsewhere"), Key: aws.String("k")})
	wantCode(t, err, "NoSuchBucket")
}
