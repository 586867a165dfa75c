package cloudfront

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// Encode turns a config of the AWS SDK into the tree that the SDK's own serializer makes of it. A config that lacks a field
// which the SDK requires is refused with the SDK's message.
func Encode(ctx context.Context, cfg *types.DistributionConfig) (*Node, error) {
	catch := &catcher{}
	client := sdk.New(sdk.Options{
		Region: "us-east-1", HTTPClient: catch, Retryer: aws.NopRetryer{}, Credentials: aws.AnonymousCredentials{},
	})
	const unused = "E"
	_, err := client.UpdateDistribution(ctx, &sdk.UpdateDistributionInput{
		Id: aws.String(unused), IfMatch: aws.String(unused), DistributionConfig: cfg,
	})
	if !errors.Is(err, errCaught) {
		return nil, fmt.Errorf("encode distribution config: %w", err)
	}
	return parse(catch.body, nameConfig)
}

// errCaught ends the call whose body was all that was wanted.
var errCaught = errors.New("caught the request")

// catcher is an HTTP client that keeps the body and sends nothing.
type catcher struct{ body []byte }

// Do implements aws.HTTPClient.
func (c *catcher) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c.body = body
	return nil, errCaught
}
