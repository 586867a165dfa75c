package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Format lays a definition out for review: states in the order of Machine.Order, the fields of each in the order in which
// AWS's documentation writes them, and on one line whatever fits there.
func Format(definition []byte) ([]byte, error) {
	m, err := Parse(definition)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(definition))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("read the state machine: %w", err)
	}
	var p printer
	p.states = m.Order()
	if len(p.states) != len(m.States) {
		return nil, fmt.Errorf("only %d of the %d states can be reached", len(p.states), len(m.States))
	}
	p.write(value, "")
	return append(p.out.Bytes(), '\n'), nil
}

// printer writes JSON. States are few and have unique titles, so that one order of keys serves every level.
type printer struct {
	states []string
	out    bytes.Buffer
}

const width = 150

func (p *printer) write(value any, indent string) {
	if line := p.line(value); len(indent)+len(line) <= width {
		p.out.WriteString(line)
		return
	}
	inner := indent + "  "
	switch v := value.(type) {
	case map[string]any:
		p.out.WriteString("{\n")
		for i, key := range p.keys(v) {
			p.separate(i, inner)
			p.out.WriteString(scalar(key) + ": ")
			p.write(v[key], inner)
		}
		p.out.WriteString("\n" + indent + "}")
	case []any:
		if text, ok := fill(v, inner); ok {
			p.out.WriteString("[\n" + text + "\n" + indent + "]")
			return
		}
		p.out.WriteString("[\n")
		for i, element := range v {
			p.separate(i, inner)
			p.write(element, inner)
		}
		p.out.WriteString("\n" + indent + "]")
	default:
		p.out.WriteString(scalar(v))
	}
}

// fill packs a list of texts into lines.
func fill(list []any, indent string) (string, bool) {
	var text, line string
	for i, element := range list {
		if _, ok := element.(string); !ok {
			return "", false
		}
		word := scalar(element)
		if i < len(list)-1 {
			word += ","
		}
		switch {
		case line == "":
			line = indent + word
		case len(line)+1+len(word) <= width:
			line += " " + word
		default:
			text += line + "\n"
			line = indent + word
		}
	}
	return text + line, true
}

func (p *printer) separate(i int, indent string) {
	if i > 0 {
		p.out.WriteString(",\n")
	}
	p.out.WriteString(indent)
}

// line is the value on one line.
func (p *printer) line(value any) string {
	var parts []string
	switch v := value.(type) {
	case map[string]any:
		for _, key := range p.keys(v) {
			parts = append(parts, scalar(key)+": "+p.line(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		for _, element := range v {
			parts = append(parts, p.line(element))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		return scalar(v)
	}
}

func (p *printer) keys(object map[string]any) []string {
	known := append([]string{
		"Type", "Comment", "Resource", "Seconds", "Parameters", "Variable", "BooleanEquals", "ErrorEquals", "IntervalSeconds",
		"BackoffRate", "MaxDelaySeconds", "MaxAttempts", "JitterStrategy", "ResultPath", "QueryLanguage", "TimeoutSeconds",
		"StartAt", "States", "Choices", "Retry", "Catch", "Error", "CausePath", "Next", "Default",
	}, p.states...)
	rank := func(key string) int {
		if i := slices.Index(known, key); i >= 0 {
			return i
		}
		return len(known)
	}
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return keys
}

// scalar is a text, number, boolean or null, with < and > left readable.
func scalar(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("golden: %v is not JSON: %v", value, err))
	}
	return strings.TrimSuffix(out.String(), "\n")
}
