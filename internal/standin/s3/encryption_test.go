package s3_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"cloudfront-cd/internal/standin/s3"
)

const anybody = `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::record/*"}}`

// TestAKeyOfKMSDecidesWhoReads: whoever reads needs the key besides the object; a HEAD decrypts nothing.
func TestAKeyOfKMSDecidesWhoReads(t *testing.T) {
	for name, e := range map[string]s3.Encryption{
		"both": {Clients: true, Origins: true}, "clients": {Clients: true}, "origins": {Origins: true}, "nobody": {},
	} {
		t.Run(name, func(t *testing.T) {
			server, c, _ := world(t)
			put(t, c, "secret/a", "x")
			put(t, c, "plain", "x")
			server.SetPolicy("record", anybody)
			server.Encrypt("record", "secret/", e)
			head, err := c.HeadObject(t.Context(), &sdk.HeadObjectInput{Bucket: aws.String("record"), Key: aws.String("secret/a")})
			if err != nil || head.ServerSideEncryption != types.ServerSideEncryptionAwsKms {
				t.Errorf("HEAD: got %+v and %v", head, err)
			}
			if _, err := c.GetObject(t.Context(), &sdk.GetObjectInput{Bucket: aws.String("record"), Key: aws.String("secret/a")}); (err == nil) != e.Clients {
				t.Errorf("GET: got %v", err)
			} else if err != nil {
				wantCode(t, err, "AccessDenied")
			}
			_, err = c.CopyObject(t.Context(), &sdk.CopyObjectInput{Bucket: aws.String("record"), Key: aws.String("b"), CopySource: aws.String("record/secret/a")})
			if (err == nil) != e.Clients {
				t.Errorf("copy: got %v", err)
			}
			want := http.StatusForbidden
			if e.Origins {
				want = http.StatusOK
			}
			if status, _, _ := server.ReadAsOrigin("record", "/secret/a", "", http.MethodGet, ""); status != want {
				t.Errorf("the origin answered %d, want %d", status, want)
			}
			if status, _, _ := server.ReadAsOrigin("record", "/plain", "", http.MethodGet, ""); status != http.StatusOK {
				t.Errorf("the origin answered %d to what is not encrypted", status)
			}
		})
	}
}

// TestACopyIsConditionalOnBothEnds: on the key being free, and on the source being the one that was seen.
func TestACopyIsConditionalOnBothEnds(t *testing.T) {
	_, c, _ := world(t)
	source := put(t, c, "a b+é", "x")
	copyTo := func(key, etag string) error {
		_, err := c.CopyObject(t.Context(), &sdk.CopyObjectInput{
			Bucket: aws.String("record"), Key: &key, CopySource: aws.String("record/a%20b%2B%C3%A9"), IfNoneMatch: aws.String("*"), CopySourceIfMatch: &etag,
		})
		return err
	}
	wantCode(t, copyTo("new", `"another"`), "PreconditionFailed")
	if err := copyTo("new", aws.ToString(source.ETag)); err != nil {
		t.Fatal(err)
	}
	wantCode(t, copyTo("new", aws.ToString(source.ETag)), "PreconditionFailed")
}
