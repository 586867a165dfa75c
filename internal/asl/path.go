package asl

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
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

func parsePath(text string) (*path, error) {
	if !strings.HasPrefix(text, "$") {
		return nil, fmt.Errorf("path %q must start with $", text)
	}
	p := &path{text: text}
	rest := text[1:]
	if strings.HasPrefix(rest, "$") {
		p.context, rest = true, rest[1:]
	}
	for rest != "" {
		s, after, err := parseStep(rest)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", text, err)
		}
		p.steps, rest = append(p.steps, s), after
	}
	return p, p.checkContext()
}

func parseStep(rest string) (step, string, error) {
	switch {
	case strings.HasPrefix(rest, ".."):
		return step{}, "", errors.New("the descent operator .. is not implemented")
	case strings.HasPrefix(rest, ".*"):
		return step{kind: stepAll}, rest[2:], nil
	case strings.HasPrefix(rest, ".["): // as in $.abc.['def ghi'], which the documentation uses
		return parseBracket(rest[2:])
	case rest[0] == '.':
		return parseName(rest[1:])
	case rest[0] == '[':
		return parseBracket(rest[1:])
	default:
		return step{}, "", errors.New("variables are not implemented; a path goes on with . or [")
	}
}

func parseName(rest string) (step, string, error) {
	end := strings.IndexFunc(rest, func(r rune) bool {
		return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if end < 0 {
		end = len(rest)
	}
	switch {
	case end == 0:
		return step{}, "", errors.New("a name is missing after the dot; other characters than letters, digits, _ and - need ['…']")
	case strings.HasPrefix(rest[end:], "("):
		return step{}, "", errors.New("JSONPath functions are not implemented")
	}
	return step{kind: stepName, name: rest[:end]}, rest[end:], nil
}

func parseBracket(rest string) (step, string, error) {
	if rest != "" && (rest[0] == '\'' || rest[0] == '"') {
		return parseQuoted(rest[1:], rest[0])
	}
	inner, after, closed := strings.Cut(rest, "]")
	if !closed {
		return step{}, "", errors.New("a ] is missing")
	}
	inner = strings.TrimSpace(inner)
	switch {
	case inner == "*":
		return step{kind: stepAll}, after, nil
	case strings.HasPrefix(inner, "?"), strings.HasPrefix(inner, "("), strings.Contains(inner, "@"):
		return step{}, "", errors.New("filters and expressions are not implemented")
	case strings.Contains(inner, ":"):
		list, err := parseIndexes(inner, ":", true)
		if err == nil && len(list) != 2 {
			err = errors.New("slices with a stride are not implemented")
		}
		return step{kind: stepSlice, list: list}, after, err
	case strings.Contains(inner, ","):
		list, err := parseIndexes(inner, ",", false)
		return step{kind: stepUnion, list: list}, after, err
	default:
		list, err := parseIndexes(inner, ",", false)
		return step{kind: stepIndex, list: list}, after, err
	}
}

func parseIndexes(inner, separator string, open bool) ([]int, error) {
	var list []int
	for i, part := range strings.Split(inner, separator) {
		part = strings.TrimSpace(part)
		if part == "" && open {
			list = append(list, []int{0, openEnd}[min(i, 1)])
			continue
		}
		n, err := strconv.ParseInt(part, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("[%s] is neither an index nor a quoted name", inner)
		}
		list = append(list, int(n))
	}
	return list, nil
}

// parseQuoted reads a name in brackets; a backslash takes the next character as it is.
func parseQuoted(rest string, quote byte) (step, string, error) {
	var name strings.Builder
	for i := 0; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && i+1 < len(rest):
			i++
			name.WriteByte(rest[i])
		case rest[i] == quote:
			after := rest[i+1:]
			if strings.HasPrefix(after, ",") {
				return step{}, "", errors.New("unions of names are not implemented")
			}
			if !strings.HasPrefix(after, "]") {
				return step{}, "", errors.New("a ] is missing")
			}
			return step{kind: stepName, name: name.String()}, after[1:], nil
		default:
			name.WriteByte(rest[i])
		}
	}
	return step{}, "", errors.New("a closing quote is missing")
}

// checkContext refuses names that the context object does not have here (Task.Token, for one).
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (p *path) checkContext() error {
	if !p.context || len(p.steps) == 0 {
		return nil
	}
	known := map[string]string{
		"Execution":    "Id Input StartTime Name RoleArn RedriveCount",
		"StateMachine": "Id Name",
		"State":        "Name EnteredTime RetryCount",
		"Map":          "Item",
	}
	members, ok := known[p.steps[0].name]
	if !ok {
		return fmt.Errorf("path %q: the context object has no %q here", p.text, p.steps[0].name)
	}
	if len(p.steps) > 1 && !contains(strings.Fields(members), p.steps[1].name) {
		return fmt.Errorf("path %q: %s of the context object has no %q here", p.text, p.steps[0].name, p.steps[1].name)
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}

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
