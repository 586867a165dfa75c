package asl

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Load reads a definition. Everything that is wrong or not implemented is in the error, one line for each, with its place
// in the JSON. It refuses what AWS's CreateStateMachine refuses (unknown fields, missing targets, states that cannot be
// reached, no terminal state, …) and all that this interpreter lacks: JSONata, variables (Assign), heartbeats, service
// integrations, task tokens, distributed Map.
func Load(definition []byte) (*Machine, error) {
	doc, err := parseDocument(definition)
	if err != nil {
		return nil, fmt.Errorf("definition: %w", err)
	}
	p := &parser{text: doc.text}
	value := p.value()
	l := &loader{states: map[string]string{}}
	for _, name := range p.repeated {
		l.bad("definition", "has the field %q twice in one object", name)
	}
	f := l.fields("", value)
	m := &Machine{ARN: defaultARN, comment: f.comment()}
	if version := f.text("Version"); f.has("Version") && version != "1.0" {
		f.bad("Version", `must be "1.0"`)
	}
	if language := f.text("QueryLanguage"); f.has("QueryLanguage") && language != jsonPath {
		f.bad("QueryLanguage", "only JSONPath is implemented")
	}
	m.timeout = time.Duration(f.integer("TimeoutSeconds", 0, 1, longest)) * time.Second
	m.graph = l.graph(f, nil)
	if len(l.problems) > 0 {
		return nil, errors.Join(l.problems...)
	}
	return m, nil
}

const jsonPath = "JSONPath"

// loader gathers the problems of one definition.
type loader struct {
	problems []error
	states   map[string]string // where each state is: names are unique in the whole machine
}

func (l *loader) bad(at, format string, args ...any) {
	l.problems = append(l.problems, fmt.Errorf("%s: %w", at, fmt.Errorf(format, args...)))
}

// graph reads StartAt and States; what else f has is the caller's.
func (l *loader) graph(f *fields, within *state) *graph {
	g := &graph{byName: map[string]*state{}}
	start := f.text("StartAt")
	if start == "" {
		f.bad("StartAt", "is required")
	}
	states, ok := f.object("States")
	if !ok || len(states.fields) == 0 {
		f.bad("States", "must be an object with at least one state")
		states = &object{}
	}
	if within != nil {
		f.comment()
	}
	f.done()
	for _, sf := range states.fields {
		s := l.state(f.place("States")+"."+sf.name, sf.name, sf.value, within)
		g.states = append(g.states, s)
		g.byName[s.name] = s
	}
	g.start = g.byName[start]
	if g.start == nil && start != "" {
		f.bad("StartAt", "there is no state %q", start)
	}
	if within != nil && g.start != nil {
		g.entry = &target{arrow: Arrow{From: within.name, To: start, Kind: ArrowBranch, Index: len(within.branches)}, state: g.start}
		within.targets = append(within.targets, g.entry)
	}
	l.connect(f, g)
	return g
}

// connect resolves the targets within a graph and refuses states that nothing leads to, and graphs that have no end.
func (l *loader) connect(f *fields, g *graph) {
	if !l.resolve(g) || g.start == nil {
		return
	}
	reached := g.reachable()
	ends := false
	for _, s := range g.states {
		if !reached[s] {
			l.bad(f.place("States")+"."+s.name, "is not reachable")
		}
		ends = ends || s.next == nil && s.kind != kindChoice
	}
	if !ends {
		f.bad("States", "there is no terminal state")
	}
}

// reachable is the graph's own states that its start leads to.
func (g *graph) reachable() map[*state]bool {
	reached := map[*state]bool{}
	for queue := []*state{g.start}; len(queue) > 0; queue = queue[1:] {
		if reached[queue[0]] {
			continue
		}
		reached[queue[0]] = true
		for _, to := range queue[0].targets {
			if to.arrow.Kind != ArrowBranch {
				queue = append(queue, to.state)
			}
		}
	}
	return reached
}

func (l *loader) resolve(g *graph) bool {
	sound := true
	for _, s := range g.states {
		for _, to := range s.targets {
			if to.state != nil { // into a branch
				continue
			}
			if to.state = g.byName[to.arrow.To]; to.state == nil {
				l.bad(to.at, "there is no state %q here", to.arrow.To)
				sound = false
			}
		}
	}
	return sound
}

const maxName = 80 // characters, says the specification

func (l *loader) state(at, name string, value any, within *state) *state {
	s := &state{name: name, within: within, definition: value}
	f := l.fields(at, value)
	if n := utf8.RuneCountInString(name); n < 1 || n > maxName {
		f.bad("", "the name must have 1 to %d characters", maxName)
	}
	if other, taken := l.states[name]; taken {
		f.bad("", "the name is taken by %s", other)
	}
	l.states[name] = at
	s.comment = f.comment()
	s.kind = f.text("Type")
	if language := f.text("QueryLanguage"); f.has("QueryLanguage") && language != jsonPath {
		f.bad("QueryLanguage", "only JSONPath is implemented")
	}
	switch s.kind {
	case kindTask:
		l.task(f, s)
	case kindPass:
		l.pass(f, s)
	case kindWait:
		l.wait(f, s)
	case kindChoice:
		l.choice(f, s)
	case kindSucceed:
		l.succeed(f, s)
	case kindFail:
		l.failure(f, s)
	case kindMap:
		l.mapState(f, s)
	case kindParallel:
		l.parallel(f, s)
	default:
		f.bad("Type", "must be Task, Pass, Wait, Choice, Succeed, Fail, Map or Parallel")
		return s // its fields mean nothing without a type
	}
	f.done()
	return s
}

// flow says which of the fields that several types share a type has.
type flow int

const (
	flowInput flow = 1 << iota
	flowParameters
	flowSelector
	flowResult
	flowOutput
	flowNext
	flowErrors
)

func (l *loader) flow(f *fields, s *state, has flow) {
	if has&flowInput != 0 {
		s.input.path, s.input.discard = f.nullablePath("InputPath")
	}
	if has&flowParameters != 0 {
		s.parameters = f.template("Parameters", whereOf(s))
	}
	if has&flowSelector != 0 {
		s.selector = f.template("ResultSelector", whereOf(s))
	}
	if has&flowResult != 0 {
		s.result = f.resultPath()
	}
	if has&flowOutput != 0 {
		s.output.path, s.output.discard = f.nullablePath("OutputPath")
	}
	if has&flowNext != 0 {
		l.nextOrEnd(f, s)
	}
	if has&flowErrors != 0 {
		l.retry(f, s)
		l.catch(f, s)
	}
}

func (l *loader) nextOrEnd(f *fields, s *state) {
	s.next = f.target("Next", s, Arrow{Kind: ArrowNext})
	end, ok := f.take("End")
	switch {
	case ok && end != true:
		f.bad("End", "must be true where it is given")
	case ok == f.has("Next"):
		f.bad("", "must have either Next or End")
	}
}
