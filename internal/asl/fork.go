package asl

import "fmt"

// Map and Parallel: states that run others and gather their outputs.

// fork is one attempt of a Map or Parallel state. If one child fails, the others are aborted and the state fails with the
// child's error: AWS was recorded to report that one and not States.BranchFailed (localstack snapshot test_parallel_state_fail).
type fork struct {
	t        *thread
	v        *visit
	inputs   []*document
	limit    int // how many run at once
	next     int // the next to start
	running  int
	children []*thread
	outputs  []any
}

func (l *loader) parallel(f *fields, s *state) {
	branches := f.list("Branches")
	if len(branches) == 0 {
		f.bad("Branches", "must be a list of at least one branch")
	}
	for i, b := range branches {
		at := fmt.Sprintf("%s[%d]", f.place("Branches"), i)
		s.branches = append(s.branches, l.graph(l.fields(at, b), s))
	}
	l.flow(f, s, flowInput|flowParameters|flowSelector|flowResult|flowOutput|flowNext|flowErrors)
}

func (l *loader) mapState(f *fields, s *state) {
	name := "ItemProcessor"
	if f.has("Iterator") {
		name = "Iterator"
		if f.has("ItemProcessor") {
			f.bad(name, "cannot go together with ItemProcessor")
		}
	}
	value, ok := f.take(name)
	if !ok {
		f.bad(name, "is required")
		return
	}
	inner := l.fields(f.place(name), value)
	if config, ok := inner.take("ProcessorConfig"); ok {
		c := l.fields(inner.place("ProcessorConfig"), config)
		if mode := c.text("Mode"); c.has("Mode") && mode != "INLINE" {
			c.bad("Mode", "only INLINE is implemented")
		}
		c.done()
	}
	s.branches = []*graph{l.graph(inner, s)}
	s.items = f.reference("ItemsPath")
	s.concurrency = int(f.integer("MaxConcurrency", 0, 0, longest))
	if f.has("ItemSelector") && f.has("Parameters") {
		f.bad("ItemSelector", "cannot go together with Parameters")
	}
	s.itemSelector = f.template("ItemSelector", inSelector)
	if f.has("Parameters") { // its name before ItemSelector came
		s.itemSelector = f.template("Parameters", inSelector)
	}
	l.flow(f, s, flowInput|flowSelector|flowResult|flowOutput|flowNext|flowErrors)
}

// https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
func (t *thread) runParallel(v *visit) {
	input, err := t.selected(v)
	if err == nil {
		input, err = t.effective(v, input)
	}
	if err != nil {
		t.fault(v, err)
		return
	}
	inputs := make([]*document, len(v.state.branches))
	for i := range inputs {
		inputs[i] = input
	}
	t.startFork(v, inputs, len(inputs), Event{Type: "ParallelStateStarted"})
}

// maxInline is how many iterations of an inline Map run at once at most.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
const maxInline = 40

func (t *thread) runMap(v *visit) {
	inputs, err := t.mapInputs(v)
	if err != nil {
		t.fault(v, err)
		return
	}
	limit := v.state.concurrency
	if limit == 0 || limit > maxInline {
		limit = maxInline
	}
	t.startFork(v, inputs, limit, Event{Type: "MapStateStarted", MapStateStarted: &MapStateStarted{Length: len(inputs)}})
}

func (t *thread) mapInputs(v *visit) ([]*document, *fault) {
	selected, err := t.selected(v)
	if err != nil {
		return nil, err
	}
	s := t.scope(v, selected.tree())
	value := selected.tree()
	shown := "$"
	if p := v.state.items; p != nil {
		found, m := s.find(p)
		if m != nil {
			return nil, invalidPath(m)
		}
		value, shown = found, p.text
	}
	items, ok := value.([]any)
	if !ok {
		return nil, runtimeFault("Reference path \"" + shown + "\" must point to array.")
	}
	inputs := make([]*document, len(items))
	for i, item := range items {
		inputs[i] = newDocument(item)
		if v.state.itemSelector == nil {
			continue
		}
		s.context = func() *object { return t.itemContext(v, i, item) }
		chosen, err := v.state.itemSelector.eval(s)
		if err != nil {
			return nil, err
		}
		inputs[i] = newDocument(chosen)
		if err := tooLarge(inputs[i], v.state.name); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

func (t *thread) startFork(v *visit, inputs []*document, limit int, started Event) {
	f := &fork{t: t, v: v, inputs: inputs, limit: limit, children: make([]*thread, len(inputs)), outputs: make([]any, len(inputs))}
	v.fork, v.begun = f, f
	started.PreviousEventID = t.prev
	t.prev = t.x.emit(started)
	if len(inputs) == 0 {
		f.finish()
		return
	}
	f.start(t.prev)
}

// start runs as many children as may run; their first events follow the event previous.
func (f *fork) start(previous int64) {
	for f.running < f.limit && f.next < len(f.inputs) && f.t.at(f.v) {
		i := f.next
		f.next++
		f.running++
		child := &thread{x: f.t.x, fork: f, index: i, prev: previous, graph: f.v.state.branches[0]}
		f.children[i] = child
		if f.isMap() {
			child.prev = f.t.x.emit(Event{Type: "MapIterationStarted", PreviousEventID: previous, MapIterationStarted: f.iteration(i)})
		} else {
			child.graph = f.v.state.branches[i]
		}
		child.next(child.graph.entry, f.inputs[i])
	}
}

func (f *fork) isMap() bool { return f.v.state.kind == kindMap }

func (f *fork) iteration(i int) *MapIteration { return &MapIteration{Name: f.v.state.name, Index: i} }

// succeeded notes a child's output. What comes after points back at the child's last state, and only the end of the whole
// Map at its MapIterationSucceeded: so AWS's histories have it.
func (f *fork) succeeded(child *thread, output *document) {
	f.outputs[child.index], child.done = output.tree(), true
	f.running--
	last := child.prev
	if f.isMap() {
		last = f.t.x.emit(Event{Type: "MapIterationSucceeded", PreviousEventID: child.prev, MapIterationSucceeded: f.iteration(child.index)})
	}
	f.start(child.prev)
	f.finishIfDone(last)
}

// finishIfDone ends the state when no child runs any more; its events follow the event last.
func (f *fork) finishIfDone(last int64) {
	if f.running == 0 && f.t.at(f.v) {
		f.t.prev = last
		f.finish()
	}
}

func (f *fork) finish() {
	f.t.x.emit(Event{Type: f.v.state.kind + "StateSucceeded", PreviousEventID: f.t.prev})
	f.v.fork = nil
	f.t.finish(f.v, newDocument(f.outputs))
}

// failed aborts the siblings and fails the state. The failed child's own state is reported as aborted too, as AWS does
// (localstack snapshots test_service_lambda_map_timeout and test_parallel_catch_error).
func (f *fork) failed(child *thread, name, cause string) {
	previous := child.prev
	for _, c := range f.children {
		if c == nil || c != child && c.dead {
			continue
		}
		switch {
		case f.isMap() && c == child:
			f.t.x.emit(Event{Type: "MapIterationFailed", PreviousEventID: previous, MapIterationFailed: f.iteration(c.index)})
		case f.isMap():
			f.t.x.emit(Event{Type: "MapIterationAborted", PreviousEventID: previous, MapIterationAborted: f.iteration(c.index)})
		}
		c.abort(previous)
	}
	f.t.prev = previous
	f.t.fail(f.v, name, cause)
}

// abort ends a thread from outside. Only four kinds of states have an event for it.
func (t *thread) abort(previous int64) {
	t.kill()
	t.dead = true
	if t.visit == nil {
		return
	}
	if f := t.visit.fork; f != nil {
		for _, c := range f.children {
			if c == nil || c.dead {
				continue
			}
			if f.isMap() {
				t.x.emit(Event{Type: "MapIterationAborted", PreviousEventID: previous, MapIterationAborted: f.iteration(c.index)})
			}
			c.abort(previous)
		}
	}
	switch kind := t.visit.state.kind; kind {
	case kindTask, kindWait, kindMap, kindParallel:
		t.x.emit(Event{Type: kind + "StateAborted", PreviousEventID: previous})
	}
}
