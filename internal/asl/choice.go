package asl

import (
	"encoding/json"
	"slices"
	"strings"
)

// Choice: the first rule that holds decides where to go.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html

type rule struct {
	condition condition
	next      *target
}

// condition is And, Or, Not or a data test.
type condition interface {
	holds(s *scope) (bool, *fault)
}

func (t *thread) runChoice(v *visit) {
	input, err := t.selected(v)
	if err != nil {
		t.fault(v, err)
		return
	}
	s := t.scope(v, input.tree())
	for _, r := range v.state.rules {
		ok, err := r.condition.holds(s)
		if err != nil {
			t.fault(v, err)
			return
		}
		if ok {
			t.leave(v, input, r.next)
			return
		}
	}
	if v.state.fallback == nil {
		t.fault(v, &fault{StatesNoChoiceMatched, "No Choice Rule matched and there is no Default."})
		return
	}
	t.leave(v, input, v.state.fallback)
}

type and []condition

func (c and) holds(s *scope) (bool, *fault) {
	for _, part := range c {
		if ok, err := part.holds(s); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

type or []condition

func (c or) holds(s *scope) (bool, *fault) {
	for _, part := range c {
		if ok, err := part.holds(s); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

type not struct{ part condition }

func (c not) holds(s *scope) (bool, *fault) {
	ok, err := c.part.holds(s)
	return !ok && err == nil, err
}

// test compares a variable with a constant or with another variable.
type test struct {
	variable *path
	other    *path // of an operator that ends in Path
	constant any
	operator operator
}

// operator is a family of comparisons, and which relations it accepts.
type operator struct {
	family  string
	accepts []relation
}

func (c *test) holds(s *scope) (bool, *fault) {
	value, m := s.find(c.variable)
	if c.operator.family == "IsPresent" {
		return (m == nil && !empty(value, c.variable)) == c.constant, nil
	}
	if m != nil {
		return false, choicePath(c.variable)
	}
	other := c.constant
	if c.other != nil {
		if other, m = s.find(c.other); m != nil {
			return false, choicePath(c.other)
		}
	}
	return c.operator.holds(value, other), nil
}

// empty says that a path that may name several places has named none.
func empty(value any, p *path) bool {
	list, ok := value.([]any)
	return ok && len(list) == 0 && !p.definite()
}

// choicePath: Variable must exist unless IsPresent asks for it.
func choicePath(p *path) *fault {
	return runtimeFault("Invalid path '" + p.text + "': The choice state's condition path references an invalid value.")
}

// holds compares. Values of other types than the operator's never match: "the interpreter … does not match" says the
// specification, and so it was recorded (localstack snapshots choice_operators).
func (o operator) holds(value, other any) bool {
	if is, ok := strings.CutPrefix(o.family, "Is"); ok {
		return isOf(is, value) == other
	}
	got := unordered
	switch o.family {
	case "Numeric":
		a, ok1 := value.(json.Number)
		b, ok2 := other.(json.Number)
		if ok1 && ok2 {
			got = order(a, b)
		}
	case "Boolean":
		a, ok1 := value.(bool)
		b, ok2 := other.(bool)
		if ok1 && ok2 && a == b {
			got = same
		}
	default:
		a, ok1 := value.(string)
		b, ok2 := other.(string)
		if ok1 && ok2 {
			got = o.compareText(a, b)
		}
	}
	return slices.Contains(o.accepts, got)
}

func (o operator) compareText(a, b string) relation {
	switch o.family {
	case "String":
		return relation(strings.Compare(a, b) + 1)
	case "Timestamp":
		x, ok1 := parseTimestamp(a)
		y, ok2 := parseTimestamp(b)
		if !ok1 || !ok2 {
			return unordered
		}
		return relation(x.Compare(y) + 1)
	default:
		if wildcard(a, b) {
			return same
		}
		return unordered
	}
}

func isOf(kind string, value any) bool {
	switch kind {
	case "Null":
		return value == nil
	case "Boolean":
		_, ok := value.(bool)
		return ok
	case "Numeric":
		_, ok := value.(json.Number)
		return ok
	case "String":
		_, ok := value.(string)
		return ok
	default:
		text, ok := value.(string)
		_, valid := parseTimestamp(text)
		return ok && valid
	}
}

// wildcard matches a pattern in which * stands for any characters; \* is a star and \\ a backslash.
// https://states-language.net/spec.html#choice-state
func wildcard(text, pattern string) bool {
	star, retry := -1, 0
	i, j := 0, 0
	for i < len(text) {
		literal := j
		if j+1 < len(pattern) && pattern[j] == '\\' {
			literal = j + 1
		}
		switch {
		case j < len(pattern) && pattern[j] == '*':
			star, retry = j, i
			j++
		case literal < len(pattern) && pattern[literal] == text[i]:
			i++
			j = literal + 1
		case star >= 0:
			retry++
			i, j = retry, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[j:], "*") == ""
}
