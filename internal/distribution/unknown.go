package distribution

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// UnknownFields lists, by path, the elements of the DistributionConfig in an answer of CloudFront that this version of the
// SDK has no member for. The SDK drops them on reading, so that the whole config written back would silently reset what
// they say. A document without a DistributionConfig has none.
func UnknownFields(document []byte) ([]string, error) {
	decoder := xml.NewDecoder(bytes.NewReader(document))
	var open elements
	var unknown []string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return unknown, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the config's XML: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if open.enter(t.Name.Local) && !slices.Contains(unknown, open.path()) {
				unknown = append(unknown, open.path())
			}
		case xml.EndElement:
			open.leave()
		}
	}
}

// element is an XML element and the SDK's type for it; nil where there is none.
type element struct {
	name string
	is   reflect.Type
}

// elements are those that are open, from DistributionConfig inwards; none outside of it.
type elements []element

// enter opens an element and reports whether it is the outermost one that the SDK does not know.
func (e *elements) enter(name string) (unknown bool) {
	if len(*e) == 0 {
		if name == "DistributionConfig" {
			*e = append(*e, element{name, reflect.TypeFor[types.DistributionConfig]()})
		}
		return false
	}
	parent := (*e)[len(*e)-1].is
	inner := element{name, typeInside(parent, name)}
	*e = append(*e, inner)
	return parent != nil && inner.is == nil
}

func (e *elements) leave() {
	if len(*e) > 0 {
		*e = (*e)[:len(*e)-1]
	}
}

// path leaves out DistributionConfig itself and the Items that CloudFront's XML puts around every list.
func (e *elements) path() string {
	var names []string
	for _, inner := range (*e)[1:] {
		if inner.name != "Items" {
			names = append(names, inner.name)
		}
	}
	return strings.Join(names, ".")
}

// typeInside is the type of an element inside another: a member of a struct has the element's name, an entry of a list may
// have any.
func typeInside(parent reflect.Type, name string) reflect.Type {
	switch {
	case parent == nil:
		return nil
	case parent.Kind() == reflect.Slice:
		return bare(parent.Elem())
	case parent.Kind() == reflect.Struct:
		if field, ok := parent.FieldByName(name); ok && field.IsExported() {
			return bare(field.Type)
		}
	}
	return nil
}

func bare(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
