package main_test

import (
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	aws "cloudfront-cd/infra/aws"
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
	"cloudfront-cd/lambdas/idleside"
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

// handlers are the types whose dependencies say what a Lambda may call.
func handlers() map[string]reflect.Type {
	return map[string]reflect.Type{
		"acquirelock":       reflect.TypeFor[acquirelock.Handler](),
		"alignstaging":      reflect.TypeFor[alignstaging.Handler](),
		"attachpolicy":      reflect.TypeFor[attachpolicy.Handler](),
		"checksignal":       reflect.TypeFor[checksignal.Handler](),
		"copyprimary":       reflect.TypeFor[copyprimary.Handler](),
		"createpolicy":      reflect.TypeFor[createpolicy.Handler](),
		"deletepolicy":      reflect.TypeFor[deletepolicy.Handler](),
		"detachpolicy":      reflect.TypeFor[detachpolicy.Handler](),
		"opendoor":          reflect.TypeFor[opendoor.Handler](),
		"announce":          reflect.TypeFor[announce.Handler](),
		"carryassets":       reflect.TypeFor[carryassets.Handler](),
		"changestaging":     reflect.TypeFor[changestaging.Handler](),
		"checkcontent":      reflect.TypeFor[checkcontent.Handler](),
		"checkdeployed":     reflect.TypeFor[checkdeployed.Handler](),
		"checkinvalidation": reflect.TypeFor[checkinvalidation.Handler](),
		"checkpair":         reflect.TypeFor[checkpair.Handler](),
		"clearhold":         reflect.TypeFor[clearhold.Handler](),
		"confirmpromotion":  reflect.TypeFor[confirmpromotion.Handler](),
		"deletestaging":     reflect.TypeFor[deletestaging.Handler](),
		"disablepolicy":     reflect.TypeFor[disablepolicy.Handler](),
		"disablestaging":    reflect.TypeFor[disablestaging.Handler](),
		"findorphans":       reflect.TypeFor[findorphans.Handler](),
		"findpair":          reflect.TypeFor[findpair.Handler](),
		"lookaround":        reflect.TypeFor[lookaround.Handler](),
		"noteresult":        reflect.TypeFor[noteresult.Handler](),
		"report":            reflect.TypeFor[report.Handler](),
		"examinepair":       reflect.TypeFor[examinepair.Handler](),
		"finddeadrun":       reflect.TypeFor[finddeadrun.Handler](),
		"finish":            reflect.TypeFor[finish.Handler](),
		"idleside":          reflect.TypeFor[idleside.Handler](),
		"invalidate":        reflect.TypeFor[invalidate.Handler](),
		"judgehealth":       reflect.TypeFor[judgehealth.Handler](),
		"judgeprimary":      reflect.TypeFor[judgeprimary.Handler](),
		"observe":           reflect.TypeFor[observe.Handler](),
		"placehold":         reflect.TypeFor[placehold.Handler](),
		"preflight":         reflect.TypeFor[preflight.Handler](),
		"promote":           reflect.TypeFor[promote.Handler](),
		"provetraffic":      reflect.TypeFor[provetraffic.Handler](),
		"recover":           reflect.TypeFor[recoverstep.Handler](),
		"releaselock":       reflect.TypeFor[releaselock.Handler](),
		"restoreprimary":    reflect.TypeFor[restoreprimary.Handler](),
		"routeheader":       reflect.TypeFor[routeheader.Handler](),
		"shifttraffic":      reflect.TypeFor[shifttraffic.Handler](),
		"smoketest":         reflect.TypeFor[smoketest.Handler](),
		"stoptraffic":       reflect.TypeFor[stoptraffic.Handler](),
		"validaterequest":   reflect.TypeFor[validaterequest.Handler](),
	}
}

// methodsOf are the methods of the SDK that a handler's dependencies have, as service.Method. The service is the Go package
// of the method's input.
func methodsOf(handler reflect.Type) []string {
	var methods []string
	for field := range handler.Fields() {
		if field.Type.Kind() != reflect.Interface {
			continue
		}
		for method := range field.Type.Methods() {
			methods = append(methods, path.Base(method.Type.In(1).Elem().PkgPath())+"."+method.Name)
		}
	}
	return unique(methods)
}

func unique(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// TestARoleAllowsWhatItsHandlerCalls and nothing else, in the template that is deployed. Left out is what every function
// may: to write its own log, and traces.
func TestARoleAllowsWhatItsHandlerCalls(t *testing.T) {
	stack := stack(t)
	for folder, handler := range handlers() {
		t.Run(folder, func(t *testing.T) {
			var want []string
			for _, method := range methodsOf(handler) {
				actions := aws.ActionsOf(method)
				if len(actions) == 0 {
					t.Errorf("actions.go does not say what IAM needs for %s", method)
				}
				want = append(want, actions...)
			}
			var got []string
			for _, s := range stack.statements(stack.one(t, "AWS::IAM::Role", "Lambda"+folder+"Role")) {
				if !slices.Contains([]string{"Logs", "Traces"}, s.sid) && !slices.Contains(s.actions, "sts:AssumeRole") {
					got = append(got, s.actions...)
				}
			}
			if got, want := unique(got), unique(want); !slices.Equal(got, want) {
				t.Errorf("the role allows  %v\nthe handler needs %v", got, want)
			}
		})
	}
}

// TestEveryFolderIsAFunction: a new folder below lambdas/ is deployed with permissions that were compared.
func TestEveryFolderIsAFunction(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("../../lambdas")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, entry := range entries {
		want = append(want, entry.Name())
	}
	if got := aws.Folders(); !slices.Equal(got, want) {
		t.Errorf("permissions.go has %v\nwant             %v", got, want)
	}
	var compared []string
	for folder, handler := range handlers() {
		compared = append(compared, folder)
		if got := path.Base(handler.PkgPath()); got != folder {
			t.Errorf("the handler of %s is from package %s", folder, got)
		}
	}
	if got := unique(compared); !slices.Equal(got, want) {
		t.Errorf("compared are %v\nwant         %v", got, want)
	}
}

// TestTheTableHasNoMoreThanTheHandlersCall keeps actions.go short.
func TestTheTableHasNoMoreThanTheHandlersCall(t *testing.T) {
	t.Parallel()
	var called []string
	for _, handler := range handlers() {
		called = append(called, methodsOf(handler)...)
	}
	if got, want := unique(aws.Methods()), unique(called); !slices.Equal(got, want) {
		t.Errorf("actions.go has %v\nhandlers call  %v", got, want)
	}
}

// TestBucketIsGivenToWhoeverAsksForIt: a bootstrap refuses to start without the settings that it reads.
func TestBucketIsGivenToWhoeverAsksForIt(t *testing.T) {
	stack := stack(t)
	for folder := range handlers() {
		source, err := os.ReadFile("../../lambdas/" + folder + "/bootstrap/main.go")
		if err != nil {
			t.Fatal(err)
		}
		variables := at(stack.one(t, "AWS::Lambda::Function", "Lambda"+folder+"Function").Properties, "Environment", "Variables")
		want := "<nil>"
		if strings.Contains(string(source), `"BUCKET"`) {
			want = "map[BUCKET:map[Ref:" + stack.logicalID(t, "AWS::S3::Bucket", "Records") + "]]"
		}
		if got := stack.say(variables); got != want {
			t.Errorf("%s: got the variables %s, want %s", folder, got, want)
		}
	}
}
