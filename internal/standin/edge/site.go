package edge

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"

	"cloudfront-cd/internal/standin/cloudfront"
)

type hostKey struct {
	pop  int
	host string
}

// known is a host that was found, and the revision that has it. The node may have gone on since, for a request to another host.
type known struct {
	node     *node
	revision int
}

// dist is a distribution. Its draws come from a generator of its own, so that the traffic of one site does not move what
// happens at another.
type dist struct {
	site   cloudfront.Site
	id     string
	arn    string
	random *rand.Rand
	took   *rand.Rand // draws latencies
	// staged: it is a staging distribution, which no update changes.
	staged bool
	nodes  []*node // by POP; nil where nobody has been yet
	plans  map[*cloudfront.Config]*plan
}

// node is a distribution at one POP: the revision that the POP has, as a plan, and the POP's cache of it. Each POP has a
// cache for each distribution, which starts empty: "The cache for the staging distribution is separate" (Developer Guide,
// "Quotas and other considerations for continuous deployment").
type node struct {
	*dist

	pop      *popInfo
	revision int
	plan     *plan
	policy   cloudfront.Policy
	epoch    uint64
	staging  *node // of the policy; nil where there is no such distribution
	cache    cache
	memo     memo
}

// popInfo is a POP and what its answers say about it.
type popInfo struct {
	number int
	name   string
	via    []string
	label  []string
}

func (e *Edge) popAt(number int) *popInfo {
	if e.pops == nil {
		for i, name := range e.account.POPs() {
			h := fnv.New128a()
			_, _ = h.Write([]byte(name))
			e.pops = append(e.pops, popInfo{
				i, name, []string{fmt.Sprintf("1.1 %x.cloudfront.net (CloudFront)", h.Sum(nil))}, []string{name},
			})
		}
	}
	if number < 0 || number >= len(e.pops) {
		return nil
	}
	return &e.pops[number]
}

// find is the distribution that a POP has for a host.
func (e *Edge) find(pop int, host string) *node {
	key := hostKey{pop, host}
	if k, ok := e.hosts[key]; ok {
		// The aliases of a revision are known; those of the next may be others.
		if n := k.node; !n.site.Gone() && n.site.Revision(pop) == k.revision {
			return n
		}
		delete(e.hosts, key)
	}
	site, exact, ok := e.account.SiteAt(pop, host)
	if !ok {
		return nil
	}
	n := e.node(site, pop)
	e.refresh(n)
	if exact {
		e.hosts[key] = known{n, n.revision}
	}
	return n
}

func (e *Edge) node(site cloudfront.Site, pop int) *node {
	d := e.dists[site.ID()]
	if d == nil || d.site != site {
		e.forget()
		name := fnv.New64a()
		_, _ = name.Write([]byte(site.ID()))
		d = &dist{
			site: site, id: site.ID(), arn: site.ARN(), staged: site.Staging(),
			random: rand.New(rand.NewPCG(e.seed, name.Sum64())),
			took:   rand.New(rand.NewPCG(e.seed, ^name.Sum64())),
			nodes:  make([]*node, len(e.account.POPs())),
			plans:  map[*cloudfront.Config]*plan{},
		}
		e.dists[d.id] = d
	}
	if d.nodes[pop] == nil {
		d.nodes[pop] = &node{dist: d, pop: e.popAt(pop), revision: -1}
	}
	return d.nodes[pop]
}

// forget drops what there was of distributions that have been deleted.
func (e *Edge) forget() {
	maps.DeleteFunc(e.dists, func(_ string, d *dist) bool { return d.site.Gone() })
	maps.DeleteFunc(e.hosts, func(_ hostKey, k known) bool { return k.node.site.Gone() })
}

// refresh brings a node up to the revision that its POP has now.
func (e *Edge) refresh(n *node) {
	have := n.site.Revision(n.pop.number)
	if have == n.revision {
		return
	}
	n.revision, n.plan, n.staging = have, nil, nil
	if have < 0 {
		return
	}
	config, policy := n.site.At(have)
	n.plan, n.policy, n.epoch = e.plan(n.dist, config), policy, n.site.Epoch(have)
	if policy.ID == "" {
		return
	}
	if staging, ok := e.account.SiteOf(policy.StagingDomain); ok {
		n.staging = e.node(staging, n.pop.number)
	}
}

// UsePolicies makes configs find their policies there instead of in the account, and forgets what was made of configs.
func (e *Edge) UsePolicies(p Policies) {
	e.policies = p
	for _, d := range e.dists {
		clear(d.plans)
		for _, n := range d.nodes {
			if n != nil {
				n.revision = -1
			}
		}
	}
}
