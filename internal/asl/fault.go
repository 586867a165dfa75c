package asl

// The names of the errors that the interpreter itself raises.
// https://states-language.net/spec.html#appendix-a and
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
const (
	StatesALL                    = "States.ALL"
	StatesTaskFailed             = "States.TaskFailed"
	StatesTimeout                = "States.Timeout"
	StatesRuntime                = "States.Runtime"
	StatesDataLimitExceeded      = "States.DataLimitExceeded"
	StatesPermissions            = "States.Permissions"
	StatesNoChoiceMatched        = "States.NoChoiceMatched"
	StatesIntrinsicFailure       = "States.IntrinsicFailure"
	StatesParameterPathFailure   = "States.ParameterPathFailure"
	StatesResultPathMatchFailure = "States.ResultPathMatchFailure"
)

// fault is an error raised while a state is evaluated.
type fault struct{ name, cause string }

func runtimeFault(cause string) *fault { return &fault{StatesRuntime, cause} }

// invalidPath is what InputPath, OutputPath and the like raise when they find nothing.
func invalidPath(m *missing) *fault {
	return runtimeFault("Invalid path '" + m.path.text + "' : " + m.String())
}

// scope is what paths and intrinsic functions of one evaluation can see.
type scope struct {
	input   any
	context func() *object
	engine  *Engine
}

func (s *scope) find(p *path) (any, *missing) {
	if p.context {
		return p.find(s.context())
	}
	return p.find(s.input)
}

// notFound is what a path in a payload template raises when it finds nothing.
//
// The specification says States.ParameterPathFailure; histories recorded from AWS (localstack's snapshot tests of
// 2025-01-02, test_invalid_jsonpath) show States.Runtime, which no Catch sees. See Engine.CatchableParameterPaths.
func (s *scope) notFound(p *path, field string) *fault {
	root := s.input
	if p.context {
		root = s.context()
	}
	name := StatesRuntime
	if s.engine.CatchableParameterPaths {
		name = StatesParameterPathFailure
	}
	return &fault{name, "The JSONPath '" + p.text + "' specified for the field '" + field +
		"' could not be found in the input '" + string(appendJSON(nil, root)) + "'"}
}
