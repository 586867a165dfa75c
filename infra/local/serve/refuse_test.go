package serve_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"
)

// TestTheSDKReadsEveryRefusal: what has no stand-in is an error with a code and the operation's name, in each protocol.
func TestTheSDKReadsEveryRefusal(t *testing.T) {
	s := start(t)
	ctx := t.Context()
	for name, c := range map[string]struct {
		call func() error
		want string
	}{
		"JSON": {func() error {
			_, err := sfn.NewFromConfig(s.config()).ListStateMachines(ctx, &sfn.ListStateMachinesInput{})
			return err
		}, "ListStateMachines of states"},
		"query": {func() error {
			_, err := cloudformation.NewFromConfig(s.config()).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{})
			return err
		}, "DescribeStacks of cloudformation"},
		"CBOR": {func() error {
			_, err := cloudwatch.NewFromConfig(s.config()).ListDashboards(ctx, &cloudwatch.ListDashboardsInput{})
			return err
		}, "ListDashboards"},
		"REST-XML": {func() error {
			_, err := s.cloudfront.ListPublicKeys(ctx, &cloudfront.ListPublicKeysInput{})
			return err
		}, "ListPublicKeys"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.call()
			api, ok := errors.AsType[smithy.APIError](err)
			if !ok || api.ErrorCode() != "NotImplemented" || !strings.Contains(api.ErrorMessage(), c.want) {
				t.Errorf("got %v, want NotImplemented with %q", err, c.want)
			}
		})
	}
}

// TestOtherRefusals are those of protocols whose clients are not among our modules.
func TestOtherRefusals(t *testing.T) {
	s := start(t)
	form := func(service string) http.Header {
		h := signed(service)
		h.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		return h
	}
	const action = "Action=DescribeThings&Version=2016-11-15"
	got := s.do(t, http.MethodPost, "/", form("sts"), action)
	got.want(t, http.StatusNotImplemented, "<ErrorResponse><Error><Type>", "<Code>NotImplemented</Code>", "DescribeThings of sts")
	got = s.do(t, http.MethodPost, "/", form("ec2"), action)
	got.want(t, http.StatusNotImplemented, "<Response><Errors><Error><Code>NotImplemented</Code>", "DescribeThings of ec2")
	got = s.do(t, http.MethodGet, "/2013-04-01/hostedzone", signed("route53"), "")
	got.want(t, http.StatusNotImplemented, "<Code>NotImplemented</Code>", "GET /2013-04-01/hostedzone of route53")
	got = s.do(t, http.MethodGet, "/2015-03-31/functions", signed("lambda"), "")
	got.want(t, http.StatusNotImplemented, `"message":"There is no stand-in for GET /2015-03-31/functions of lambda`)
	if code := got.header.Get("X-Amzn-Errortype"); code != "NotImplemented" {
		t.Errorf("got the error type %q", code)
	}
	got = s.do(t, http.MethodPost, "/", form("monitoring"), "Action=ListMetrics")
	got.want(t, http.StatusNotImplemented, "<Code>NotImplemented</Code>", "ListMetrics in this protocol")
	got = s.do(t, http.MethodGet, "/?Action=ListQueues", nil, "")
	got.want(t, http.StatusNotImplemented, "ListQueues")
}

func TestStrangersAreTold(t *testing.T) {
	s := start(t)
	s.do(t, http.MethodGet, "/", nil, "").want(t, http.StatusOK, "/_standin/", "list-distributions")
	s.do(t, http.MethodGet, "/favicon.ico", nil, "").want(t, http.StatusNotFound, "/_standin/")
	created, err := s.cloudfront.CreateDistribution(t.Context(), &cloudfront.CreateDistributionInput{DistributionConfig: s.siteConfig(t)})
	must(t, err)
	s.do(t, http.MethodGet, "/", nil, "").want(t, http.StatusOK, aws.ToString(created.Distribution.DomainName)+".localhost")
	// A name that CloudFront could have given is the edge's to refuse.
	s.page(t, "d123.cloudfront.net").want(t, http.StatusForbidden, "Bad request")
}
