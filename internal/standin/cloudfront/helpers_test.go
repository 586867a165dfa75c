package cloudfront_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/smithy-go"

	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

const (
	primaryID = "E1PRIMARY00000"
	stagingID = "E2STAGING00000"
	site      = "Origins/site/OriginPath"

	cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"
)

var start = time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant, had Go such

// world is a stand-in with a real SDK client in front of it.
type world struct {
	*cloudfront.Server

	clock  *simtime.Clock
	client *sdk.Client
	calls  *transport.Transport
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	clock := simtime.New(start)
	server := cloudfront.New(clock, 1)
	var front http.Handler = server
	if t, ok := tb.(*testing.T); ok {
		front = guard{t, server}
	}
	calls := &transport.Transport{Hosts: map[string]http.Handler{"cloudfront.amazonaws.com": front}, Now: clock.Now}
	return &world{server, clock, sdk.NewFromConfig(transport.Config(calls)), calls}
}

// guard checks of every request in every test that nothing changed where it was refused.
type guard struct {
	t      *testing.T
	server *cloudfront.Server
}

// ServeHTTP implements http.Handler.
func (g guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.t.Helper()
	before := g.state()
	rec := httptest.NewRecorder()
	g.server.ServeHTTP(rec, r)
	if after := g.state(); rec.Code >= http.StatusBadRequest && after != before {
		g.t.Errorf("%s %s was refused with %s, and yet changed\n%s\nto\n%s", r.Method, r.URL, rec.Body, before, after)
	}
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

func (g guard) state() string {
	var b strings.Builder
	_, _ = fmt.Fprintln(&b, len(g.server.Log()))
	for _, id := range g.server.Distributions() {
		live, _ := g.server.Live(id)
		have, _ := g.server.Progress(id)
		_, _ = fmt.Fprintln(&b, id, live.ETag, g.server.Status(id), have, g.server.AdditionalMetrics(id), string(live.XML()))
	}
	for _, id := range g.server.Policies() {
		now, _ := g.server.LivePolicy(id)
		_, _ = fmt.Fprintln(&b, now)
	}
	return b.String()
}

// newPair is a world with a primary, its staging distribution and an attached policy.
func newPair(tb testing.TB, policy cloudfront.Policy) (*world, cloudfront.Pair) {
	tb.Helper()
	w := newWorld(tb)
	tree := encode(tb, config("primary"))
	pair, err := w.AddPair(cloudfront.Pair{
		PrimaryID: primaryID, StagingID: stagingID, Primary: tree, Staging: tree, Policy: policy,
	})
	if err != nil {
		tb.Fatalf("add pair: %v", err)
	}
	return w, pair
}

func byWeight(enabled bool) cloudfront.Policy {
	return cloudfront.Policy{Enabled: enabled, Type: cloudfront.SingleWeight, Weight: 0.05}
}

func encode(tb testing.TB, cfg *types.DistributionConfig) *cloudfront.Node {
	tb.Helper()
	tree, err := cloudfront.Encode(tb.Context(), cfg)
	if err != nil {
		tb.Fatalf("encode: %v", err)
	}
	return tree
}

// config is a small but complete config with one origin, "site", and a certificate for any alias.
func config(reference string) *types.DistributionConfig {
	return &types.DistributionConfig{
		CallerReference: &reference,
		Comment:         aws.String("a <site> & more"),
		Enabled:         aws.Bool(true),
		HttpVersion:     types.HttpVersionHttp2,
		Origins: &types.Origins{Quantity: aws.Int32(1), Items: []types.Origin{{
			Id: aws.String("site"), DomainName: aws.String("site.s3.us-east-1.amazonaws.com"), OriginPath: aws.String("/blue"),
			S3OriginConfig: &types.S3OriginConfig{OriginAccessIdentity: aws.String("")},
		}}},
		DefaultCacheBehavior: &types.DefaultCacheBehavior{
			TargetOriginId: aws.String("site"), ViewerProtocolPolicy: types.ViewerProtocolPolicyRedirectToHttps,
			CachePolicyId: aws.String(cachingOptimized),
		},
		ViewerCertificate: certificate(),
	}
}

func certificate() *types.ViewerCertificate {
	return &types.ViewerCertificate{
		ACMCertificateArn:      aws.String("arn:aws:acm:us-east-1:123456789012:certificate/1"),
		SSLSupportMethod:       types.SSLSupportMethodSniOnly,
		MinimumProtocolVersion: types.MinimumProtocolVersionTLSv122021,
	}
}

func staging(reference string) *types.DistributionConfig {
	cfg := config(reference)
	cfg.Staging = aws.Bool(true)
	return cfg
}

func (w *world) create(tb testing.TB, id string, cfg *types.DistributionConfig) *sdk.CreateDistributionOutput {
	tb.Helper()
	w.NextID(id)
	out, err := w.client.CreateDistribution(tb.Context(), &sdk.CreateDistributionInput{DistributionConfig: cfg})
	if err != nil {
		tb.Fatalf("create distribution: %v", err)
	}
	return out
}

// update is read, modify, write.
func (w *world) update(tb testing.TB, id string, change func(*types.DistributionConfig)) (*sdk.UpdateDistributionOutput, error) {
	tb.Helper()
	got := w.config(tb, id)
	change(got.DistributionConfig)
	return w.client.UpdateDistribution(tb.Context(), &sdk.UpdateDistributionInput{
		Id: &id, IfMatch: got.ETag, DistributionConfig: got.DistributionConfig,
	})
}

func (w *world) mustUpdate(tb testing.TB, id string, change func(*types.DistributionConfig)) *sdk.UpdateDistributionOutput {
	tb.Helper()
	out, err := w.update(tb, id, change)
	if err != nil {
		tb.Fatalf("update %s: %v", id, err)
	}
	return out
}

func (w *world) updatePolicy(tb testing.TB, id string, change func(*types.ContinuousDeploymentPolicyConfig)) error {
	tb.Helper()
	got, err := w.client.GetContinuousDeploymentPolicyConfig(tb.Context(), &sdk.GetContinuousDeploymentPolicyConfigInput{Id: &id})
	if err != nil {
		tb.Fatalf("read policy %s: %v", id, err)
	}
	change(got.ContinuousDeploymentPolicyConfig)
	_, err = w.client.UpdateContinuousDeploymentPolicy(tb.Context(), &sdk.UpdateContinuousDeploymentPolicyInput{
		Id: &id, IfMatch: got.ETag, ContinuousDeploymentPolicyConfig: got.ContinuousDeploymentPolicyConfig,
	})
	return err
}

func (w *world) promote(tb testing.TB, separator string) (*sdk.UpdateDistributionWithStagingConfigOutput, error) {
	tb.Helper()
	primary, _ := w.Live(primaryID)
	staged, _ := w.Live(stagingID)
	return w.client.UpdateDistributionWithStagingConfig(tb.Context(), &sdk.UpdateDistributionWithStagingConfigInput{
		Id: aws.String(primaryID), StagingDistributionId: aws.String(stagingID),
		IfMatch: aws.String(primary.ETag + separator + staged.ETag),
	})
}

func (w *world) config(tb testing.TB, id string) *sdk.GetDistributionConfigOutput {
	tb.Helper()
	out, err := w.client.GetDistributionConfig(tb.Context(), &sdk.GetDistributionConfigInput{Id: &id})
	if err != nil {
		tb.Fatalf("read config of %s: %v", id, err)
	}
	return out
}

func (w *world) get(tb testing.TB, id string) *sdk.GetDistributionOutput {
	tb.Helper()
	out, err := w.client.GetDistribution(tb.Context(), &sdk.GetDistributionInput{Id: &id})
	if err != nil {
		tb.Fatalf("read distribution %s: %v", id, err)
	}
	return out
}

// settle lets everything that is on its way arrive.
func (w *world) settle() { w.clock.Advance(time.Hour) }

func to(path string) func(*types.DistributionConfig) {
	return func(cfg *types.DistributionConfig) { cfg.Origins.Items[0].OriginPath = &path }
}

func enabled(on bool) func(*types.ContinuousDeploymentPolicyConfig) {
	return func(cfg *types.ContinuousDeploymentPolicyConfig) { cfg.Enabled = &on }
}

// weightPolicy is a policy config for one staging distribution.
func weightPolicy(domain string, weight float32) *types.ContinuousDeploymentPolicyConfig {
	return &types.ContinuousDeploymentPolicyConfig{
		Enabled:                     aws.Bool(true),
		StagingDistributionDnsNames: &types.StagingDistributionDnsNames{Quantity: aws.Int32(1), Items: []string{domain}},
		TrafficConfig: &types.TrafficConfig{
			Type:               types.ContinuousDeploymentPolicyTypeSingleWeight,
			SingleWeightConfig: &types.ContinuousDeploymentSingleWeightConfig{Weight: &weight},
		},
	}
}

// wantCode checks an SDK error's code and HTTP status.
func wantCode(tb testing.TB, err error, code string, status int) {
	tb.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		tb.Fatalf("got error %v, want code %s", err, code)
	}
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		tb.Fatalf("got error %v without a response", err)
	}
	if api.ErrorCode() != code || response.HTTPStatusCode() != status {
		tb.Errorf("got %s with status %d (%s), want %s with %d",
			api.ErrorCode(), response.HTTPStatusCode(), api.ErrorMessage(), code, status)
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func (w *world) subscribe(tb testing.TB, id string) error {
	tb.Helper()
	_, err := w.client.CreateMonitoringSubscription(tb.Context(), &sdk.CreateMonitoringSubscriptionInput{
		DistributionId: &id, MonitoringSubscription: &types.MonitoringSubscription{
			RealtimeMetricsSubscriptionConfig: &types.RealtimeMetricsSubscriptionConfig{
				RealtimeMetricsSubscriptionStatus: types.RealtimeMetricsSubscriptionStatusEnabled,
			},
		},
	})
	return err
}

func batch(reference string, paths ...string) *types.InvalidationBatch {
	return &types.InvalidationBatch{
		CallerReference: &reference, Paths: &types.Paths{Quantity: aws.Int32(int32(len(paths))), Items: paths},
	}
}

func (w *world) invalidate(tb testing.TB, id, reference string, paths ...string) (*types.Invalidation, error) {
	tb.Helper()
	out, err := w.client.CreateInvalidation(tb.Context(),
		&sdk.CreateInvalidationInput{DistributionId: &id, InvalidationBatch: batch(reference, paths...)})
	if err != nil {
		return nil, err
	}
	return out.Invalidation, nil
}

func accessControl(name string) *types.OriginAccessControlConfig {
	return &types.OriginAccessControlConfig{
		Name: &name, OriginAccessControlOriginType: types.OriginAccessControlOriginTypesS3,
		SigningBehavior: types.OriginAccessControlSigningBehaviorsAlways, SigningProtocol: types.OriginAccessControlSigningProtocolsSigv4,
	}
}

func (w *world) createAccessControl(tb testing.TB, name string) *sdk.CreateOriginAccessControlOutput {
	tb.Helper()
	out, err := w.client.CreateOriginAccessControl(tb.Context(),
		&sdk.CreateOriginAccessControlInput{OriginAccessControlConfig: accessControl(name)})
	if err != nil {
		tb.Fatalf("create origin access control: %v", err)
	}
	return out
}
