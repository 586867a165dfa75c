package cloudfront

import (
	"bytes"
	"sort"
	"time"
)

const (
	statusInProgress = "InProgress"
	statusDeployed   = "Deployed"
)

// Config is one version of a distribution's config. It never changes, so it may be kept and compared by pointer.
type Config struct {
	ID         string
	ETag       string
	DomainName string
	ModifiedAt time.Time

	doc *document
}

// Text is the text at a path of the config's tree: cfg.Text("Origins/site/OriginPath").
func (c *Config) Text(path string) string { return c.doc.tree.Value(path) }

// Tree is the DistributionConfig itself, to be read only.
func (c *Config) Tree() *Node { return c.doc.tree }

// XML is the config as the root element DistributionConfig.
func (c *Config) XML() []byte { return rooted(nameConfig, c.doc.xml()) }

// document is a tree and, once somebody asked for it, its rendering. Versions that differ in their ETag alone share one.
type document struct {
	tree     *Node
	rendered []byte
}

func (d *document) xml() []byte {
	if d.rendered == nil {
		var b bytes.Buffer
		d.tree.writeXML(&b)
		d.rendered = b.Bytes()
	}
	return d.rendered
}

// distribution is a distribution's newest state, what readers may still see of older ones, and what each POP has.
type distribution struct {
	serial     uint64
	id         string
	domain     string
	config     *Config
	status     string
	gone       bool
	tags       []tag
	monitoring *Node
	past       history[seen]
	revisions  []revision
	released   int // so many of them have no config any more
	pops       []pop

	invalidations []*invalidation
	invalidated   uint64 // how many there have been
}

// seen is what readers see of a distribution at some time; without a config they see that it does not exist.
type seen struct {
	config  *Config
	status  string
	batches int // invalidations in progress
}

// policy is a continuous deployment policy. It has no deployment of its own.
type policy struct {
	id   string
	now  Policy
	doc  *document
	gone bool
	past history[seenPolicy]
}

type seenPolicy struct {
	policy *Policy
	doc    *document
}

func (d *distribution) policyID() string { return d.config.Text(namePolicyID) }

func (d *distribution) staging() bool { return d.config.Text(nameStaging) == yes }

func (d *distribution) arn() string { return arn("distribution", d.id) }

// publish makes the newest state visible to readers.
func (d *distribution) publish(at time.Time) {
	now := seen{config: d.config, status: d.status}
	if d.gone {
		now = seen{}
	}
	d.past.add(at, now)
}

func (p *policy) publish(at time.Time) {
	if p.gone {
		p.past.add(at, seenPolicy{})
		return
	}
	state := p.now
	p.past.add(at, seenPolicy{policy: &state, doc: p.doc})
}

// history is a value over time.
type history[T any] []moment[T]

type moment[T any] struct {
	at    time.Time
	value T
}

// historyLimit bounds memory where a server runs for days; a read lag reaches back a few writes only.
const historyLimit = 1024

func (h *history[T]) add(at time.Time, value T) {
	if len(*h) == historyLimit {
		first := (*h)[0].at
		*h = append((*h)[:0:0], (*h)[historyLimit/2:]...)
		(*h)[0].at = first // who looks further back sees too new a value, not that there was none
	}
	*h = append(*h, moment[T]{at, value})
}

// asOf is the last value at a time, or the zero value before the first.
func (h history[T]) asOf(at time.Time) T {
	n := len(h)
	if n > 0 && !h[n-1].at.After(at) {
		return h[n-1].value
	}
	i := sort.Search(n, func(i int) bool { return h[i].at.After(at) })
	if i == 0 {
		var none T
		return none
	}
	return h[i-1].value
}

// store makes a tree the newest config of a distribution, under a new ETag, and deploys it.
func (s *Server) store(d *distribution, tree *Node) {
	dropEmptyItems(tree)
	s.stamp(d, &document{tree: tree})
	s.deploy(d)
}

// stamp gives a distribution a new ETag and modification time.
func (s *Server) stamp(d *distribution, doc *document) {
	d.config = &Config{ID: d.id, ETag: s.newID(), DomainName: d.domain, ModifiedAt: s.clock.Now(), doc: doc}
}

// put stores a new state of a policy; readers see it at once, viewers only when the primary has been redeployed.
func (s *Server) put(c author, p *policy, now Policy, tree *Node) {
	before := p.now.ETag
	now.ID, now.ETag, now.ModifiedAt = p.id, s.newID(), s.clock.Now()
	p.now, p.doc = now, &document{tree: tree}
	p.publish(s.clock.Now())
	s.record(c, Write{ID: p.id, ETagBefore: before, ETagAfter: now.ETag, Policy: &now})
}

// redeploy starts the propagation of a policy's new state: it takes effect "when the primary distribution's configuration
// with the updated policy deploys to edge locations" (Developer Guide, "Work with a staging distribution and continuous
// deployment policy").
func (s *Server) redeploy(c author, d *distribution) {
	if s.Switches.PolicyUpdateChangesPrimaryETag {
		before := d.config.ETag
		s.stamp(d, d.config.doc)
		s.record(c, Write{ID: d.id, ETagBefore: before, ETagAfter: d.config.ETag, Config: d.config})
	}
	s.deploy(d)
}
