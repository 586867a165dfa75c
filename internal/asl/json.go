package asl

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// A JSON value is nil, bool, json.Number (exactly as it was written), string, []any or *object. Values are never changed
// once they belong to a document, so documents share their parts.

// document is a JSON text together with its value; either is made from the other only when somebody asks for it, because
// most states pass on what they got.
type document struct {
	text   string // "" until it is needed
	value  any
	parsed bool
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
		d.text = string(appendJSON(make([]byte, 0, 512), d.value))
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
	if o.index != nil {
		c.index = make(map[string]int, len(o.index)+1)
		for i, f := range o.fields {
			c.index[f.name] = i
		}
	}
	c.set(name, value)
	return c
}

// parser reads a text that json.Valid has accepted, which is why it checks nothing. It is here because encoding/json
// forgets the order of fields.
type parser struct {
	text     string
	at       int
	repeated []string // names that occur twice in one object; the last one wins
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) value() any {
	p.space()
	switch p.text[p.at] {
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"':
		return p.string()
	case 't':
		p.at += len("true")
		return true
	case 'f':
		p.at += len("false")
		return false
	case 'n':
		p.at += len("null")
		return nil
	default:
		return p.number()
	}
}

func (p *parser) object() *object {
	o := &object{}
	p.at++
	for p.space(); p.text[p.at] != '}'; p.space() {
		if p.text[p.at] == ',' {
			p.at++
			p.space()
		}
		name := p.string()
		p.space()
		p.at++ // the colon
		value := p.value()
		if o.find(name) >= 0 {
			p.repeated = append(p.repeated, name)
		}
		o.set(name, value)
	}
	p.at++
	return o
}

func (p *parser) array() []any {
	list := []any{}
	p.at++
	for p.space(); p.text[p.at] != ']'; p.space() {
		if p.text[p.at] == ',' {
			p.at++
		}
		list = append(list, p.value())
	}
	p.at++
	return list
}

func (p *parser) string() string {
	from := p.at + 1
	end, plain := from, true
	for ; p.text[end] != '"'; end++ {
		if p.text[end] == '\\' {
			plain = false
			end++
		}
	}
	p.at = end + 1
	raw := p.text[from:end]
	if plain && utf8.ValidString(raw) {
		return raw
	}
	var s string
	if json.Unmarshal([]byte(p.text[from-1:p.at]), &s) != nil {
		return strings.ToValidUTF8(raw, "\uFFFD")
	}
	return s
}

func (p *parser) number() json.Number {
	from := p.at
	for p.at < len(p.text) && strings.IndexByte("+-.0123456789eE", p.text[p.at]) >= 0 {
		p.at++
	}
	return json.Number(p.text[from:p.at])
}

func appendJSON(b []byte, value any) []byte {
	switch v := value.(type) {
	case bool:
		if v {
			return append(b, "true"...)
		}
		return append(b, "false"...)
	case json.Number:
		return append(b, v...)
	case string:
		return appendString(b, v)
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case *object:
		b = append(b, '{')
		for i, f := range v.fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, f.name), ':')
			b = appendJSON(b, f.value)
		}
		return append(b, '}')
	default:
		return append(b, "null"...)
	}
}

// appendString writes only the escapes that JSON demands: encoding/json would turn <, > and & into \u003c and the like,
// which Step Functions does not.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
	}
	return append(append(b, s[from:]...), '"')
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
