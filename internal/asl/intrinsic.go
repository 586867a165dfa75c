package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// call is a call of an intrinsic function.
// https://states-language.net/spec.html#intrinsic-functions
type call struct {
	name     string
	args     []argument
	function *function
}

// argument is a literal, or a path or call to evaluate.
type argument struct {
	literal    any
	template   string // a string literal as it was written, for States.Format
	expression *expression
}

// maxCalls is how many intrinsic functions one field may nest.
// https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
const maxCalls = 10

func parseIntrinsic(text string) (*call, error) {
	p := &intrinsicParser{rest: text}
	c, err := p.call()
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = fmt.Errorf("%q after the last )", p.rest)
	}
	if err == nil && p.calls > maxCalls {
		err = fmt.Errorf("%d intrinsic functions in one field, %d are allowed", p.calls, maxCalls)
	}
	if err != nil {
		return nil, fmt.Errorf("must be a path or an intrinsic function: %w", err)
	}
	return c, nil
}

type intrinsicParser struct {
	rest  string
	calls int
}

func (p *intrinsicParser) call() (*call, error) {
	name, rest, found := strings.Cut(p.rest, "(")
	if !found || strings.ContainsAny(name, " ',)") {
		return nil, fmt.Errorf("%q is neither", p.rest)
	}
	if p.calls++; p.calls > 10*maxCalls {
		return nil, errors.New("too many calls")
	}
	c := &call{name: name, function: intrinsic(name)}
	if c.function == nil {
		return nil, fmt.Errorf("%s is not an intrinsic function", name)
	}
	p.rest = strings.TrimLeft(rest, " ")
	for !strings.HasPrefix(p.rest, ")") {
		if len(c.args) > 0 {
			if !strings.HasPrefix(p.rest, ",") {
				return nil, fmt.Errorf("%s: a comma or ) is missing before %q", name, p.rest)
			}
			p.rest = strings.TrimLeft(p.rest[1:], " ")
		}
		arg, err := p.argument(name == "States.Format" && len(c.args) == 0)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, arg)
		p.rest = strings.TrimLeft(p.rest, " ")
	}
	p.rest = p.rest[1:]
	if n := len(c.args); n < c.function.min || n > c.function.max {
		return nil, fmt.Errorf("%s: wrong number of arguments (%d)", name, n)
	}
	return c, nil
}

func (p *intrinsicParser) argument(isFormat bool) (argument, error) {
	switch {
	case p.rest == "":
		return argument{}, errors.New("a ) is missing")
	case p.rest[0] == '\'':
		return p.stringLiteral(isFormat)
	case p.rest[0] == '$':
		return p.pathArgument()
	case strings.HasPrefix(p.rest, "States."):
		c, err := p.call()
		return argument{expression: &expression{call: c}}, err
	}
	end := strings.IndexAny(p.rest, ",) ")
	if end < 0 {
		return argument{}, errors.New("a ) is missing")
	}
	word := p.rest[:end]
	if !json.Valid([]byte(word)) || strings.HasPrefix(word, `"`) || strings.ContainsAny(word, "{[") {
		return argument{}, fmt.Errorf("%q is not an argument: '…', a number, true, false, null, a path or a call", word)
	}
	p.rest = p.rest[end:]
	return argument{literal: (&parser{text: word}).value()}, nil
}

// pathArgument ends at the first comma or ) outside brackets and quotes. Names with other characters than letters, digits
// and _ need brackets in intrinsic functions, says the documentation.
func (p *intrinsicParser) pathArgument() (argument, error) {
	end := 0
	var quote byte
	for bracket := false; end < len(p.rest); end++ {
		c := p.rest[end]
		switch {
		case quote != 0 && c == '\\':
			end++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case bracket && (c == '\'' || c == '"'):
			quote = c
		case c == '[' || c == ']':
			bracket = c == '['
		case c == '-' && !bracket:
			return argument{}, fmt.Errorf("path in %q: a name with - needs ['…'] inside an intrinsic function", p.rest)
		}
		if quote == 0 && !bracket && strings.IndexByte(",) ", c) >= 0 {
			break
		}
	}
	end = min(end, len(p.rest))
	found, err := parsePath(p.rest[:end])
	p.rest = p.rest[end:]
	return argument{expression: &expression{path: found}}, err
}

// stringLiteral reads '…'. The characters ' { } \ are reserved and need a backslash; in the template of States.Format the
// pair {} stands for the next argument.
func (p *intrinsicParser) stringLiteral(isFormat bool) (argument, error) {
	var text strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '\'':
			a := argument{literal: text.String(), template: p.rest[1:i]}
			p.rest = p.rest[i+1:]
			return a, nil
		case c == '\\':
			i++
			if i == len(p.rest) || strings.IndexByte(`'{}\`, p.rest[i]) < 0 {
				return argument{}, fmt.Errorf("open backslash in %q", p.rest)
			}
			text.WriteByte(p.rest[i])
		case isFormat && strings.HasPrefix(p.rest[i:], "{}"):
			i++
			text.WriteString("{}")
		case c == '{' || c == '}':
			return argument{}, fmt.Errorf(`%c in %q needs a backslash`, c, p.rest)
		default:
			text.WriteByte(c)
		}
	}
	return argument{}, errors.New("a closing ' is missing")
}

func (c *call) eval(s *scope, field string) (any, *fault) {
	values := make([]any, len(c.args))
	for i, a := range c.args {
		switch {
		case a.expression != nil:
			v, err := a.expression.eval(s, field)
			if err != nil {
				return nil, err
			}
			values[i] = v
		case i == 0 && a.template != "" && c.name == "States.Format":
			values[i] = a.template
		default:
			values[i] = a.literal
		}
	}
	result, err := c.function.apply(s, values)
	if err != nil {
		return nil, &fault{StatesIntrinsicFailure, c.name + " in the field '" + field + "': " + err.Error()}
	}
	return result, nil
}
