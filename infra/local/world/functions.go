package world

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"
	cloudformationsdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudfrontsdk "github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cloudwatchsdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	eventbridgesdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	s3sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/acquirelock"
	"cloudfront-cd/lambdas/alignstaging"
	"cloudfront-cd/lambdas/announce"
	"cloudfront-cd/lambdas/attachpolicy"
	"cloudfront-cd/lambdas/carryassets"
	"cloudfront-cd/lambdas/changestaging"
	"cloudfront-cd/lambdas/checkcontent"
	"cloudfront-cd/lambdas/checkdeployed"
	"cloudfront-cd/lambdas/checkinvalidation"
	"cloudfront-cd/lambdas/checkpair"
	"cloudfront-cd/lambdas/checksignal"
	"cloudfront-cd/lambdas/clearhold"
	"cloudfront-cd/lambdas/confirmpromotion"
	"cloudfront-cd/lambdas/copyprimary"
	"cloudfront-cd/lambdas/createpolicy"
	"cloudfront-cd/lambdas/deletepolicy"
	"cloudfront-cd/lambdas/deletestaging"
	"cloudfront-cd/lambdas/detachpolicy"
	"cloudfront-cd/lambdas/disablepolicy"
	"cloudfront-cd/lambdas/disablestaging"
	"cloudfront-cd/lambdas/examinepair"
	"cloudfront-cd/lambdas/finddeadrun"
	"cloudfront-cd/lambdas/findorphans"
	"cloudfront-cd/lambdas/findpair"
	"cloudfront-cd/lambdas/finish"
	"cloudfront-cd/lambdas/invalidate"
	"cloudfront-cd/lambdas/judgehealth"
	"cloudfront-cd/lambdas/judgeprimary"
	"cloudfront-cd/lambdas/lookaround"
	"cloudfront-cd/lambdas/noteresult"
	"cloudfront-cd/lambdas/observe"
	"cloudfront-cd/lambdas/opendoor"
	"cloudfront-cd/lambdas/placehold"
	"cloudfront-cd/lambdas/preflight"
	"cloudfront-cd/lambdas/promote"
	"cloudfront-cd/lambdas/provetraffic"
	recoverstep "cloudfront-cd/lambdas/recover"
	"cloudfront-cd/lambdas/releaselock"
	"cloudfront-cd/lambdas/report"
	"cloudfront-cd/lambdas/restoreprimary"
	"cloudfront-cd/lambdas/routeheader"
	"cloudfront-cd/lambdas/shifttraffic"
	"cloudfront-cd/lambdas/smoketest"
	"cloudfront-cd/lambdas/stoptraffic"
	"cloudfront-cd/lambdas/validaterequest"
)

// Bucket is the record bucket's name.
const Bucket = "cloudfront-cd-records"

// functions are the real handlers behind the real Lambda adapter, by folder, with real SDK clients.
func (w *World) functions() map[string]lambda.Handler {
	config := transport.Config(w.Transport)
	cf := cloudfrontsdk.NewFromConfig(config)
	records := s3sdk.NewFromConfig(config, func(o *s3sdk.Options) { o.UsePathStyle = true })
	executions := sfn.NewFromConfig(config)
	metrics := cloudwatchsdk.NewFromConfig(config)
	stacks := cloudformationsdk.NewFromConfig(config)
	now := func() time.Time { return w.Clock.Now().Add(w.Skew) }
	return map[string]lambda.Handler{
		"validaterequest":   function(validaterequest.Handler{}.Handle),
		"acquirelock":       function(acquirelock.Handler{Records: records, Executions: executions, Bucket: Bucket, Now: now}.Handle),
		"finddeadrun":       function(finddeadrun.Handler{Records: records, Executions: executions, Bucket: Bucket, Now: now}.Handle),
		"recover":           function(recoverstep.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"preflight":         function(preflight.Handler{CloudFront: cf, CloudWatch: metrics, BucketPolicies: records, Stacks: stacks, Records: records, Bucket: Bucket, Now: now}.Handle),
		"routeheader":       function(routeheader.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now, Random: w.secrets()}.Handle),
		"smoketest":         function(smoketest.Handler{CloudFront: cf, Objects: records, Web: w.Transport.RoundTrip, Now: now}.Handle),
		"checkcontent":      function(checkcontent.Handler{CloudFront: cf, Objects: records, Now: now}.Handle),
		"carryassets":       function(carryassets.Handler{Objects: records, Records: records, Bucket: Bucket, Now: now}.Handle),
		"invalidate":        function(invalidate.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"checkinvalidation": function(checkinvalidation.Handler{CloudFront: cf, Now: now}.Handle),
		"changestaging":     function(changestaging.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"checkdeployed":     function(checkdeployed.Handler{CloudFront: cf, Now: now}.Handle),
		"shifttraffic":      function(shifttraffic.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"checkpair":         function(checkpair.Handler{CloudFront: cf, Now: now}.Handle),
		"provetraffic":      function(provetraffic.Handler{CloudFront: cf, CloudWatch: metrics, Now: now}.Handle),
		"observe":           function(observe.Handler{CloudWatch: metrics, Now: now}.Handle),
		"judgehealth":       function(judgehealth.Handler{CloudWatch: metrics, Now: now}.Handle),
		"promote":           function(promote.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"confirmpromotion":  function(confirmpromotion.Handler{CloudFront: cf, Now: now}.Handle),
		"judgeprimary":      function(judgeprimary.Handler{CloudFront: cf, CloudWatch: metrics, Now: now}.Handle),
		"stoptraffic":       function(stoptraffic.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"restoreprimary":    function(restoreprimary.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"examinepair":       function(examinepair.Handler{CloudFront: cf, Executions: executions, Records: records, Bucket: Bucket, Now: now}.Handle),
		"clearhold":         function(clearhold.Handler{CloudFront: cf, Records: records, Bucket: Bucket}.Handle),
		"finish":            function(finish.Handler{Records: records, Bucket: Bucket, Now: now}.Handle),
		"announce":          function(announce.Handler{Events: eventbridgesdk.NewFromConfig(config), Now: now}.Handle),
		"releaselock":       function(releaselock.Handler{Records: records, Bucket: Bucket}.Handle),
		"lookaround":        function(lookaround.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"findorphans":       function(findorphans.Handler{CloudFront: cf, Stacks: stacks, Executions: executions, Records: records, Bucket: Bucket, Now: now}.Handle),
		"noteresult":        function(noteresult.Handler{Records: records, Bucket: Bucket, Now: now}.Handle),
		"report":            function(report.Handler{Records: records, Bucket: Bucket, Now: now}.Handle),
		"findpair":          function(findpair.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"disablepolicy":     function(disablepolicy.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"detachpolicy":      function(detachpolicy.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"deletepolicy":      function(deletepolicy.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"disablestaging":    function(disablestaging.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"deletestaging":     function(deletestaging.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"copyprimary":       function(copyprimary.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"alignstaging":      function(alignstaging.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"createpolicy":      function(createpolicy.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"attachpolicy":      function(attachpolicy.Handler{CloudFront: cf, Records: records, Bucket: Bucket, Now: now}.Handle),
		"opendoor":          function(opendoor.Handler{Records: records, Bucket: Bucket, Now: now}.Handle),
		"checksignal":       function(checksignal.Handler{Records: records, Bucket: Bucket, Now: now}.Handle),
		"placehold":         function(placehold.Handler{Records: records, Bucket: Bucket, Now: now}.Handle),
	}
}

// secrets are drawn from the seed here, so that a run is the same again.
func (w *World) secrets() routeheader.Random {
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], w.Seed)
	return routeheader.Random{Reader: rand.NewChaCha8(seed)}
}

func function[Out any](handle func(context.Context, release.Input) (Out, error)) lambda.Handler {
	return lambda.NewHandler(fault.Handler(handle))
}

// invoke is the Lambda service: it runs the function named by the task's resource and reports a failure as the service
// would to Step Functions.
func (w *World) invoke(call asl.Call) asl.Result {
	run := func() asl.Result { return w.run(call) }
	if w.Intercept != nil {
		return w.Intercept(call, run)
	}
	return run()
}

// Invoke runs the function of a call again, past Intercept: Lambda may invoke a function twice for one call.
func (w *World) Invoke(call asl.Call) asl.Result { return w.run(call) }

func (w *World) run(call asl.Call) (result asl.Result) {
	folder := strings.TrimSuffix(strings.TrimPrefix(call.Resource, "${"), "}")
	handler, ok := w.handlers[folder]
	if !ok {
		return asl.Result{Failure: &asl.Failure{Error: "Lambda.ResourceNotFoundException", Cause: "Function not found: " + call.Resource}}
	}
	// Real functions with the SDK loaded answer in a tenth of a second or so; the seeded spread keeps events from
	// falling on the same instant.
	took := 100*time.Millisecond + time.Duration(w.random.Int64N(int64(100*time.Millisecond)))
	defer func() {
		if p := recover(); p != nil {
			result = asl.Result{Failure: failureOf(panicked{p}), Took: took}
		}
	}()
	out, err := handler.Invoke(context.Background(), call.Payload) //nolint:forbidigo // this is where an invocation begins
	took += w.Transport.TakeLatency()
	if took > release.LambdaTimeout {
		return asl.Result{
			Failure: &asl.Failure{Error: "Sandbox.Timedout", Cause: fmt.Sprintf("Task timed out after %s", release.LambdaTimeout)},
			Took:    release.LambdaTimeout,
		}
	}
	if err != nil {
		return asl.Result{Failure: failureOf(err), Took: took}
	}
	// aws-lambda-go writes the next answer of this function over this one, which Step Functions has yet to get.
	return asl.Result{Output: slices.Clone(out), Took: took}
}

type panicked struct{ value any }

func (p panicked) Error() string { return fmt.Sprint(p.value) }

// failureOf is what aws-lambda-go reports (lambda/errors.go) and Step Functions shows: an InvokeResponse_Error value as it
// is, else the outermost Go type; the cause is a JSON text.
func failureOf(err error) *asl.Failure {
	report := messages.InvokeResponse_Error{Message: err.Error()}
	switch e := err.(type) { //nolint:errorlint // the outermost type is what the runtime reports
	case messages.InvokeResponse_Error:
		report = e
	case panicked:
		report.Type = typeName(e.value)
	default:
		report.Type = typeName(err)
	}
	cause, marshalErr := json.Marshal(struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}{report.Message, report.Type})
	if marshalErr != nil {
		cause = []byte(errors.Join(err, marshalErr).Error())
	}
	return &asl.Failure{Error: report.Type, Cause: string(cause)}
}

func typeName(v any) string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// SDK is an AWS configuration that reaches this world's stand-ins, for tests that look at it as a client would.
func (w *World) SDK() aws.Config { return transport.Config(w.Transport) }
