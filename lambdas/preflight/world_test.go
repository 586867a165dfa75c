package preflight_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/lambdas/preflight"
)

const (
	primaryID  = "EPRIMARY1"
	stagingID  = "ESTAGING1"
	policyID   = "POLICY1"
	primaryARN = "arn:aws:cloudfront::111122223333:distribution/" + primaryID
	stagingARN = "arn:aws:cloudfront::111122223333:distribution/" + stagingID
	domain     = ".cloudfront.net"
	records    = "records-bucket"
	siteBucket = "example-site"
	alarm      = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:site-5xx"
)

// world is a small AWS: what a test changes in it is what Preflight finds.
type world struct {
	t   *testing.T
	now time.Time
	doc release.Document

	configs map[string]*types.DistributionConfig
	status  map[string]string
	listed  []string // ids that ListDistributions shows, two a page
	policy  *types.ContinuousDeploymentPolicyConfig

	perMinute float64 // requests of the primary; none: no datapoints
	rate5xx   float64 // percent of them, in every minute
	rate4xx   float64
	alarms    map[string]cwtypes.StateValue
	metrics   map[string]types.RealtimeMetricsSubscriptionStatus // of both distributions; none: NoSuchMonitoringSubscription
	policies  map[string]string                                  // bucket policies; none: NoSuchBucketPolicy
	objects   map[string][]byte
	stacks    []cftypes.Stack // the first one has staging; none: CloudFormation knows nothing of it

	fail    map[string]error // by operation
	calls   []string
	regions []string // in which bucket policies were asked for
}

// newWorld is a pair that nothing speaks against: the SPA example without its custom error responses.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := worldOf(t, "spa")
	for _, c := range w.configs {
		c.CustomErrorResponses = nil
	}
	return w
}

func worldOf(t *testing.T, example string) *world {
	t.Helper()
	w := &world{
		t: t, now: time.Date(2026, 11, 23, 12, 0, 30, 0, time.UTC),
		configs: map[string]*types.DistributionConfig{primaryID: config(t, example+".primary"), stagingID: config(t, example+".staging")},
		status:  map[string]string{primaryID: "Deployed", stagingID: "Deployed"},
		listed:  []string{"EOTHER1", "EOTHER2", primaryID, "EOTHER3", stagingID},
		policy: &types.ContinuousDeploymentPolicyConfig{
			Enabled:                     aws.Bool(false),
			StagingDistributionDnsNames: &types.StagingDistributionDnsNames{Quantity: aws.Int32(1), Items: []string{stagingID + domain}},
			TrafficConfig: &types.TrafficConfig{
				Type: types.ContinuousDeploymentPolicyTypeSingleWeight,
				SingleWeightConfig: &types.ContinuousDeploymentSingleWeightConfig{
					Weight:                  aws.Float32(0.05),
					SessionStickinessConfig: &types.SessionStickinessConfig{IdleTTL: aws.Int32(300), MaximumTTL: aws.Int32(600)},
				},
			},
		},
		perMinute: 6000, rate5xx: 0.1, rate4xx: 1,
		alarms:   map[string]cwtypes.StateValue{},
		metrics:  map[string]types.RealtimeMetricsSubscriptionStatus{primaryID: on, stagingID: on},
		policies: map[string]string{},
		objects:  map[string][]byte{},
		stacks:   []cftypes.Stack{stack("SiteStaging", cftypes.StackStatusUpdateComplete)},
		fail:     map[string]error{},
	}
	w.configs[primaryID].ContinuousDeploymentPolicyId = aws.String(policyID)
	for _, o := range distribution.S3Origins(w.configs[primaryID]) {
		w.policies[o.Bucket] = bucketPolicy(o.Bucket+"/*", primaryARN, stagingARN)
	}
	w.request(`{"primary": "` + primaryID + `", "change": {"kind": "origin", "origin": "site", "path": "/green"}}`)
	return w
}

func config(t *testing.T, name string) *types.DistributionConfig {
	t.Helper()
	data, err := os.ReadFile("../../examples/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := distribution.ParseCLI(data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func bucketPolicy(objects string, distributionARNs ...string) string {
	arns, _ := json.Marshal(distributionARNs)
	return fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"},
		"Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s", "Condition": {"StringEquals": {"AWS:SourceArn": %s}}}]}`, objects, arns)
}

// request makes the document as the states before Preflight leave it.
func (w *world) request(text string) {
	w.t.Helper()
	w.requestOf("", text)
}

func (w *world) requestOf(workflow, text string) {
	w.t.Helper()
	plan, err := release.Parse(workflow, []byte(text))
	if err != nil {
		w.t.Fatal(err)
	}
	w.doc = release.Document{
		Workflow:  workflow,
		Execution: release.Execution{ARN: "arn:aws:states:us-east-1:111122223333:execution:release:x1", Name: "x1", StartTime: w.now.Add(-time.Minute)},
		Plan:      &plan,
		Lock:      &release.Lock{},
		Recovery:  &release.Recovery{},
	}
}

func (w *world) primary() *types.DistributionConfig { return w.configs[primaryID] }
func (w *world) staging() *types.DistributionConfig { return w.configs[stagingID] }

func (w *world) both(change func(*types.DistributionConfig)) {
	change(w.primary())
	change(w.staging())
}

func (w *world) try() (release.Preflight, error) { return w.tryAs("") }

func (w *world) tryAs(which string) (release.Preflight, error) {
	h := preflight.Handler{CloudFront: w, CloudWatch: w, BucketPolicies: w, Stacks: w, Records: w, Bucket: records, Now: func() time.Time { return w.now }}
	return h.Handle(w.t.Context(), release.Input{Which: which, Document: w.doc})
}

func (w *world) look() release.Preflight {
	w.t.Helper()
	part, err := w.try()
	if err != nil {
		w.t.Fatal(err)
	}
	return part
}

func (w *world) record() (record.Evidence, bool) {
	w.t.Helper()
	var evidence record.Evidence
	body, found := w.objects[record.Key(*w.doc.Plan, w.doc.Execution)]
	if found {
		if err := json.Unmarshal(body, &evidence); err != nil {
			w.t.Fatal(err)
		}
	}
	return evidence, found
}

func names(findings []release.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Name)
	}
	slices.Sort(all)
	return all
}

func find(t *testing.T, part release.Preflight, name string) release.Finding {
	t.Helper()
	i := slices.IndexFunc(part.Findings, func(f release.Finding) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("got findings %v, want %s", names(part.Findings), name)
	}
	return part.Findings[i]
}

func answer(code string) error {
	return &smithy.GenericAPIError{Code: code, Message: "as the test wants"}
}

func (w *world) call(operation string) error {
	w.calls = append(w.calls, operation)
	return w.fail[operation]
}

func (w *world) GetDistribution(_ context.Context, in *cloudfront.GetDistributionInput, _ ...func(*cloudfront.Options)) (*cloudfront.GetDistributionOutput, error) {
	if err := w.call("GetDistribution"); err != nil {
		return nil, err
	}
	c, found := w.configs[*in.Id]
	if !found {
		return nil, answer("NoSuchDistribution")
	}
	return &cloudfront.GetDistributionOutput{ETag: aws.String("etag-" + *in.Id), Distribution: &types.Distribution{
		Id: in.Id, ARN: aws.String("arn:aws:cloudfront::111122223333:distribution/" + *in.Id), DomainName: aws.String(*in.Id + domain),
		Status: aws.String(w.status[*in.Id]), DistributionConfig: distribution.Clone(c),
	}}, nil
}

const on, off = types.RealtimeMetricsSubscriptionStatusEnabled, types.RealtimeMetricsSubscriptionStatusDisabled

func (w *world) GetMonitoringSubscription(_ context.Context, in *cloudfront.GetMonitoringSubscriptionInput, _ ...func(*cloudfront.Options)) (*cloudfront.GetMonitoringSubscriptionOutput, error) {
	if err := w.call("GetMonitoringSubscription"); err != nil {
		return nil, err
	}
	status, found := w.metrics[*in.DistributionId]
	if !found {
		return nil, answer("NoSuchMonitoringSubscription")
	}
	return &cloudfront.GetMonitoringSubscriptionOutput{MonitoringSubscription: &types.MonitoringSubscription{
		RealtimeMetricsSubscriptionConfig: &types.RealtimeMetricsSubscriptionConfig{RealtimeMetricsSubscriptionStatus: status},
	}}, nil
}

func (w *world) GetDistributionConfig(_ context.Context, in *cloudfront.GetDistributionConfigInput, _ ...func(*cloudfront.Options)) (*cloudfront.GetDistributionConfigOutput, error) {
	if err := w.call("GetDistributionConfig"); err != nil {
		return nil, err
	}
	c := w.configs[*in.Id]
	if c == nil {
		return nil, &smithy.GenericAPIError{Code: "NoSuchDistribution", Message: "The specified distribution does not exist."}
	}
	return &cloudfront.GetDistributionConfigOutput{ETag: aws.String("TAG" + *in.Id), DistributionConfig: c}, nil
}

func (w *world) ListContinuousDeploymentPolicies(context.Context, *cloudfront.ListContinuousDeploymentPoliciesInput, ...func(*cloudfront.Options)) (*cloudfront.ListContinuousDeploymentPoliciesOutput, error) {
	if err := w.call("ListContinuousDeploymentPolicies"); err != nil {
		return nil, err
	}
	list := &types.ContinuousDeploymentPolicyList{}
	if w.policy != nil {
		list.Items = []types.ContinuousDeploymentPolicySummary{{ContinuousDeploymentPolicy: &types.ContinuousDeploymentPolicy{
			Id: aws.String(policyID), ContinuousDeploymentPolicyConfig: w.policy,
		}}}
	}
	return &cloudfront.ListContinuousDeploymentPoliciesOutput{ContinuousDeploymentPolicyList: list}, nil
}

func (w *world) ListDistributions(_ context.Context, in *cloudfront.ListDistributionsInput, _ ...func(*cloudfront.Options)) (*cloudfront.ListDistributionsOutput, error) {
	if err := w.call("ListDistributions"); err != nil {
		return nil, err
	}
	const page = 2
	from := slices.Index(w.listed, aws.ToString(in.Marker)) + 1
	list := &types.DistributionList{IsTruncated: aws.Bool(false)}
	for i := from; i < len(w.listed); i++ {
		if i == from+page {
			list.IsTruncated, list.NextMarker = aws.Bool(true), &w.listed[i-1]
			break
		}
		summary := types.DistributionSummary{Id: &w.listed[i], DomainName: aws.String(w.listed[i] + domain)}
		if c := w.configs[w.listed[i]]; c != nil {
			summary.Staging = c.Staging
		}
		list.Items = append(list.Items, summary)
	}
	return &cloudfront.ListDistributionsOutput{DistributionList: list}, nil
}

func (w *world) GetContinuousDeploymentPolicy(context.Context, *cloudfront.GetContinuousDeploymentPolicyInput, ...func(*cloudfront.Options)) (*cloudfront.GetContinuousDeploymentPolicyOutput, error) {
	if err := w.call("GetContinuousDeploymentPolicy"); err != nil {
		return nil, err
	}
	return &cloudfront.GetContinuousDeploymentPolicyOutput{ContinuousDeploymentPolicy: &types.ContinuousDeploymentPolicy{ContinuousDeploymentPolicyConfig: w.policy}}, nil
}

func (w *world) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	if err := w.call("GetMetricData"); err != nil {
		return nil, err
	}
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		value := map[string]float64{"Requests": w.perMinute, "5xxErrorRate": w.rate5xx, "4xxErrorRate": w.rate4xx}[*q.MetricStat.Metric.MetricName]
		result := cwtypes.MetricDataResult{Id: q.Id, StatusCode: cwtypes.StatusCodeComplete}
		for at := *in.StartTime; at.Before(*in.EndTime) && w.perMinute > 0; at = at.Add(time.Minute) {
			result.Timestamps, result.Values = append(result.Timestamps, at), append(result.Values, value)
		}
		out.MetricDataResults = append(out.MetricDataResults, result)
	}
	return out, nil
}

func (w *world) DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error) {
	if err := w.call("DescribeAlarms"); err != nil {
		return nil, err
	}
	out := &cloudwatch.DescribeAlarmsOutput{}
	for arn, state := range w.alarms {
		out.MetricAlarms = append(out.MetricAlarms, cwtypes.MetricAlarm{AlarmArn: &arn, StateValue: state})
	}
	return out, nil
}

func (w *world) GetBucketPolicy(_ context.Context, in *s3.GetBucketPolicyInput, options ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error) {
	o := s3.Options{Region: "us-east-1"}
	for _, set := range options {
		set(&o)
	}
	w.regions = append(w.regions, o.Region)
	if err := w.call("GetBucketPolicy"); err != nil {
		return nil, err
	}
	text, found := w.policies[*in.Bucket]
	if !found {
		return nil, answer("NoSuchBucketPolicy")
	}
	return &s3.GetBucketPolicyOutput{Policy: &text}, nil
}

func stack(name string, status cftypes.StackStatus) cftypes.Stack {
	return cftypes.Stack{StackId: aws.String("arn:" + name), StackName: &name, StackStatus: status}
}

func (w *world) DescribeStackResources(_ context.Context, in *cloudformation.DescribeStackResourcesInput, _ ...func(*cloudformation.Options)) (*cloudformation.DescribeStackResourcesOutput, error) {
	if err := w.call("DescribeStackResources"); err != nil {
		return nil, err
	}
	if *in.PhysicalResourceId != stagingID || len(w.stacks) == 0 {
		return nil, answer("ValidationError")
	}
	return &cloudformation.DescribeStackResourcesOutput{StackResources: []cftypes.StackResource{
		{PhysicalResourceId: aws.String("example-site"), StackId: w.stacks[0].StackId},
		{PhysicalResourceId: aws.String(stagingID), StackId: w.stacks[0].StackId},
	}}, nil
}

func (w *world) DescribeStacks(_ context.Context, in *cloudformation.DescribeStacksInput, _ ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	if err := w.call("DescribeStacks"); err != nil {
		return nil, err
	}
	for _, s := range w.stacks {
		if *s.StackId == *in.StackName {
			return &cloudformation.DescribeStacksOutput{Stacks: []cftypes.Stack{s}}, nil
		}
	}
	return nil, answer("ValidationError")
}

func (w *world) GetObject(_ context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	if err := w.call("GetObject"); err != nil {
		return nil, err
	}
	body, found := w.objects[*in.Key]
	if !found {
		return nil, answer("NoSuchKey")
	}
	return &s3.GetObjectOutput{Body: io.NopCloser(bytes.NewReader(body)), ETag: aws.String(etagOf(body))}, nil
}

func etagOf(body []byte) string { return fmt.Sprintf("%x", sha256.Sum256(body)) }

func (w *world) PutObject(_ context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	if err := w.call("PutObject"); err != nil {
		return nil, err
	}
	before, found := w.objects[*in.Key]
	conditional := found && aws.ToString(in.IfMatch) == etagOf(before) || !found && aws.ToString(in.IfNoneMatch) == "*"
	if *in.Bucket != records || !conditional || !strings.HasPrefix(*in.Key, "releases/") {
		w.t.Errorf("put %s/%s with If-Match %q, If-None-Match %q", *in.Bucket, *in.Key, aws.ToString(in.IfMatch), aws.ToString(in.IfNoneMatch))
	}
	body, err := io.ReadAll(in.Body)
	w.objects[*in.Key] = body
	return &s3.PutObjectOutput{}, err
}
