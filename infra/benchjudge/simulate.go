package main

import (
	"io"
	"math/rand/v2"
	"runtime"
	"sync"

	"cloudfront-cd/internal/judge"
)

// blockReleases is how many releases have one generator.
const blockReleases = 250

// plan is what is to be simulated.
type plan struct {
	// releases of each cell.
	releases int
	seed     uint64
	sites    []site
}

// block is some releases of one site.
type block struct {
	site, number, releases int
}

func (p plan) blocks() []block {
	var all []block
	for s := range p.sites {
		for first := 0; first < p.releases; first += blockReleases {
			all = append(all, block{s, first / blockReleases, min(blockReleases, p.releases-first)})
		}
	}
	return all
}

// simulate runs the plan on all cores.
func simulate(p plan, progress io.Writer) []line {
	asKayenta()
	var (
		blocks  = p.blocks()
		all     = collect(p, len(blocks), progress)
		queue   = make(chan block)
		workers sync.WaitGroup
	)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for b := range queue {
				all.add(b, p.run(b))
			}
		})
	}
	for _, b := range blocks {
		queue <- b
	}
	close(queue)
	workers.Wait()
	return all.lines
}

// collected is what all blocks give together: whole numbers, of which no sum depends on the order.
type collected struct {
	adding   sync.Mutex
	lines    []line
	done, of int
	releases int
	progress io.Writer
}

func collect(p plan, blocks int, progress io.Writer) *collected {
	all := &collected{of: blocks, progress: progress}
	for _, s := range p.sites {
		for _, c := range s.cells() {
			all.lines = append(all.lines, line{cell: c})
		}
	}
	all.releases = p.releases * len(all.lines)
	return all
}

// add adds a block, and says how far it is every few percent.
func (a *collected) add(b block, got []scores) {
	a.adding.Lock()
	defer a.adding.Unlock()
	for i := range got {
		a.lines[b.site*len(got)+i].scores.add(&got[i])
	}
	a.done++
	if step := max(1, a.of/20); a.done%step == 0 || a.done == a.of {
		say(a.progress, "benchjudge: %d %% of %d releases\n", 100*a.done/a.of, a.releases)
	}
}

// run simulates a block; its scores are those of the site's cells.
func (p plan) run(b block) []scores {
	s := p.sites[b.site]
	cells := s.cells()
	got := make([]scores, len(cells))
	r := generator(p.seed, b.site, b.number)
	table := rules()
	perWeight := len(cells) / len(weights())
	var t traffic
	for range b.releases {
		past := judge.PastDispersion(s.past(r))
		for at := 0; at < len(cells); at += perWeight {
			t.draw(r, cells[at], func(effect int) {
				for i := at; i < at+perWeight; i++ {
					watch := watch{cell: cells[i], rules: &table, past: past, effect: effect}
					watch.run(&t, &got[i][effect])
				}
			})
		}
	}
	return got
}

// draw draws the traffic of one release at one weight, and calls for each effect.
func (t *traffic) draw(r *rand.Rand, c cell, each func(effect int)) {
	t.drawPrimary(r, c)
	for effect, points := range effects() {
		t.drawStaging(r, c, points)
		each(effect)
	}
}

// watch is one release seen by all judges.
type watch struct {
	cell   cell
	rules  *[judges]rule
	past   float64
	effect int
}

func (w watch) run(t *traffic, to *[judges]score) {
	var opinions [judges]opinion
	for j, rule := range w.rules {
		rule.start(w.cell, w.past)
		to[j].releases++
	}
	for i, open := 0, judges; i < lookMinutes && open > 0; i++ {
		m := t.minute(w.cell, i)
		for j, rule := range w.rules {
			if !opinions[j].over && opinions[j].hear(rule.look(m), i+1, w.effect, &to[j]) {
				open--
			}
		}
	}
}

// opinion is how far a judge is with a release.
type opinion struct {
	decided, over bool
}

// hear writes a judge's word down and reports whether it need not be asked again. Where both sides are the same it is asked
// on after it said healthy.
func (o *opinion) hear(v judge.Verdict, minute, effect int, to *score) (over bool) {
	if v == judge.Inconclusive {
		return false
	}
	if !o.decided {
		o.decided = true
		to.record(v, minute)
	}
	if v == judge.Unhealthy {
		to.rolledBack++
	}
	o.over = v == judge.Unhealthy || effect != identical
	return o.over
}
