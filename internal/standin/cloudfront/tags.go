package cloudfront

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

// tag is a key with a value.
type tag struct{ key, value string }

// readTags reads a Tags element. Limits: 50 tags of a key of 1 to 128 and a value of up to 256 characters; the prefix aws:
// is reserved (API Reference, Tag; Developer Guide, "Tag a distribution").
func readTags(n *Node) ([]tag, error) {
	var tags []tag
	for _, it := range n.Items() {
		t := tag{it.Value("Key"), it.Value("Value")}
		if t.key == "" || len(t.key) > 128 || len(t.value) > 256 || strings.HasPrefix(t.key, "aws:") {
			return nil, invalidTagging("The tag %q is not valid.", t.key)
		}
		if slices.ContainsFunc(tags, func(o tag) bool { return o.key == t.key }) {
			return nil, invalidTagging("The tag key %q is given twice.", t.key)
		}
		tags = append(tags, t)
	}
	return tags, checkTagCount(tags)
}

func checkTagCount(tags []tag) error {
	const most = 50
	if len(tags) > most {
		return invalidTagging("A resource can have %d tags.", most)
	}
	return nil
}

func invalidTagging(format string, args ...any) error {
	return fail(http.StatusBadRequest, "InvalidTagging", format, args...)
}

// tagged is the distribution whose ARN the query names; nothing else here has tags.
func (s *Server) tagged(c *call) (*distribution, error) {
	arn := c.query.Get("Resource")
	_, id, ok := strings.Cut(arn, ":distribution/")
	if d := s.distribution(id); ok && d != nil && d.arn() == arn {
		return d, nil
	}
	return nil, fail(http.StatusNotFound, "NoSuchResource", "The resource %q was not found.", arn)
}

// untaggable reports whether an ARN is that of something that exists and has no tags: clients that ask for the tags of
// everything they read get none, rather than an error. That AWS does the same is assumed.
func (s *Server) untaggable(resource string) bool {
	for _, a := range s.controls {
		if resource == arn("origin-access-control", a.id) {
			return true
		}
	}
	for _, p := range s.policies {
		if !p.gone && resource == arn("continuous-deployment-policy", p.id) {
			return true
		}
	}
	for _, k := range policyKinds() {
		if id, ok := strings.CutPrefix(resource, arn(k.path, "")); ok && s.managed[k.name][id] != nil {
			return true
		}
	}
	return false
}

func (s *Server) listTags(c *call) (reply, error) {
	var tags []tag
	if d, err := s.tagged(c); err == nil {
		tags = d.tags
	} else if !s.untaggable(c.query.Get("Resource")) {
		return reply{}, err
	}
	var b bytes.Buffer
	openRoot(&b, nameTags)
	b.WriteString("<Items>")
	for _, t := range tags {
		b.WriteString("<Tag>")
		element(&b, "Key", t.key)
		element(&b, "Value", t.value)
		b.WriteString("</Tag>")
	}
	b.WriteString("</Items>")
	closeRoot(&b, nameTags)
	return reply{status: http.StatusOK, body: b.Bytes()}, nil
}

func (s *Server) tagResource(c *call) (reply, error) {
	d, err := s.tagged(c)
	if err != nil {
		return reply{}, err
	}
	tree, err := c.document(nameTags)
	if err != nil {
		return reply{}, err
	}
	added, err := readTags(tree)
	if err != nil {
		return reply{}, err
	}
	tags := slices.Clone(d.tags)
	for _, t := range added {
		if i := slices.IndexFunc(tags, func(o tag) bool { return o.key == t.key }); i >= 0 {
			tags[i] = t
			continue
		}
		tags = append(tags, t)
	}
	if err := checkTagCount(tags); err != nil {
		return reply{}, err
	}
	d.tags = tags
	s.record(c.author, Write{ID: d.id, ETagBefore: d.config.ETag, ETagAfter: d.config.ETag})
	return reply{status: http.StatusNoContent}, nil
}

func (s *Server) untagResource(c *call) (reply, error) {
	d, err := s.tagged(c)
	if err != nil {
		return reply{}, err
	}
	tree, err := c.document("TagKeys")
	if err != nil {
		return reply{}, err
	}
	d.tags = slices.DeleteFunc(slices.Clone(d.tags), func(t tag) bool {
		return slices.ContainsFunc(tree.Items(), func(key *Node) bool { return key.Text == t.key })
	})
	s.record(c.author, Write{ID: d.id, ETagBefore: d.config.ETag, ETagAfter: d.config.ETag})
	return reply{status: http.StatusNoContent}, nil
}
