package asl

import (
	"encoding/json"
	"strconv"
	"strings"
)

// fields reads the fields of one JSON object of a definition and remembers which were read, so that the others can be
// refused. A field that is absent reads as the zero value; one of the wrong type is a problem, too.
type fields struct {
	l    *loader
	at   string
	obj  *object
	read map[string]bool
}

func (l *loader) fields(at string, value any) *fields {
	obj, ok := value.(*object)
	f := &fields{l: l, at: at, obj: obj, read: map[string]bool{}}
	if !ok {
		f.obj = &object{}
		f.bad("", "must be an object")
	}
	return f
}

func (f *fields) place(name string) string {
	if f.at == "" {
		return name
	}
	return f.at + "." + name
}

// bad reports a problem with a field, or with the object when name is empty.
func (f *fields) bad(name, format string, args ...any) {
	at := f.at
	switch {
	case name != "":
		at = f.place(name)
	case at == "":
		at = "definition"
	}
	f.l.bad(at, format, args...)
}

func (f *fields) has(name string) bool { return f.obj.find(name) >= 0 }

func (f *fields) take(name string) (any, bool) {
	f.read[name] = true
	return f.obj.get(name)
}

func (f *fields) unread() []string {
	var names []string
	for _, field := range f.obj.fields {
		if !f.read[field.name] {
			names = append(names, field.name)
		}
	}
	return names
}

// done refuses the fields that nobody has read.
func (f *fields) done() {
	for _, name := range f.unread() {
		f.bad(name, "is not a field of this object, or is not implemented")
		f.read[name] = true
	}
}

func (f *fields) comment() string { return f.text("Comment") }

func (f *fields) text(name string) string {
	value, ok := f.take(name)
	text, isText := value.(string)
	if ok && !isText {
		f.bad(name, "must be a string")
	}
	return text
}

func (f *fields) object(name string) (*object, bool) {
	value, _ := f.take(name)
	obj, ok := value.(*object)
	return obj, ok
}

func (f *fields) list(name string) []any {
	value, ok := f.take(name)
	list, isList := value.([]any)
	if ok && !isList {
		f.bad(name, "must be a list")
	}
	return list
}

func (f *fields) integer(name string, absent, least, most int64) int64 {
	value, ok := f.take(name)
	if !ok {
		return absent
	}
	n, _ := value.(json.Number)
	i, err := strconv.ParseInt(string(n), 10, 64)
	switch {
	case err != nil:
		f.bad(name, "must be an integer")
	case i < least:
		f.bad(name, "must be >= %d", least)
	case i > most:
		f.bad(name, "must be <= %d", most)
	default:
		return i
	}
	return absent
}

// where says what a path may use of the context object.
type where int

const (
	inState    where = iota // a state that has no retries
	inRetried               // a Task, Map or Parallel state
	inSelector              // a Map state's ItemSelector
)

func whereOf(s *state) where {
	if s.retries() {
		return inRetried
	}
	return inState
}

// allowed refuses what the context object does not have in this place. Map.Item is documented for ItemSelector only.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (f *fields) allowed(name string, p *path, in where) {
	switch {
	case !p.context || len(p.steps) == 0:
	case p.steps[0].name == "Map" && in != inSelector:
		f.bad(name, "path %q: $$.Map is there in a Map state's ItemSelector only", p.text)
	case len(p.steps) > 1 && p.steps[0].name == "State" && p.steps[1].name == "RetryCount" && in == inState:
		f.bad(name, "path %q: only Task, Map and Parallel states have a RetryCount", p.text)
	}
}

func (f *fields) path(name string) *path {
	text := f.text(name)
	if text == "" {
		if f.has(name) {
			f.bad(name, "must be a path")
		}
		return nil
	}
	p, err := parsePath(text)
	if err != nil {
		f.bad(name, "%w", err)
		return nil
	}
	f.allowed(name, p, inState)
	return p
}

// nullablePath reads InputPath or OutputPath, where null means that nothing is passed on.
func (f *fields) nullablePath(name string) (p *path, null bool) {
	if value, ok := f.obj.get(name); ok && value == nil {
		f.read[name] = true
		return nil, true
	}
	return f.path(name), false
}

// reference reads a path that must name one place.
func (f *fields) reference(name string) *path {
	p := f.path(name)
	if p != nil && !p.reference() {
		f.bad(name, "%q must be a reference path: names and indexes only", p.text)
	}
	return p
}

func (f *fields) resultPath() resultPath {
	const name = "ResultPath"
	if value, ok := f.obj.get(name); ok && value == nil {
		f.read[name] = true
		return resultPath{discard: true}
	}
	p := f.reference(name)
	if p != nil && p.context {
		f.bad(name, "cannot write to the context object")
	}
	return resultPath{path: p}
}

func (f *fields) expression(name string) *expression {
	text := f.text(name)
	if !f.has(name) {
		return nil
	}
	e, err := parseExpression(text)
	if err != nil {
		f.bad(name, "%w", err)
		return nil
	}
	for _, p := range e.paths() {
		f.allowed(name, p, inState)
	}
	return e
}

// template reads a payload template, which must be an object.
func (f *fields) template(name string, in where) *template {
	value, ok := f.take(name)
	if !ok {
		return nil
	}
	if _, isObject := value.(*object); !isObject {
		f.bad(name, "must be an object")
		return nil
	}
	t, err := parseTemplate(value)
	if err != nil {
		place, problem, _ := strings.Cut(err.Error(), ": ")
		f.l.bad(f.place(name)+place, "%s", problem)
		return nil
	}
	for _, p := range t.paths() {
		f.allowed(name, p, in)
	}
	return t
}

// target reads the name of a state; connect resolves it.
func (f *fields) target(name string, from *state, a Arrow) *target {
	a.From, a.To = from.name, f.text(name)
	if a.To == "" {
		if f.has(name) {
			f.bad(name, "must be the name of a state")
		}
		return nil
	}
	to := &target{arrow: a, at: f.place(name)}
	from.targets = append(from.targets, to)
	return to
}
