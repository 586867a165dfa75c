package asl

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// How Choice rules are read.

func (l *loader) choice(f *fields, s *state) {
	rules := f.list("Choices")
	if len(rules) == 0 {
		f.bad("Choices", "must be a list of at least one rule")
	}
	for i, value := range rules {
		r := l.fields(fmt.Sprintf("%s[%d]", f.place("Choices"), i), value)
		next := r.target("Next", s, Arrow{Kind: ArrowChoice, Index: i})
		if next == nil {
			r.bad("Next", "is required")
		}
		s.rules = append(s.rules, rule{l.condition(r), next})
	}
	s.fallback = f.target("Default", s, Arrow{Kind: ArrowDefault})
	l.flow(f, s, flowInput|flowOutput)
}

// condition reads And, Or, Not or a data test.
func (l *loader) condition(f *fields) condition {
	defer f.done()
	f.comment()
	var found condition
	count := 0
	for _, name := range []string{"And", "Or"} {
		if !f.has(name) {
			continue
		}
		count++
		parts := l.conditions(f, name)
		if found = and(parts); name == "Or" {
			found = or(parts)
		}
	}
	if value, ok := f.take("Not"); ok {
		count++
		found = not{l.condition(l.fields(f.place("Not"), value))}
	}
	if !f.has("Variable") && count == 1 {
		return found
	}
	if count > 0 {
		f.bad("", "must have only one of And, Or, Not and Variable")
		return and(nil)
	}
	return l.test(f)
}

func (l *loader) conditions(f *fields, name string) []condition {
	list := f.list(name)
	if len(list) == 0 {
		f.bad(name, "must be a list of at least one condition")
	}
	var parts []condition
	for i, value := range list {
		parts = append(parts, l.condition(l.fields(fmt.Sprintf("%s[%d]", f.place(name), i), value)))
	}
	return parts
}

func (l *loader) test(f *fields) condition {
	c := &test{variable: f.path("Variable")}
	if c.variable == nil && !f.has("Variable") {
		f.bad("Variable", "is required")
	}
	operators := 0
	for _, name := range f.unread() {
		o, byPath, ok := parseOperator(name)
		if !ok {
			continue
		}
		operators++
		c.operator = o
		if byPath {
			c.other = f.path(name)
			continue
		}
		c.constant, _ = f.take(name)
		if !o.takes(c.constant) {
			f.bad(name, "has a constant of the wrong type")
		}
	}
	if operators != 1 {
		f.bad("", "must have exactly one comparison operator")
	}
	return c
}

// parseOperator knows the comparison operators.
func parseOperator(name string) (o operator, byPath, ok bool) {
	switch name {
	case "IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp":
		return operator{family: name}, false, true
	case "StringMatches":
		return operator{family: name, accepts: []relation{same}}, false, true
	}
	name, byPath = strings.CutSuffix(name, "Path")
	for _, family := range []string{"String", "Numeric", "Timestamp", "Boolean"} {
		comparison, found := strings.CutPrefix(name, family)
		accepts := relations(comparison)
		if found && accepts != nil && (family != "Boolean" || comparison == "Equals") {
			return operator{family: family, accepts: accepts}, byPath, true
		}
	}
	return operator{}, false, false
}

func relations(comparison string) []relation {
	switch comparison {
	case "Equals":
		return []relation{same}
	case "LessThan":
		return []relation{less}
	case "GreaterThan":
		return []relation{greater}
	case "LessThanEquals":
		return []relation{less, same}
	case "GreaterThanEquals":
		return []relation{greater, same}
	default:
		return nil
	}
}

func (o operator) takes(constant any) bool {
	switch o.family {
	case "Numeric":
		_, ok := constant.(json.Number)
		return ok
	case "String", "StringMatches":
		_, ok := constant.(string)
		return ok
	case "Timestamp":
		text, ok := constant.(string)
		at, valid := parseTimestamp(text)
		return ok && valid && at != time.Time{}
	default:
		_, ok := constant.(bool)
		return ok
	}
}
