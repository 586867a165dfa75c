package distribution

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// node is one place of the canonical tree: a value, members, or, for a list that has further members as AllowedMethods
// has, both. A place that says nothing has no node.
type node struct {
	value   string
	secret  bool     // the value is compared but never shown
	members []member // by name
	order   []string // names of the elements in order of precedence, where that matters beside their keys
}

// member is a named part of a node. The name is the end of its path: "OriginPath", or "[site]" for a list's element.
type member struct {
	name string
	node *node
}

// isElement tells a list's element from a struct's field.
func (m member) isElement() bool { return m.name[0] == '[' }

// canonical is the tree of what a promotion copies.
func canonical(c *types.DistributionConfig) *node {
	if c == nil {
		c = &types.DistributionConfig{}
	}
	root := structNode(reflect.ValueOf(c).Elem())
	root.members = slices.DeleteFunc(root.members, func(m member) bool { return isKept(m.name) })
	return root
}

// valueNode is the node of a field's value, nil when it says nothing. An empty string says nothing: CloudFront answers
// with an empty element what was never set, and asks for one to unset DefaultRootObject, OriginAccessIdentity and a
// disabled log's Bucket and Prefix (CloudFront API Reference).
func valueNode(v reflect.Value) *node {
	switch v.Kind() {
	case reflect.Pointer:
		return pointerNode(v)
	case reflect.Struct:
		return orNil(structNode(v))
	case reflect.Slice:
		n := &node{}
		n.addItems("", v)
		return orNil(n)
	default:
		return orNil(&node{value: scalar(v)})
	}
}

func pointerNode(v reflect.Value) *node {
	of := v.Type().Elem()
	switch {
	case of.Kind() != reflect.Struct:
		if v.IsNil() {
			return nil
		}
		return valueNode(v.Elem())
	case isList(of):
		if v.IsNil() {
			return orNil(structNode(reflect.Zero(of)))
		}
		return orNil(structNode(v.Elem()))
	case v.IsNil():
		return nil
	default:
		return present(structNode(v.Elem()))
	}
}

// structNode reads a struct's fields. The Quantity of a list only repeats the number of its Items.
func structNode(v reflect.Value) *node {
	t := v.Type()
	list := isList(t)
	n := &node{}
	for i, field := range exported(t) {
		switch {
		case list && field.Name == "Quantity":
		case list && field.Name == "Items":
			n.addItems(t.Name(), v.Field(i))
		default:
			child := valueNode(v.Field(i))
			if child == nil {
				child = orNil(&node{value: documentedDefault(t.Name(), field.Name)})
			}
			if child != nil && isSecret(t.Name(), field.Name) {
				child.secret = true
			}
			n.add(field.Name, child)
		}
	}
	n.sort()
	return n
}

// addItems reads the elements of a list, by what rules.go says of them.
func (n *node) addItems(list string, items reflect.Value) {
	element := items.Type().Elem()
	if element.Kind() != reflect.Struct {
		n.value = joined(items, isSet(list))
		return
	}
	key, ordered := elementKey(element.Name())
	elements := make([]member, items.Len())
	for i := range elements {
		item := items.Index(i)
		name := strconv.Itoa(i)
		if key != "" {
			name = quoted(scalar(reflect.Indirect(item.FieldByName(key))))
		}
		elements[i] = member{"[" + name + "]", present(structNode(item))}
	}
	if key != "" && !ordered {
		slices.SortStableFunc(elements, compareElements)
	}
	number(elements)
	if key != "" && ordered {
		for _, e := range elements {
			n.order = append(n.order, e.name)
		}
	}
	n.members = append(n.members, elements...)
	n.sort()
}

// number makes the names of elements unique. CloudFront refuses a config in which two have the same key; a config that
// was written by hand may have them all the same.
func number(elements []member) {
	seen := make(map[string]int, len(elements))
	for i, e := range elements {
		seen[e.name]++
		if times := seen[e.name]; times > 1 {
			elements[i].name += "#" + strconv.Itoa(times)
		}
	}
}

func compareElements(a, b member) int {
	if byName := cmp.Compare(a.name, b.name); byName != 0 {
		return byName
	}
	return bytes.Compare(a.node.encode(nil), b.node.encode(nil))
}

func (n *node) add(name string, child *node) {
	if child != nil {
		n.members = append(n.members, member{name, child})
	}
}

func (n *node) sort() {
	slices.SortFunc(n.members, func(a, b member) int { return cmp.Compare(a.name, b.name) })
}

// empty is the value of a struct that is there but says nothing.
const empty = "{}"

func present(n *node) *node {
	if orNil(n) == nil {
		return &node{value: empty}
	}
	return n
}

func orNil(n *node) *node {
	if n.value == "" && len(n.members) == 0 {
		return nil
	}
	return n
}

// encode appends an unambiguous form of the tree: every text is preceded by its length, every list by its number.
func (n *node) encode(to []byte) []byte {
	to = encodeText(to, n.value)
	to = binary.AppendUvarint(to, uint64(len(n.members)))
	for _, m := range n.members {
		to = encodeText(to, m.name)
		to = m.node.encode(to)
	}
	to = binary.AppendUvarint(to, uint64(len(n.order)))
	for _, name := range n.order {
		to = encodeText(to, name)
	}
	return to
}

func encodeText(to []byte, text string) []byte {
	to = binary.AppendUvarint(to, uint64(len(text)))
	return append(to, text...)
}

// scalar is a value as the CLI prints it. A kind that the SDK's types do not have today is a panic, so that the test that
// fills every field finds it at the upgrade.
func scalar(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Invalid: // a nil key
		return ""
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	default:
		panic(fmt.Sprintf("distribution: the SDK has a new kind of field, %s", v.Type()))
	}
}

func joined(items reflect.Value, set bool) string {
	texts := make([]string, items.Len())
	for i := range texts {
		texts[i] = quoted(scalar(items.Index(i)))
	}
	if set {
		slices.Sort(texts)
	}
	return strings.Join(texts, ", ")
}

// quoted keeps paths and joined values unambiguous: ids, patterns and names that contain our own punctuation are quoted.
func quoted(s string) string {
	odd := func(r rune) bool { return strings.ContainsRune(`[]{}",`, r) || !strconv.IsPrint(r) }
	if s == "" || strings.ContainsFunc(s, odd) {
		return strconv.Quote(s)
	}
	return s
}
