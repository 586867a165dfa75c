package transport

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// AccessKey is the access key id of the clients that Config configures.
const AccessKey = "AKIASTANDIN000000000"

// Config is an SDK configuration that reaches the stand-ins behind t and nothing else: fixed credentials and region, no
// retries, nothing from the environment or from files. Requests are signed with the time of the machine, which no stand-in
// looks at.
func Config(t *Transport) aws.Config { return ConfigAs(t, AccessKey) }

// ConfigAs is Config for a caller with an access key of its own, by which the CloudFront stand-in's log tells callers apart.
func ConfigAs(t *Transport, accessKey string) aws.Config {
	return aws.Config{
		Region:     "us-east-1",
		HTTPClient: t,
		Retryer:    func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: "unused", Source: "stand-in"}, nil
		}),
	}
}
