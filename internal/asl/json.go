package asl

import (
	"encoding/json"
	"errors"
)

// A JSON value is nil, bool, json.Number (exactly as it was written), string, []any or *object. Values are never changed
// once they belong to a document, so documents share their parts.

// document is a JSON text together with its value; either is made from the other only when somebody asks for it, because
// most states pass on what they got.
type document struct {
	text   string // "" until it is needed
	value  any
	parsed bool
	size   int // a guess at the length of the text
}

func parseDocument(text []byte) (*document, error) {
	if !json.Valid(text) {
		return nil, errors.New("not valid JSON")
	}
	return &document{text: string(text)}, nil
}

func newDocument(value any) *document { return &document{value: value, parsed: true} }

func (d *document) tree() any {
	if !d.parsed {
		d.value, d.parsed = (&parser{text: d.text}).value(), true
	}
	return d.value
}

func (d *document) String() string {
	if d.text == "" {
		d.text = string(appendJSON(make([]byte, 0, d.size+256), d.value))
	}
	return d.text
}

// object is a JSON object that keeps its fields in the order they were written in, as Step Functions does
// (insertion order is what its histories show).
type object struct {
	fields []field
	index  map[string]int // only for objects too large to search
}

type field struct {
	name  string
	value any
}

const searchable = 16

func (o *object) find(name string) int {
	if o.index != nil {
		if i, ok := o.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range o.fields {
		if o.fields[i].name == name {
			return i
		}
	}
	return -1
}

func (o *object) get(name string) (any, bool) {
	if i := o.find(name); i >= 0 {
		return o.fields[i].value, true
	}
	return nil, false
}

// set adds or replaces a field of an object that is still being built.
func (o *object) set(name string, value any) {
	if i := o.find(name); i >= 0 {
		o.fields[i].value = value
		return
	}
	o.fields = append(o.fields, field{name, value})
	switch {
	case o.index != nil:
		o.index[name] = len(o.fields) - 1
	case len(o.fields) > searchable:
		o.index = make(map[string]int, 2*searchable)
		for i, f := range o.fields {
			o.index[f.name] = i
		}
	}
}

// with returns a copy that differs in one field.
func (o *object) with(name string, value any) *object {
	c := &object{fields: make([]field, len(o.fields), len(o.fields)+1)}
	copy(c.fields, o.fields)
	if i := o.find(name); i >= 0 {
		c.fields[i].value, c.index = value, o.index
		return c
	}
	if o.index != nil {
		c.index = make(map[string]int, len(o.index)+1)
		for i, f := range o.fields {
			c.index[f.name] = i
		}
	}
	c.set(name, value)
	return c
}

// equal compares two JSON values: objects without regard to order, numbers by value.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && (a == b || order(a, b) == same)
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case *object:
		b, ok := b.(*object)
		return ok && equalObjects(a, b)
	default:
		return a == b
	}
}

func equalObjects(a, b *object) bool {
	if len(a.fields) != len(b.fields) {
		return false
	}
	for _, f := range a.fields {
		v, ok := b.get(f.name)
		if !ok || !equal(f.value, v) {
			return false
		}
	}
	return true
}

// relation is how one value is ordered to another.
type relation int

const (
	less relation = iota
	same
	greater
	unordered // of different types, or not comparable
)

// order compares numbers as IEEE 754 doubles, which is all that the States Language promises of them.
func order(a, b json.Number) relation {
	x, errX := a.Float64()
	y, errY := b.Float64()
	switch {
	case errX != nil || errY != nil:
		return unordered
	case x < y:
		return less
	case x > y:
		return greater
	default:
		return same
	}
}
