package distribution

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// ParseCLI reads what `aws cloudfront get-distribution-config` prints, or a DistributionConfig alone, in which case the
// ETag is empty. The CLI's member names are those of the SDK (botocore's service model and the SDK agree in all of them);
// case does not matter. A member that the SDK does not know, or that is given twice, is an error that names it: a config
// that lost a setting on the way in would be judged for what it is not.
func ParseCLI(data []byte) (config *types.DistributionConfig, etag string, err error) {
	if !utf8.Valid(data) {
		return nil, "", errors.New("read distribution config: not UTF-8 text")
	}
	var printed struct {
		ETag               string
		DistributionConfig *types.DistributionConfig
	}
	data = bytes.TrimSpace(data)
	top, err := members(data)
	if err != nil {
		return nil, "", fmt.Errorf("read distribution config: %w", err)
	}
	switch {
	case has(top, "Distribution"):
		return nil, "", errors.New("read distribution config: this is what get-distribution prints; use get-distribution-config")
	case has(top, "DistributionConfig"):
		err = decode(data, "", &printed)
	default:
		printed.DistributionConfig = &types.DistributionConfig{}
		err = decode(data, "DistributionConfig", printed.DistributionConfig)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read distribution config: %w", err)
	}
	c := printed.DistributionConfig
	if c == nil || c.Origins == nil || c.DefaultCacheBehavior == nil {
		return nil, "", errors.New("read distribution config: it has no Origins or no DefaultCacheBehavior")
	}
	return c, printed.ETag, nil
}

// MarshalCLI prints a config as the CLI does: absent members are left out, empty ones are not. With an ETag it is what
// get-distribution-config prints (members in alphabetical order); without, it is the DistributionConfig alone, as
// update-distribution takes it.
func MarshalCLI(c *types.DistributionConfig, etag string) ([]byte, error) {
	if c == nil {
		return nil, errors.New("print distribution config: there is none")
	}
	value := printable(reflect.ValueOf(c))
	if etag != "" {
		value = map[string]any{"ETag": etag, "DistributionConfig": value}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("print distribution config: %w", err)
	}
	return out.Bytes(), nil
}

// printable is the value without its absent members; nil when it is absent itself.
func printable(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		return printable(v.Elem()) // of nil, the invalid value
	case reflect.Invalid:
		return nil
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		items := make([]any, v.Len())
		for i := range items {
			items[i] = printable(v.Index(i))
		}
		return items
	case reflect.Struct:
		object := make(map[string]any)
		for i, field := range exported(v.Type()) {
			if value := printable(v.Field(i)); value != nil && !absentEnum(v.Field(i)) {
				object[field.Name] = value
			}
		}
		return object
	default:
		return v.Interface()
	}
}

// absentEnum reports whether v is an enumeration that is not set: the SDK has these by value, without a pointer.
func absentEnum(v reflect.Value) bool { return v.Kind() == reflect.String && v.Len() == 0 }

// decode reads JSON into target, strictly.
func decode(data []byte, path string, target any) error {
	if err := check(data, path, reflect.TypeOf(target).Elem()); err != nil {
		return err
	}
	return json.Unmarshal(data, target)
}

// check refuses members that the type does not have, and members given twice. What else may be wrong is for Unmarshal.
func check(data json.RawMessage, path string, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case data[0] == '{' && t.Kind() == reflect.Struct:
		return checkObject(data, path, t)
	case data[0] == '[' && t.Kind() == reflect.Slice:
		var items []json.RawMessage
		if err := json.Unmarshal(data, &items); err != nil {
			return err
		}
		for i, item := range items {
			if err := check(item, fmt.Sprintf("%s[%d]", path, i), t.Elem()); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkObject(data json.RawMessage, path string, t reflect.Type) error {
	given, err := members(data)
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(given))
	for _, m := range given {
		at := strings.TrimPrefix(path+"."+m.name, ".")
		field, known := t.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, m.name) })
		if !known || !field.IsExported() {
			return fmt.Errorf("unknown field %s", at)
		}
		if seen[field.Name] {
			return fmt.Errorf("field %s is given twice", at)
		}
		seen[field.Name] = true
		if err := check(m.value, at, field.Type); err != nil {
			return err
		}
	}
	return nil
}

type jsonMember struct {
	name  string
	value json.RawMessage
}

// members lists the members of a JSON object as they are written, duplicates included.
func members(data []byte) ([]jsonMember, error) {
	if !json.Valid(data) {
		var ignored any
		return nil, json.Unmarshal(data, &ignored)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var all []jsonMember
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		m := jsonMember{name: fmt.Sprint(name)}
		if err := decoder.Decode(&m.value); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

func has(all []jsonMember, name string) bool {
	for _, m := range all {
		if strings.EqualFold(m.name, name) {
			return true
		}
	}
	return false
}
