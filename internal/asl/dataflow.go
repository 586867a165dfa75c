package asl

// How data flows through a state: InputPath, Parameters, (the state's work), ResultSelector, ResultPath, OutputPath.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html

// filter is InputPath or OutputPath: a path, or null, which selects {}.
type filter struct {
	path    *path // nil is "$"
	discard bool
}

// resultPath says where a result goes: into the raw input at a place, instead of it, or nowhere.
type resultPath struct {
	path    *path // nil is "$"
	discard bool
}

func (f filter) apply(s *scope, d *document) (*document, *fault) {
	switch {
	case f.discard:
		return newDocument(&object{}), nil
	case f.path == nil || !f.path.context && len(f.path.steps) == 0:
		return d, nil
	}
	value, m := s.find(f.path)
	if m != nil {
		return nil, invalidPath(m)
	}
	return newDocument(value), nil
}

func (r resultPath) apply(input, result *document) (*document, *fault) {
	switch {
	case r.discard:
		return input, nil
	case r.path == nil || len(r.path.steps) == 0:
		return result, nil
	}
	value, ok := r.path.put(input.tree(), result.tree())
	if !ok {
		return nil, &fault{StatesResultPathMatchFailure, "Unable to apply ResultPath '" + r.path.text + "' to input " + input.String()}
	}
	d := newDocument(value)
	d.size = len(input.text) + len(result.text)
	return d, nil
}

// selected is the raw input after InputPath.
func (t *thread) selected(v *visit) (*document, *fault) {
	if v.state.input == (filter{}) {
		return v.input, nil
	}
	return v.state.input.apply(t.scope(v, v.input.tree()), v.input)
}

// effective is the selected input after Parameters, and both must fit the quota.
func (t *thread) effective(v *visit, selected *document) (*document, *fault) {
	if v.state.parameters == nil {
		return selected, nil
	}
	payload, err := v.state.parameters.eval(t.scope(v, selected.tree()))
	if err != nil {
		return nil, err
	}
	d := newDocument(payload)
	return d, tooLarge(d, v.state.name)
}

// finish turns the state's result into its output and leaves.
func (t *thread) finish(v *visit, result *document) {
	output, err := t.output(v, result)
	if err != nil {
		t.fault(v, err)
		return
	}
	t.exit(v, output, v.state.next)
}

func (t *thread) output(v *visit, result *document) (*document, *fault) {
	if v.state.selector != nil {
		value, err := v.state.selector.eval(t.scope(v, result.tree()))
		if err != nil {
			return nil, err
		}
		result = newDocument(value)
	}
	merged, err := v.state.result.apply(v.input, result)
	if err != nil {
		return nil, err
	}
	return t.filtered(v, merged)
}

// filtered is the document after OutputPath.
func (t *thread) filtered(v *visit, d *document) (*document, *fault) {
	if v.state.output == (filter{}) {
		return d, nil
	}
	return v.state.output.apply(t.scope(v, d.tree()), d)
}

// String is the path as it was written, "" for null.
func (r resultPath) String() string {
	switch {
	case r.discard:
		return ""
	case r.path == nil:
		return "$"
	default:
		return r.path.text
	}
}
