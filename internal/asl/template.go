package asl

import (
	"errors"
	"fmt"
	"strings"
)

// expression is what a field ending in ".$" holds: a path or a call of an intrinsic function.
type expression struct {
	path *path
	call *call
}

func parseExpression(text string) (*expression, error) {
	if strings.HasPrefix(text, "$") {
		p, err := parsePath(text)
		return &expression{path: p}, err
	}
	c, err := parseIntrinsic(text)
	return &expression{call: c}, err
}

func (e *expression) eval(s *scope, field string) (any, *fault) {
	if e.call != nil {
		return e.call.eval(s, field)
	}
	value, m := s.find(e.path)
	if m != nil {
		return nil, s.notFound(e.path, field)
	}
	return value, nil
}

// paths lists the paths in an expression.
func (e *expression) paths() []*path {
	if e.path != nil {
		return []*path{e.path}
	}
	var list []*path
	for _, a := range e.call.args {
		if a.expression != nil {
			list = append(list, a.expression.paths()...)
		}
	}
	return list
}

// template is a payload template: JSON in which some fields are computed.
// https://states-language.net/spec.html#payload-template
type template struct {
	literal any
	fields  []templateField // of an object with computed parts
	items   []*template     // of an array with computed parts
	expr    *expression
	field   string // name of the computed field, with its ".$"
}

type templateField struct {
	name string
	node *template
}

func parseTemplate(value any) (*template, error) {
	switch v := value.(type) {
	case *object:
		return parseObjectTemplate(v)
	case []any:
		t := &template{literal: v}
		computed := false
		for i, item := range v {
			node, err := parseTemplate(item)
			if err != nil {
				return nil, fmt.Errorf("[%d]%w", i, err)
			}
			computed = computed || node.computed()
			t.items = append(t.items, node)
		}
		if !computed {
			t.items = nil
		}
		return t, nil
	default:
		return &template{literal: v}, nil
	}
}

func parseObjectTemplate(o *object) (*template, error) {
	t := &template{literal: o}
	computed := false
	names := map[string]bool{}
	for _, f := range o.fields {
		name, node, err := parseTemplateField(f)
		if err != nil {
			return nil, err
		}
		if names[name] {
			return nil, fmt.Errorf(".%s: is given twice, with and without .$", name)
		}
		names[name] = true
		computed = computed || node.computed()
		t.fields = append(t.fields, templateField{name, node})
	}
	if !computed {
		t.fields = nil
	}
	return t, nil
}

func parseTemplateField(f field) (string, *template, error) {
	name, dynamic := strings.CutSuffix(f.name, ".$")
	if !dynamic {
		node, err := parseTemplate(f.value)
		if err != nil {
			err = fmt.Errorf(".%s%w", f.name, err)
		}
		return f.name, node, err
	}
	text, ok := f.value.(string)
	if !ok {
		return "", nil, fmt.Errorf(".%s: must be a string with a path or an intrinsic function", f.name)
	}
	if name == "" {
		return "", nil, errors.New(".$: has no name")
	}
	expr, err := parseExpression(text)
	if err != nil {
		return "", nil, fmt.Errorf(".%s: %w", f.name, err)
	}
	return name, &template{expr: expr, field: f.name}, nil
}

func (t *template) computed() bool { return t.expr != nil || t.fields != nil || t.items != nil }

func (t *template) eval(s *scope) (any, *fault) {
	switch {
	case t.expr != nil:
		return t.expr.eval(s, t.field)
	case t.fields != nil:
		o := &object{fields: make([]field, 0, len(t.fields))}
		for _, f := range t.fields {
			value, err := f.node.eval(s)
			if err != nil {
				return nil, err
			}
			o.set(f.name, value)
		}
		return o, nil
	case t.items != nil:
		list := make([]any, len(t.items))
		for i, item := range t.items {
			value, err := item.eval(s)
			if err != nil {
				return nil, err
			}
			list[i] = value
		}
		return list, nil
	default:
		return t.literal, nil
	}
}

// paths lists the paths in a template.
func (t *template) paths() []*path {
	var list []*path
	if t.expr != nil {
		list = t.expr.paths()
	}
	for _, f := range t.fields {
		list = append(list, f.node.paths()...)
	}
	for _, item := range t.items {
		list = append(list, item.paths()...)
	}
	return list
}
