package cloudfront

import (
	"slices"
	"strconv"
	"strings"
)

// Node is one XML element: a name with text or with children, in the order in which the client wrote them. Namespaces and
// attributes are not kept, because the CloudFront API puts nothing into them.
//
// A path names a descendant: "Origins/site/OriginPath". Each segment is the name of a child or, below a list, the key of an
// item: the text of its Id, PathPattern, ErrorCode or HeaderName, or the item's own text. A key that contains a slash goes
// into brackets: "CacheBehaviors/[/api/*]/TargetOriginId".
type Node struct {
	Name     string
	Text     string
	Children []*Node
}

// Leaf makes an element with text.
func Leaf(name, text string) *Node { return &Node{Name: name, Text: text} }

// Elem makes an element with children.
func Elem(name string, children ...*Node) *Node { return &Node{Name: name, Children: children} }

// List makes an element as AWS writes lists: a Quantity, and Items when there are any.
func List(name string, items ...*Node) *Node {
	n := Elem(name, Leaf(nameQuantity, strconv.Itoa(len(items))))
	if len(items) > 0 {
		n.Children = append(n.Children, Elem(nameItems, items...))
	}
	return n
}

// Child is the first child of that name, or nil.
func (n *Node) Child(name string) *Node {
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Items are the elements of a list, or none.
func (n *Node) Items() []*Node {
	if items := n.Child(nameItems); items != nil {
		return items.Children
	}
	return nil
}

// At is the descendant at a path, or nil.
func (n *Node) At(path string) *Node {
	for path != "" && n != nil {
		var segment string
		segment, path = cutSegment(path)
		next := n.Child(segment)
		if next == nil {
			next = n.item(segment)
		}
		n = next
	}
	return n
}

// Value is the text at a path; it is empty where nothing is.
func (n *Node) Value(path string) string {
	if found := n.At(path); found != nil {
		return found.Text
	}
	return ""
}

// Set gives the element at a path a text. Elements on the way that are missing are appended, so a path through a list must
// name an item that exists.
func (n *Node) Set(path, text string) {
	for path != "" {
		segment, rest := cutSegment(path)
		next := n.At(bracket(segment))
		if next == nil {
			next = &Node{Name: segment}
			n.Children = append(n.Children, next)
		}
		n, path = next, rest
	}
	n.Text, n.Children = text, nil
}

// Put replaces the first child of the same name, in its place, or appends.
func (n *Node) Put(child *Node) {
	for i, c := range n.Children {
		if c.Name == child.Name {
			n.Children[i] = child
			return
		}
	}
	n.Children = append(n.Children, child)
}

// Remove takes away every child of that name.
func (n *Node) Remove(name string) {
	n.Children = slices.DeleteFunc(n.Children, func(c *Node) bool { return c.Name == name })
}

// AddItem appends an item to a list and counts it.
func (n *Node) AddItem(item *Node) {
	items := n.Child(nameItems)
	if items == nil {
		items = Elem(nameItems)
		n.Children = append(n.Children, items)
	}
	items.Children = append(items.Children, item)
	n.Set(nameQuantity, strconv.Itoa(len(items.Children)))
}

// Clone is a copy that shares nothing with the original.
func (n *Node) Clone() *Node {
	if n == nil {
		return nil
	}
	c := &Node{Name: n.Name, Text: n.Text}
	if n.Children != nil {
		c.Children = make([]*Node, len(n.Children))
		for i, child := range n.Children {
			c.Children[i] = child.Clone()
		}
	}
	return c
}

// item is the element of a list that carries a key.
func (n *Node) item(key string) *Node {
	for _, it := range n.Items() {
		if it.carries(key) {
			return it
		}
	}
	return nil
}

func (n *Node) carries(key string) bool {
	if len(n.Children) == 0 {
		return n.Text == key
	}
	for _, name := range [...]string{nameID, "PathPattern", "ErrorCode", "HeaderName"} {
		if c := n.Child(name); c != nil {
			return c.Text == key
		}
	}
	return false
}

// cutSegment splits a path after its first segment.
func cutSegment(path string) (segment, rest string) {
	if inner, ok := strings.CutPrefix(path, "["); ok {
		if segment, rest, ok = strings.Cut(inner, "]/"); ok {
			return segment, rest
		}
		return strings.TrimSuffix(inner, "]"), ""
	}
	segment, rest, _ = strings.Cut(path, "/")
	return segment, rest
}

// bracket protects a segment that was already cut from being cut again.
func bracket(segment string) string { return "[" + segment + "]" }

// Same reports whether two trees mean the same to CloudFront.
func (n *Node) Same(other *Node) bool { return same(n, other) }

// same reports whether two elements say the same: same text and same children, whatever the order of differently named
// children. An element that is missing equals one that says nothing (no text, "false", or a list of nothing), because AWS
// returns such elements whether they were sent or not.
func same(a, b *Node) bool {
	if says(a) != says(b) {
		return false
	}
	if !says(a) {
		return true
	}
	if a.Text != b.Text {
		return false
	}
	if a.Name == nameItems {
		return slices.EqualFunc(a.Children, b.Children, same)
	}
	return sameChildren(a, b) && sameChildren(b, a)
}

func sameChildren(a, b *Node) bool {
	for _, c := range a.Children {
		if !same(c, b.Child(c.Name)) {
			return false
		}
	}
	return true
}

func says(n *Node) bool {
	if n == nil {
		return false
	}
	if len(n.Children) == 0 {
		return n.Text != "" && n.Text != no && (n.Name != nameQuantity || n.Text != "0")
	}
	return slices.ContainsFunc(n.Children, says)
}
