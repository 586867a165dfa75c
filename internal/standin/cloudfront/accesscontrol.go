package cloudfront

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

const (
	nameAccessControl       = "OriginAccessControl"
	nameAccessControlConfig = "OriginAccessControlConfig"
	nameOriginType          = "OriginAccessControlOriginType"
)

// accessControl is an origin access control: how CloudFront signs its requests to an origin. It has no deployment of its own
// and is read without lag.
type accessControl struct {
	id, etag string
	tree     *Node
}

func (s *Server) accessControl(id string) *accessControl {
	i := slices.IndexFunc(s.controls, func(a *accessControl) bool { return a.id == id })
	if i < 0 {
		return nil
	}
	return s.controls[i]
}

// OriginAccessControl is the OriginAccessControlConfig of an origin access control, or nil if it is unknown.
func (s *Server) OriginAccessControl(id string) *Node {
	if a := s.accessControl(id); a != nil {
		return a.tree
	}
	return nil
}

// addAccessControl is one that has always existed: that of an origin in a world built in Go. It signs every request for the
// kind of origin that it was found at.
func (s *Server) addAccessControl(id string, origin *Node) {
	kind := "s3"
	for _, other := range [...]string{"lambda", "mediastore", "mediapackagev2"} {
		if strings.Contains(origin.Value("DomainName"), "."+other) {
			kind = other
		}
	}
	s.controls = append(s.controls, &accessControl{id: id, etag: s.drawID(s.others), tree: Elem(nameAccessControlConfig,
		Leaf("Name", id), Leaf("Description", ""), Leaf("SigningProtocol", "sigv4"), Leaf("SigningBehavior", "always"),
		Leaf(nameOriginType, kind))})
}

func (s *Server) createAccessControl(c *call) (reply, error) {
	tree, err := c.document(nameAccessControlConfig)
	if err != nil {
		return reply{}, err
	}
	if err := s.checkAccessControlConfig(tree, nil); err != nil {
		return reply{}, err
	}
	if len(s.controls) >= s.Limits.AccessControls {
		return reply{}, fail(http.StatusBadRequest, "TooManyOriginAccessControls",
			"The number of origin access controls in your account exceeds the maximum allowed.")
	}
	a := &accessControl{id: s.drawID(s.others), etag: s.drawID(s.others), tree: tree}
	s.controls = append(s.controls, a)
	s.record(c.author, Write{ID: a.id, ETagAfter: a.etag})
	out := a.reply(http.StatusCreated)
	out.location = "origin-access-control/" + a.id
	return out, nil
}

// checkAccessControlConfig: the values are API Reference, OriginAccessControlConfig; names are unique in an account
// (OriginAccessControlAlreadyExists). self is nil for a new one.
func (s *Server) checkAccessControlConfig(tree *Node, self *accessControl) error {
	if err := checkShape(tree); err != nil {
		return err
	}
	fill(tree, "Description", "")
	const longest = 64
	name := tree.Value("Name")
	if name == "" || len(name) > longest {
		return invalidArgument("The name must have 1 to %d characters.", longest)
	}
	for _, field := range [...]struct {
		name   string
		values []string
	}{
		{"SigningProtocol", []string{"sigv4"}},
		{"SigningBehavior", []string{"never", "always", "no-override"}},
		{nameOriginType, []string{"s3", "mediastore", "mediapackagev2", "lambda"}},
	} {
		if v := tree.Value(field.name); !slices.Contains(field.values, v) {
			return invalidArgument("%s %q is not valid.", field.name, v)
		}
	}
	for _, a := range s.controls {
		if a != self && a.tree.Value("Name") == name {
			return fail(http.StatusConflict, "OriginAccessControlAlreadyExists", "An origin access control with the same name already exists.")
		}
	}
	return nil
}

func (s *Server) updateAccessControl(c *call) (reply, error) {
	tree, err := c.document(nameAccessControlConfig)
	if err != nil {
		return reply{}, err
	}
	a, err := s.versionedAccessControl(c)
	if err != nil {
		return reply{}, err
	}
	if err := s.checkAccessControlConfig(tree, a); err != nil {
		return reply{}, err
	}
	before := a.etag
	a.tree, a.etag = tree, s.drawID(s.others)
	s.record(c.author, Write{ID: a.id, ETagBefore: before, ETagAfter: a.etag})
	return a.reply(http.StatusOK), nil
}

// versionedAccessControl is the one that a write names, whose If-Match must be its present ETag.
func (s *Server) versionedAccessControl(c *call) (*accessControl, error) {
	a := s.accessControl(c.id())
	if a == nil {
		return nil, noSuchAccessControl()
	}
	return a, ifMatch(c.header, a.etag)
}

// deleteAccessControl: "You cannot delete an origin access control if it's in use. First, update all distributions to remove
// the origin access control from all origins" (API Reference, DeleteOriginAccessControl).
func (s *Server) deleteAccessControl(c *call) (reply, error) {
	a, err := s.versionedAccessControl(c)
	if err != nil {
		return reply{}, err
	}
	for _, d := range s.distributions {
		if !d.gone && slices.ContainsFunc(d.config.Tree().Child(nameOrigins).Items(), func(o *Node) bool {
			return o.Value(nameAccessControlID) == a.id
		}) {
			return reply{}, fail(http.StatusConflict, "OriginAccessControlInUse",
				"Cannot delete the origin access control because it's in use by one or more distributions.")
		}
	}
	s.controls = slices.DeleteFunc(s.controls, func(other *accessControl) bool { return other == a })
	s.record(c.author, Write{ID: a.id, ETagBefore: a.etag})
	return reply{status: http.StatusNoContent}, nil
}

func (s *Server) getAccessControl(c *call) (reply, error) {
	a := s.accessControl(c.id())
	if a == nil {
		return reply{}, noSuchAccessControl()
	}
	return a.reply(http.StatusOK), nil
}

func (s *Server) getAccessControlConfig(c *call) (reply, error) {
	a := s.accessControl(c.id())
	if a == nil {
		return reply{}, noSuchAccessControl()
	}
	var b bytes.Buffer
	a.tree.writeXML(&b)
	return reply{status: http.StatusOK, etag: a.etag, body: rooted(nameAccessControlConfig, b.Bytes())}, nil
}

// listAccessControls: Quantity is "the number of origin access controls returned in the response" (API Reference,
// OriginAccessControlList).
func (s *Server) listAccessControls(c *call) (reply, error) {
	after, limit, err := c.page()
	if err != nil {
		return reply{}, err
	}
	all := slices.SortedFunc(slices.Values(s.controls), func(a, b *accessControl) int { return strings.Compare(a.id, b.id) })
	shown, next := cutPage(all, after, limit, func(a *accessControl) string { return a.id })
	page := listing{
		root: "OriginAccessControlList", item: "OriginAccessControlSummary", after: after, next: next, limit: limit, quantity: len(shown),
	}
	return listReply(page, shown, func(b *bytes.Buffer, a *accessControl) {
		element(b, nameID, a.id)
		for _, field := range a.tree.Children {
			field.writeXML(b)
		}
	}), nil
}

func (a *accessControl) reply(status int) reply {
	var b bytes.Buffer
	openRoot(&b, nameAccessControl)
	element(&b, nameID, a.id)
	a.tree.writeXML(&b)
	closeRoot(&b, nameAccessControl)
	return reply{status: status, etag: a.etag, body: b.Bytes()}
}

func noSuchAccessControl() error {
	return fail(http.StatusNotFound, "NoSuchOriginAccessControl", "The specified origin access control does not exist.")
}
