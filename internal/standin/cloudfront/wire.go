package cloudfront

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

const (
	namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
	// bodyLimit is ours, not AWS's: large enough for a distribution with every quota used up.
	bodyLimit = 1 << 20
	// depthLimit is ours: the deepest element of a DistributionConfig is nine levels down.
	depthLimit = 32
)

// parse reads one XML document whose root element must have a given name. Its errors are the client's fault and carry the
// code MalformedInput, with which CloudFront answers bodies that it cannot read (aws-sdk-ruby#1067, #1954).
func parse(body []byte, root string) (*Node, error) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	p := parser{root: root}
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, malformed("Could not parse XML: %v", err)
		}
		if err := p.take(token); err != nil {
			return nil, err
		}
	}
	if p.top == nil || len(p.open) > 0 {
		return nil, malformed("Could not parse XML: no %s element", root)
	}
	return p.top, nil
}

type parser struct {
	root string
	top  *Node
	open []opened
}

// opened is an element whose end has not been read yet. Its text is gathered in bytes, since comments may cut it into very
// many pieces.
type opened struct {
	node *Node
	text []byte
}

func (p *parser) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return p.start(t)
	case xml.EndElement:
		return p.end()
	case xml.CharData:
		return p.text(t)
	case xml.Directive:
		// A document type declaration; entities are never expanded here.
		return malformed("Could not parse XML: document type declarations are not allowed")
	default:
		return nil
	}
}

func (p *parser) start(t xml.StartElement) error {
	n := &Node{Name: t.Name.Local}
	switch {
	case len(p.open) == depthLimit:
		return malformed("Could not parse XML: nested deeper than %d elements", depthLimit)
	case len(p.open) > 0:
		parent := p.open[len(p.open)-1].node
		parent.Children = append(parent.Children, n)
	case p.top != nil:
		return malformed("Could not parse XML: more than one root element")
	case n.Name != p.root || (t.Name.Space != "" && t.Name.Space != namespace):
		return malformed("Expected the element %s of %s, found %s of %q", p.root, namespace, n.Name, t.Name.Space)
	default:
		p.top = n
	}
	p.open = append(p.open, opened{node: n})
	return nil
}

// end closes an element. White space between the children of an element is layout, anything else there is an error.
func (p *parser) end() error {
	last := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	switch {
	case len(last.node.Children) == 0:
		last.node.Text = string(last.text)
	case len(bytes.TrimSpace(last.text)) > 0:
		return malformed("Unexpected text in the element %s", last.node.Name)
	}
	return nil
}

func (p *parser) text(s []byte) error {
	if len(p.open) > 0 {
		last := &p.open[len(p.open)-1]
		last.text = append(last.text, s...)
		return nil
	}
	if len(bytes.TrimSpace(s)) > 0 {
		return malformed("Could not parse XML: text outside of the root element")
	}
	return nil
}

// writeXML renders an element without a namespace, for use inside another.
func (n *Node) writeXML(b *bytes.Buffer) {
	b.WriteByte('<')
	b.WriteString(n.Name)
	b.WriteByte('>')
	escape(b, n.Text)
	for _, c := range n.Children {
		c.writeXML(b)
	}
	b.WriteString("</")
	b.WriteString(n.Name)
	b.WriteByte('>')
}

func element(b *bytes.Buffer, name, text string) {
	b.WriteByte('<')
	b.WriteString(name)
	b.WriteByte('>')
	escape(b, text)
	b.WriteString("</")
	b.WriteString(name)
	b.WriteByte('>')
}

// openRoot begins a document of our own.
func openRoot(b *bytes.Buffer, name string) {
	b.WriteString(`<?xml version="1.0"?>` + "\n<")
	b.WriteString(name)
	b.WriteString(` xmlns="` + namespace + `">`)
}

func closeRoot(b *bytes.Buffer, name string) {
	b.WriteString("</")
	b.WriteString(name)
	b.WriteByte('>')
}

// rooted turns an element that was rendered for use inside another into a document.
func rooted(name string, inner []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(inner) + len(namespace) + 40)
	openRoot(&b, name)
	b.Write(inner[len(name)+2:])
	return b.Bytes()
}

func escape(b *bytes.Buffer, text string) {
	// A bytes.Buffer never refuses a write.
	_ = xml.EscapeText(b, []byte(text))
}
