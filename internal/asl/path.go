package asl

import (
	"fmt"
	"strings"
)

// path is a JSONPath over the state's data ("$…") or over the context object ("$$…").
//
// Implemented are names, indexes (from the end when negative), [*], .*, [from:to] and [1,2]; descent (..), filters,
// functions and variables are refused when the definition is loaded.
// https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
type path struct {
	text    string
	context bool
	steps   []step
}

type step struct {
	kind stepKind
	name string
	list []int // the index, the indexes of a union, or the two ends of a slice
}

type stepKind int

const (
	stepName stepKind = iota
	stepIndex
	stepUnion
	stepSlice
	stepAll
)

// openEnd stands for the end that a slice leaves out.
const openEnd = 1<<31 - 1

// reference says whether the path can only name one place.
// https://states-language.net/spec.html#ref-paths
func (p *path) reference() bool {
	for _, s := range p.steps {
		if s.kind != stepName && (s.kind != stepIndex || s.list[0] < 0) {
			return false
		}
	}
	return true
}

// missing says where a path ended too early.
type missing struct {
	path *path
	step int // the step that found nothing
}

// String words it as Step Functions does.
func (m *missing) String() string {
	var b strings.Builder
	b.WriteString("$")
	for _, s := range m.path.steps[:m.step+1] {
		if s.kind == stepName {
			fmt.Fprintf(&b, "['%s']", s.name)
		} else {
			fmt.Fprintf(&b, "[%d]", s.list[0])
		}
	}
	if m.step == len(m.path.steps)-1 {
		return "No results for path: " + b.String()
	}
	return "Missing property in path " + b.String()
}

// find applies the path. A path that may name several places yields an array, empty when it names none; only a path that
// names one place can be missing.
func (p *path) find(root any) (any, *missing) {
	for i, s := range p.steps {
		if s.kind != stepName && s.kind != stepIndex {
			return findAll([]any{root}, p.steps[i:]), nil
		}
		next, ok := s.one(root)
		if !ok && p.definite() {
			return nil, &missing{path: p, step: i}
		}
		if !ok {
			return []any{}, nil
		}
		root = next
	}
	return root, nil
}

func (p *path) definite() bool {
	for _, s := range p.steps {
		if s.kind != stepName && s.kind != stepIndex {
			return false
		}
	}
	return true
}

func findAll(nodes []any, steps []step) []any {
	for _, s := range steps {
		found := []any{}
		for _, node := range nodes {
			found = append(found, s.all(node)...)
		}
		nodes = found
	}
	return nodes
}

func (s step) one(node any) (any, bool) {
	if s.kind == stepName {
		o, ok := node.(*object)
		if !ok {
			return nil, false
		}
		return o.get(s.name)
	}
	list, ok := node.([]any)
	if !ok {
		return nil, false
	}
	return element(list, s.list[0])
}

func element(list []any, i int) (any, bool) {
	if i < 0 {
		i += len(list)
	}
	if i < 0 || i >= len(list) {
		return nil, false
	}
	return list[i], true
}

func (s step) all(node any) []any {
	if o, ok := node.(*object); ok && s.kind == stepAll {
		values := make([]any, len(o.fields))
		for i, f := range o.fields {
			values[i] = f.value
		}
		return values
	}
	list, isList := node.([]any)
	switch {
	case s.kind == stepName, s.kind == stepIndex:
		if v, ok := s.one(node); ok {
			return []any{v}
		}
	case !isList:
	case s.kind == stepAll:
		return list
	case s.kind == stepSlice:
		from, to := clip(s.list[0], len(list)), clip(s.list[1], len(list))
		return list[min(from, to):to]
	default:
		var values []any
		for _, i := range s.list {
			if v, ok := element(list, i); ok {
				values = append(values, v)
			}
		}
		return values
	}
	return nil
}

func clip(i, length int) int {
	if i < 0 {
		i += length
	}
	return max(0, min(i, length))
}

// put returns root with value at the place a reference path names; fields on the way are made, anything else on the way
// that is not an object or an element of an array is a failure.
func (p *path) put(root, value any) (any, bool) { return put(root, p.steps, value) }

func put(root any, steps []step, value any) (any, bool) {
	if len(steps) == 0 {
		return value, true
	}
	switch node := root.(type) {
	case *object:
		if steps[0].kind != stepName {
			return nil, false
		}
		child, found := node.get(steps[0].name)
		if !found {
			child = &object{}
		}
		changed, ok := put(child, steps[1:], value)
		return node.with(steps[0].name, changed), ok
	case []any:
		if steps[0].kind != stepIndex || steps[0].list[0] >= len(node) {
			return nil, false
		}
		changed, ok := put(node[steps[0].list[0]], steps[1:], value)
		list := append([]any(nil), node...)
		list[steps[0].list[0]] = changed
		return list, ok
	default:
		return nil, false
	}
}
