package asl

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

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
	if len(p.steps) > 1 && !slices.Contains(strings.Fields(members), p.steps[1].name) {
		return fmt.Errorf("path %q: %s of the context object has no %q here", p.text, p.steps[0].name, p.steps[1].name)
	}
	return nil
}
