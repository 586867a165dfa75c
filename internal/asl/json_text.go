package asl

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

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
