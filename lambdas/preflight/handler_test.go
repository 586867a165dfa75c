package preflight_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

func TestThePairIsDescribed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	part := w.look()
	want := release.Preflight{
		Passed: true, Since: w.now, At: w.now,
		Primary:  release.Distribution{ID: primaryID, Domain: primaryID + domain, Fingerprint: distribution.Fingerprint(w.primary())},
		Staging:  release.Distribution{ID: stagingID, Domain: stagingID + domain, Fingerprint: distribution.Fingerprint(w.staging())},
		PolicyID: policyID, MaximumTTL: 600, RequestsPerMinute: 6000, Record: "releases/EPRIMARY1/20261123T115930Z-x1.json",
	}
	// Without scatter from minute to minute: Σ errors²/requests is (Σ errors)²/Σ requests.
	want.Past = release.Past{
		From: w.now.Truncate(time.Minute).Add(-183 * time.Minute), To: w.now.Truncate(time.Minute).Add(-3 * time.Minute),
		Errors5xx: release.PastErrors{Minutes: 180, Requests: 1_080_000, Errors: 1080, Squares: 1.08, Dispersion: 1},
		Errors4xx: release.PastErrors{Minutes: 180, Requests: 1_080_000, Errors: 10_800, Squares: 108, Dispersion: 1},
	}
	for _, errors := range []*release.PastErrors{&part.Past.Errors5xx, &part.Past.Errors4xx} {
		errors.Squares = math.Round(1e6*errors.Squares) / 1e6
	}
	if got := part.Weighted; got == nil || got.Weight != 0.05 || got.IdleTTL != 300 || got.MaximumTTL != 600 {
		t.Errorf("got the weighted routing %+v", got)
	}
	part.Findings, part.Estimates, part.Weighted = nil, nil, nil
	if got, want := fmt.Sprintf("%+v", part), fmt.Sprintf("%+v", want); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestHeaderRoutingIsKeptForTheWayBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	findingCases()["a policy that routes by header"].change(w)
	part := w.look()
	if part.Header == nil || *part.Header != (release.Header{Name: "aws-cf-cd-qa", Value: "yes"}) || part.MaximumTTL != 0 {
		t.Errorf("got header %v, maximum TTL %d", part.Header, part.MaximumTTL)
	}
}

func TestTheRecordHoldsTheWayBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.staging().PriceClass = types.PriceClassPriceClass100 // blocks, and is recorded all the same
	for range 2 {
		part := w.look()
		got, found := w.record()
		if !found {
			t.Fatal("got no record")
		}
		if distribution.Fingerprint(got.Primary) != part.Primary.Fingerprint || distribution.Fingerprint(got.Staging) != part.Staging.Fingerprint {
			t.Error("the saved configs do not have the fingerprints of the document")
		}
		if got.Primary.Aliases.Items[0] != "www.example.com" || got.PrimaryETag != "etag-EPRIMARY1" || got.StagingETag != "etag-ESTAGING1" {
			t.Errorf("got aliases %v, ETags %s and %s", got.Primary.Aliases.Items, got.PrimaryETag, got.StagingETag)
		}
		if got.Execution.Name != "x1" || got.Plan.Primary != primaryID || got.Preflight == nil || len(got.Preflight.Findings) != len(part.Findings) || got.Outcome != nil {
			t.Errorf("got execution %v, plan %v, preflight %v, outcome %v", got.Execution, got.Plan, got.Preflight, got.Outcome)
		}
	}
	if len(w.objects) != 1 {
		t.Errorf("got %d objects after two calls, want 1", len(w.objects))
	}
}

func TestNothingIsWrittenButTheRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.look()
	slices.Sort(w.calls)
	want := []string{
		"GetBucketPolicy", "GetContinuousDeploymentPolicy", "GetDistribution", "GetDistribution", "GetMetricData", "GetObject", "GetObject",
		"ListDistributions", "ListDistributions", "ListDistributions", "PutObject",
	}
	if !slices.Equal(w.calls, want) {
		t.Errorf("got calls %v, want %v", w.calls, want)
	}
}

func TestSomeoneElsesChangeIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.now
	w.status[primaryID] = "InProgress"
	looks := []struct {
		after        time.Duration
		wait, passed bool
	}{{0, true, false}, {10 * time.Minute, true, false}, {release.PreflightWaits - time.Second, true, false}, {release.PreflightWaits, false, false}}
	for _, l := range looks {
		w.now = first.Add(l.after)
		part := w.look()
		if part.Wait != l.wait || part.Passed != l.passed || !part.Since.Equal(first) || !part.At.Equal(w.now) {
			t.Errorf("after %s: got wait %t, passed %t, since %s; want %t, %t, %s", l.after, part.Wait, part.Passed, part.Since, l.wait, l.passed, first)
		}
		if _, written := w.record(); written == l.wait {
			t.Errorf("after %s: record written is %t", l.after, written)
		}
		w.doc.Preflight = &part
	}
	if f := find(t, *w.doc.Preflight, release.InProgress); !strings.Contains(f.Do, "aws cloudfront wait distribution-deployed --id EPRIMARY1") {
		t.Errorf("got %q", f.Do)
	}
	w.status[primaryID] = "Deployed"
	if part := w.look(); !part.Passed || part.Wait || !part.Since.Equal(first) {
		t.Errorf("got passed %t, wait %t, since %s", part.Passed, part.Wait, part.Since)
	}
}

func TestWaitingIsPointlessBesideAnotherBlockingFinding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.status[primaryID] = "InProgress"
	w.perMinute = 0
	if part := w.look(); part.Wait || part.Passed {
		t.Errorf("got wait %t, passed %t; want a refusal at once", part.Wait, part.Passed)
	}
}

func TestEverythingIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.primary().ContinuousDeploymentPolicyId = nil
	w.primary().HttpVersion = types.HttpVersionHttp3
	w.perMinute = 0
	w.doc.Plan.Change.Origin = "nowhere"
	want := []string{release.HTTP3Enabled, release.OriginUnknown, release.PolicyNotAttached, release.TrafficTooLow}
	if got := names(w.look().Findings); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhatMakesALookImpossibleIsAFault(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*world)
		want   fault.Name
		says   string
	}{
		"the primary does not exist": {func(w *world) { delete(w.configs, primaryID) }, fault.InvalidRequest, primaryID},
		"CloudFront throttles":       {func(w *world) { w.fail["GetDistribution"] = answer("Throttling") }, fault.Throttled, primaryID},
		"the policy is not answered": {func(w *world) { w.fail["GetContinuousDeploymentPolicy"] = answer("ServiceUnavailable") }, fault.Unavailable, policyID},
		"the list is not answered":   {func(w *world) { w.fail["ListDistributions"] = answer("Throttling") }, fault.Throttled, stagingID + domain},
		"CloudWatch throttles":       {func(w *world) { w.fail["GetMetricData"] = answer("Throttling") }, fault.Throttled, primaryID},
		"the alarms are throttled": {
			func(w *world) { w.request(alarmed); w.fail["DescribeAlarms"] = answer("Throttling") }, fault.Throttled, "alarms",
		},
		"CloudFormation throttles": {
			func(w *world) { w.request(staged); w.fail["DescribeStackResources"] = answer("Throttling") }, fault.Throttled, "staging distribution",
		},
		"CloudFormation is down": {
			func(w *world) { w.request(staged); w.fail["DescribeStacks"] = answer("ServiceUnavailable") }, fault.Unavailable, "staging distribution",
		},
		"S3 is slow about a policy":    {func(w *world) { w.fail["GetBucketPolicy"] = answer("SlowDown") }, fault.Throttled, siteBucket},
		"the hold cannot be looked at": {func(w *world) { w.fail["GetObject"] = answer("InternalError") }, fault.Unavailable, "holds/" + primaryID},
		"the record cannot be written": {func(w *world) { w.fail["PutObject"] = answer("ServiceUnavailable") }, fault.Unavailable, "releases/" + primaryID},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.change(w)
			_, err := w.try()
			if err == nil || fault.NameOf(err) != c.want || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want a fault %s that says %s", err, c.want, c.says)
			}
		})
	}
}

func TestTheDocumentStaysSmallWhateverTheConfigs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.request(`{"primary": "EPRIMARY1", "change": {"kind": "staged"}}`)
	w.status[stagingID] = "InProgress"
	w.perMinute = 10
	many := func(side string) *types.CacheBehaviors {
		b := &types.CacheBehaviors{}
		for i := range 75 {
			b.Items = append(b.Items, types.CacheBehavior{
				PathPattern:    aws.String(fmt.Sprintf("/%s/%d/%s", side, i, strings.Repeat("long/", 48))),
				TargetOriginId: aws.String(strings.Repeat("ü", 100)),
				FunctionAssociations: &types.FunctionAssociations{Items: []types.FunctionAssociation{
					{EventType: types.EventTypeViewerRequest, FunctionARN: aws.String(fmt.Sprintf("%s-%d", function, i))},
				}},
			})
		}
		return b
	}
	w.primary().CacheBehaviors, w.staging().CacheBehaviors = many("primary"), many("staging")
	for i := range 99 {
		for _, c := range w.configs {
			o := c.Origins.Items[0]
			o.Id = aws.String(fmt.Sprintf("origin-%d", i))
			o.DomainName = aws.String(fmt.Sprintf("bucket-%d-%s.s3.amazonaws.com", i, strings.Repeat("x", 40)))
			c.Origins.Items = append(c.Origins.Items, o)
		}
	}
	w.doc.Plan.Gates.Alarms = slices.Repeat([]string{alarm + strings.Repeat("-long", 40)}, 20)
	part := w.look()
	text, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	if most := 30_000; len(text) > most || len(part.Findings) > 40 {
		t.Errorf("got %d bytes and %d findings, want at most %d and 40", len(text), len(part.Findings), most)
	}
	find(t, part, release.PathPatternOnlyOnStaging)
	if f := find(t, part, release.BucketPolicyRefusesStaging); !strings.Contains(f.Do, "and 96 more") {
		t.Errorf("got %q, want it to say how many more there are", f.Do)
	}
}

func TestAtMostTwentyFieldsAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 23 {
		w.staging().CacheBehaviors.Items = append(w.staging().CacheBehaviors.Items, types.CacheBehavior{PathPattern: aws.String(fmt.Sprintf("/%02d", i))})
	}
	f := find(t, w.look(), release.StagingCarriesOtherChanges)
	if !strings.Contains(f.Fact, "CacheBehaviors[/19]") || strings.Contains(f.Fact, "CacheBehaviors[/20]") || !strings.HasSuffix(f.Fact, "and 3 more") {
		t.Errorf("got %q", f.Fact)
	}
}

func TestCustomHeadersOfOriginsAreNotShown(t *testing.T) {
	t.Parallel()
	w := worldOf(t, "api")
	w.request(`{"primary": "EPRIMARY1", "change": {"kind": "origin", "origin": "web-eu", "path": "/releases/119"}}`)
	for i, o := range w.staging().Origins.Items {
		if aws.ToString(o.Id) == "api" {
			w.staging().Origins.Items[i].CustomHeaders.Items[0].HeaderValue = aws.String("another-secret")
		}
	}
	renamed := w.staging().Origins.Items[2]
	renamed.Id = aws.String("api-2")
	w.staging().Origins.Items = append(w.staging().Origins.Items, renamed)
	f := find(t, w.look(), release.StagingCarriesOtherChanges)
	if strings.Contains(f.Fact, "secret") && !strings.Contains(f.Fact, "may be secret") || strings.Contains(f.Fact, "another-secret") ||
		!strings.Contains(f.Fact, "CustomHeaders[X-Origin-Verify]") || !strings.Contains(f.Fact, "Origins[api-2]") {
		t.Errorf("got %q, want the paths without the values", f.Fact)
	}
}

func TestBucketPoliciesAreReadWhereTheBucketIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.look()
	w.both(func(c *types.DistributionConfig) {
		c.Origins.Items[0].DomainName = aws.String("example-site.s3.amazonaws.com") // does not tell the region
	})
	w.fail["GetBucketPolicy"] = &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{
			StatusCode: http.StatusMovedPermanently, Header: http.Header{"X-Amz-Bucket-Region": {"eu-central-1"}},
		}},
		Err: errors.New("PermanentRedirect"),
	}
	find(t, w.look(), release.CannotVerify)
	if want := []string{"eu-central-1", "us-east-1", "eu-central-1"}; !slices.Equal(w.regions, want) {
		t.Errorf("got regions %v, want %v", w.regions, want)
	}
}
