package statemachine

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/release"
)

// Where a Catch keeps the error, and a task its result. Step Functions calls the last one null.
const (
	failure  = "$.failure"
	stranded = "$.stranded"
	doubt    = "$.doubt"
	discard  = ""
)

// taskTimeout leaves a Lambda that reaches its own timeout the time to say so: States.Timeout would hide why.
const taskTimeout = release.LambdaTimeout + 5*time.Second

// boxes makes the states of one workflow.
type boxes struct {
	scope     constructs.Construct
	functions func(folder string) awslambda.IFunction
}

// work is what a task does.
type work struct {
	Folder string // below lambdas/
	Which  string // for a Lambda that serves several tasks: which one this is
	Result string // where the result goes; discard throws it away
	Retry  []*sfn.RetryProps
	Does   string // the comment, for operators
}

// task runs a Lambda. CDK's own retries are off: the list in the code is the list in the console.
func (b *boxes) task(title string, w work) awsstepfunctionstasks.LambdaInvoke {
	input := map[string]any{"document": sfn.JsonPath_ObjectAt(jsii.String("$"))}
	if w.Which != "" {
		input["which"] = w.Which
	}
	box := awsstepfunctionstasks.LambdaInvoke_JsonPath(b.scope, &title, &awsstepfunctionstasks.LambdaInvokeJsonPathProps{
		LambdaFunction:           b.functions(w.Folder),
		Payload:                  sfn.TaskInput_FromObject(&input),
		PayloadResponseOnly:      jsii.Bool(true),
		RetryOnServiceExceptions: jsii.Bool(false),
		ResultPath:               place(w.Result),
		TaskTimeout:              sfn.Timeout_Duration(seconds(taskTimeout)),
		Comment:                  &w.Does,
	})
	for _, retry := range w.Retry {
		box.AddRetry(retry)
	}
	return box
}

// pass makes a new document out of value, in which texts that begin with $ are paths.
func (b *boxes) pass(title, comment string, value map[string]any) sfn.Pass {
	return sfn.Pass_JsonPath(b.scope, &title, &sfn.PassJsonPathProps{Comment: &comment, Parameters: &value})
}

// conclude is an end that needs no Lambda: it writes the outcome, with the text at path as its cause.
func (b *boxes) conclude(title string, outcome release.Outcome, path string) sfn.Pass {
	value := object(outcome)
	value["cause"] = sfn.JsonPath_StringAt(&path)
	return sfn.Pass_JsonPath(b.scope, &title, &sfn.PassJsonPathProps{
		Comment: jsii.String("Writes the outcome without a Lambda: this is the common end of a scheduled run."), Parameters: &value, ResultPath: jsii.String("$.outcome"),
	})
}

func (b *boxes) wait(title string, d time.Duration) sfn.Wait {
	return sfn.NewWait(b.scope, &title, &sfn.WaitProps{Time: sfn.WaitTime_Duration(seconds(d))})
}

func (b *boxes) choice(title string) sfn.Choice {
	return sfn.NewChoice(b.scope, &title, nil)
}

func (b *boxes) succeed(title, comment string) sfn.Succeed {
	return sfn.NewSucceed(b.scope, &title, &sfn.SucceedProps{Comment: &comment})
}

// fail ends the execution with its title as the Error, and with the Cause that Finish has composed.
func (b *boxes) fail(title, comment string) sfn.Fail {
	return sfn.NewFail(b.scope, &title, &sfn.FailProps{Comment: &comment, Error: &title, CausePath: jsii.String("$.outcome.cause")})
}

// machine is a workflow that begins with start and must be over within timeout.
func machine(start sfn.IChainable, timeout time.Duration, comment string) *sfn.StateMachineProps {
	return &sfn.StateMachineProps{
		Comment:          &comment,
		DefinitionBody:   sfn.DefinitionBody_FromChainable(start),
		QueryLanguage:    sfn.QueryLanguage_JSON_PATH,
		StateMachineType: sfn.StateMachineType_STANDARD,
		Timeout:          seconds(timeout),
	}
}

// chain draws an arrow from each box to the next one; a choice can only be the last.
func chain(first sfn.IChainable, rest ...sfn.IChainable) {
	arrow := sfn.Chain_Start(first)
	for _, box := range rest {
		arrow = arrow.Next(box)
	}
}

// isTrue looks at a boolean that a Lambda has computed.
func isTrue(path string) sfn.Condition {
	return sfn.Condition_BooleanEquals(&path, jsii.Bool(true))
}

// catch draws the arrow of the named errors. Step Functions takes the first arrow that matches, so that a box's catch
// comes before its rescue.
func catch(from awsstepfunctionstasks.LambdaInvoke, to sfn.IChainable, kept string, names ...fault.Name) {
	errors := make([]*string, len(names))
	for i, name := range names {
		errors[i] = jsii.String(string(name))
	}
	from.AddCatch(to, &sfn.CatchProps{Errors: &errors, ResultPath: place(kept)})
}

// rescue draws the arrow of all remaining errors.
func rescue(to sfn.IChainable, kept string, from ...awsstepfunctionstasks.LambdaInvoke) {
	for _, box := range from {
		catch(box, to, kept, statesAll)
	}
}

func place(path string) *string {
	if path == discard {
		return sfn.JsonPath_DISCARD()
	}
	return &path
}

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}

// object is a value's JSON object, in CDK's terms.
func object(value any) map[string]any {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("statemachine: write %T: %v", value, err))
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		panic(fmt.Sprintf("statemachine: %T is not a JSON object: %v", value, err))
	}
	return fields
}
