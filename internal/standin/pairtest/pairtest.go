// Package pairtest is a world for the unit tests of one Lambda: the pair from examples/spa.*.json at the CloudFront
// stand-in, the record bucket at the S3 stand-in, unmodified SDK clients in front of both, and the release document as it
// looks when the release has come to a given stage.
//
// What had to happen before is done by somebody else than the clients that the tests hand to a handler, so Writes and the
// counts of Calls have what the handler did and nothing else.
package pairtest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cf "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	s3sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/s3"
	"cloudfront-cd/internal/standin/transport"
)

// The names in this world.
const (
	Primary = "E1PRIMARY00000"
	Staging = "E2STAGING00000"
	Policy  = "11111111-2222-4333-8444-555555555555"
	Bucket  = "cloudfront-cd-record"
	// Me is the ARN of the execution whose Lambdas are tested.
	Me = "arn:aws:states:us-east-1:123456789012:execution:release:mine"
	// Other is the ARN of another execution.
	Other = "arn:aws:states:us-east-1:123456789012:execution:release:other"
	// Path is the field that the release changes from Blue to Green.
	Path  = "Origins/site/OriginPath"
	Blue  = "/blue"
	Green = "/green"
)

// The services and operations that tests disturb, as the SDK names them.
const (
	CloudFront         = "CloudFront"
	S3                 = "S3"
	UpdateDistribution = "UpdateDistribution"
	UpdatePolicy       = "UpdateContinuousDeploymentPolicy"
	Promote            = "UpdateDistributionWithStagingConfig"
	GetConfig          = "GetDistributionConfig"
	GetObject          = "GetObject"
	PutObject          = "PutObject"
	DeleteObject       = "DeleteObject"
)

// World is the pair with everything around it.
type World struct {
	Clock      *simtime.Clock
	CloudFront *cloudfront.Server
	S3         *s3.Server
	// Calls is what stands between the two clients below and the stand-ins.
	Calls   *transport.Transport
	API     *cf.Client
	Records *s3sdk.Client
	// Document is the release document at the stage asked for.
	Document release.Document

	tb    testing.TB
	aside *cf.Client // the client of whoever is not the handler
}

// New returns the world at a stage, with everything deployed and the lock held.
func New(tb testing.TB, at Stage) *World {
	tb.Helper()
	clock := simtime.New(time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC))
	w := &World{Clock: clock, CloudFront: cloudfront.New(clock, 1), S3: s3.New(clock), tb: tb}
	hosts := map[string]http.Handler{"cloudfront.amazonaws.com": w.CloudFront, "s3.us-east-1.amazonaws.com": w.S3}
	w.Calls = &transport.Transport{Hosts: hosts, Now: clock.Now}
	w.API = cf.NewFromConfig(transport.Config(w.Calls))
	w.Records = s3sdk.NewFromConfig(transport.Config(w.Calls), func(o *s3sdk.Options) { o.UsePathStyle = true })
	w.aside = cf.NewFromConfig(transport.ConfigAs(&transport.Transport{Hosts: hosts}, "AKIASOMEBODYELSE0000"))
	w.CloudFront.SetPOPs("FRA56-P1", "IAD55-P6", "NRT57-P3")
	w.CloudFront.Spread = cloudfront.Spread{Min: 2 * time.Minute, Max: 5 * time.Minute}
	w.Must(w.S3.CreateBucket(Bucket))
	_, err := w.CloudFront.AddPair(cloudfront.Pair{
		PrimaryID: Primary, StagingID: Staging, Primary: w.example("spa.primary.json"), Staging: w.example("spa.staging.json"),
		Policy: cloudfront.Policy{
			ID: Policy, Type: cloudfront.SingleWeight, Weight: 0.01, IdleTTL: 5 * time.Minute, MaximumTTL: 10 * time.Minute,
		},
	})
	w.Must(err)
	w.reach(at)
	return w
}

func (w *World) example(name string) *cloudfront.Node {
	w.tb.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "examples", name)) //nolint:gosec // one of two constants
	w.Must(err)
	config, _, err := distribution.ParseCLI(data)
	w.Must(err)
	tree, err := cloudfront.Encode(w.tb.Context(), config)
	w.Must(err)
	return tree
}

// Must ends the test at an error that is none of its business.
func (w *World) Must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// Input is what the Lambda gets: the document as it arrives through Step Functions, which carries JSON.
func (w *World) Input(which string) release.Input {
	w.tb.Helper()
	text, err := json.Marshal(release.Input{Which: which, Document: w.Document})
	w.Must(err)
	var in release.Input
	w.Must(json.Unmarshal(text, &in))
	return in
}

// Writes are the mutations that the handler's client made at CloudFront.
func (w *World) Writes() []cloudfront.Write {
	var ours []cloudfront.Write
	for _, write := range w.CloudFront.Log() {
		if write.Who == transport.AccessKey {
			ours = append(ours, write)
		}
	}
	return ours
}

// WantWrites checks on how many mutations the handler made at CloudFront.
func (w *World) WantWrites(want int) {
	w.tb.Helper()
	if got := w.Writes(); len(got) != want {
		w.tb.Errorf("got %d writes at CloudFront (%v), want %d", len(got), got, want)
	}
}

// Strike makes the next call of an operation meet a fault.
func (w *World) Strike(service, operation string, o transport.Outcome) {
	w.Calls.Fault = transport.Nth(service, operation, w.Calls.Count(service, operation)+1, o)
}

// Read is a config as it is, whatever readers see.
func (w *World) Read(id string) live.Config {
	w.tb.Helper()
	defer func(lag time.Duration) { w.CloudFront.ReadLag = lag }(w.CloudFront.ReadLag)
	w.CloudFront.ReadLag = 0
	config, err := live.ReadConfig(w.tb.Context(), w.aside, id)
	w.Must(err)
	return config
}

// Text is one field of a config as it is.
func (w *World) Text(id, path string) string {
	w.tb.Helper()
	config, ok := w.CloudFront.Live(id)
	if !ok {
		w.tb.Fatalf("there is no distribution %s", id)
	}
	return config.Text(path)
}

// LivePolicy is the policy as it is.
func (w *World) LivePolicy() cloudfront.Policy {
	w.tb.Helper()
	policy, ok := w.CloudFront.LivePolicy(Policy)
	if !ok {
		w.tb.Fatal("the policy is gone")
	}
	return policy
}

// Edit is somebody else who changes one field of a distribution.
func (w *World) Edit(id, path, text string) {
	w.tb.Helper()
	w.Must(w.CloudFront.Edit(id, func(n *cloudfront.Node) { n.Set(path, text) }))
}

// EditPolicy is somebody else who changes one field of the policy.
func (w *World) EditPolicy(path, text string) {
	w.tb.Helper()
	w.Must(w.CloudFront.EditPolicy(Policy, func(n *cloudfront.Node) { n.Set(path, text) }))
}

// HeldBy puts a lock on the primary that names an execution.
func (w *World) HeldBy(holder record.Holder) {
	w.tb.Helper()
	w.Store(record.LockKey(Primary), holder)
}

// Store puts an object into the record bucket.
func (w *World) Store(key string, v any) {
	w.tb.Helper()
	body, err := json.Marshal(v)
	w.Must(err)
	w.Must(w.S3.Put(Bucket, key, body, nil))
}

// Load reads an object of the record bucket and reports whether there is one.
func (w *World) Load(key string, v any) bool {
	w.tb.Helper()
	body, found := w.S3.Get(Bucket, key)
	if found {
		w.Must(json.Unmarshal(body, v))
	}
	return found
}

// WantFenced lets another execution hold the lock, and wants the step to refuse (LockLost) and to write nothing.
func WantFenced[Part any](t *testing.T, w *World, do func(*testing.T, *World) (Part, error)) {
	t.Helper()
	w.HeldBy(record.Holder{Execution: Other})
	_, err := do(t, w)
	WantFault(t, err, fault.LockLost, Other)
	w.WantWrites(0)
}

// WantFault checks an error's name at the Lambda boundary and what its message says.
func WantFault(tb testing.TB, err error, want fault.Name, words ...string) {
	tb.Helper()
	if err == nil {
		tb.Fatalf("got no error, want %s", want)
	}
	if got := fault.NameOf(err); got != want {
		tb.Errorf("got fault %s (%v), want %s", got, err, want)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			tb.Errorf("got message %q, want it to say %q", err, word)
		}
	}
}
