package cloudfront

import (
	"bytes"
	"net/http"
	"slices"
	"time"
)

// createInvalidation: "If you make a second invalidation request with the same value for CallerReference, and if the rest of
// the request is the same, CloudFront doesn't create a new invalidation request" (API Reference, InvalidationBatch). With other
// paths that page announces InvalidationBatchAlreadyExists, a code that the operation does not declare; clients see
// InvalidArgument (s3-deploy-website#26).
func (s *Server) createInvalidation(c *call) (reply, error) {
	tree, err := c.document("InvalidationBatch")
	if err != nil {
		return reply{}, err
	}
	d := s.distribution(c.id())
	if d == nil {
		return reply{}, noSuchDistribution()
	}
	v, err := s.readInvalidation(tree)
	if err != nil {
		return reply{}, err
	}
	for _, earlier := range d.invalidations {
		if earlier.reference != v.reference {
			continue
		}
		if !slices.Equal(earlier.paths, v.paths) {
			return reply{}, invalidArgument("Your request contains a caller reference that was used for a previous invalidation " +
				"batch for the same distribution.")
		}
		return earlier.created201(d, s.clock.Now()), nil
	}
	if err := s.checkInvalidation(d, v); err != nil {
		return reply{}, err
	}
	v.id = "I" + s.drawID(s.others)[1:]
	s.invalidate(d, v)
	s.record(c.author, Write{ID: d.id, ETagBefore: d.config.ETag, ETagAfter: d.config.ETag})
	return v.created201(d, s.clock.Now()), nil
}

func (v *invalidation) created201(d *distribution, now time.Time) reply {
	out := v.reply(http.StatusCreated, v.status(now))
	out.location = "distribution/" + d.id + "/invalidation/" + v.id
	return out
}

func (v *invalidation) write(b *bytes.Buffer, status string) {
	element(b, nameID, v.id)
	element(b, "Status", status)
	element(b, "CreateTime", timestamp(v.created))
}

func (v *invalidation) reply(code int, status string) reply {
	const root = "Invalidation"
	var b bytes.Buffer
	openRoot(&b, root)
	v.write(&b, status)
	v.tree.writeXML(&b)
	closeRoot(&b, root)
	return reply{status: code, body: b.Bytes()}
}

func (s *Server) getInvalidation(c *call) (reply, error) {
	d := s.distribution(c.id())
	if d == nil {
		return reply{}, noSuchDistribution()
	}
	for _, v := range d.invalidations {
		if status := v.status(s.asOf()); v.id == c.ids[1] && status != "" {
			return v.reply(http.StatusOK, status), nil
		}
	}
	return reply{}, fail(http.StatusNotFound, "NoSuchInvalidation", "The specified invalidation does not exist.")
}

// listInvalidations: "results are returned in decreasing order from most recent to oldest"; the marker is "the ID of the last
// invalidation batch on that page" (API Reference, ListInvalidations). That a marker which is none of the ids is an
// InvalidArgument is assumed.
func (s *Server) listInvalidations(c *call) (reply, error) {
	after, limit, err := c.page()
	if err != nil {
		return reply{}, err
	}
	d := s.distribution(c.id())
	if d == nil {
		return reply{}, noSuchDistribution()
	}
	var all []*invalidation
	for _, v := range slices.Backward(d.invalidations) {
		if v.status(s.asOf()) != "" {
			all = append(all, v)
		}
	}
	shown := all
	if after != "" {
		i := slices.IndexFunc(all, func(v *invalidation) bool { return v.id == after })
		if i < 0 {
			return reply{}, invalidArgument("The marker %q is not an invalidation.", after)
		}
		shown = all[i+1:]
	}
	next := ""
	if len(shown) > limit {
		shown = shown[:limit]
		next = shown[limit-1].id
	}
	page := listing{root: "InvalidationList", item: "InvalidationSummary", after: after, next: next, limit: limit, quantity: len(all)}
	return listReply(page, shown, func(b *bytes.Buffer, v *invalidation) { v.write(b, v.status(s.asOf())) }), nil
}
