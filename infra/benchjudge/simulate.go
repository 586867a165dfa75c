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

// simulate runs the plan on all cores. What the blocks give is added up, and no sum depends on the order of whole numbers.
func simulate(p plan, progress io.Writer) []line {
	asKayenta()
	var lines []line
	for _, s := range p.sites {
		for _, c := range s.cells() {
			lines = append(lines, line{cell: c})
		}
	}
	var (
		blocks  = p.blocks()
		queue   = make(chan block)
		added   sync.Mutex
		workers sync.WaitGroup
		done    int
	)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for b := range queue {
				got := p.run(b)
				added.Lock()
				for i := range got {
					lines[b.site*len(got)+i].scores.add(&got[i])
				}
				done++
				if step := max(1, len(blocks)/20); done%step == 0 {
					say(progress, "benchjudge: %d %% of %d releases\n", 100*done/len(blocks), p.releases*len(lines))
				}
				added.Unlock()
			}
		})
	}
	for _, b := range blocks {
		queue <- b
	}
	close(queue)
	workers.Wait()
	return lines
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
	var over, decided [judges]bool
	for j, rule := range w.rules {
		rule.start(w.cell, w.past)
		to[j].releases++
	}
	for i := 0; i < lookMinutes && over != everyJudge(); i++ {
		m := t.minute(w.cell, i)
		for j, rule := range w.rules {
			if over[j] {
				continue
			}
			verdict := rule.look(m)
			if verdict != judge.Inconclusive && !decided[j] {
				decided[j] = true
				to[j].record(verdict, i+1)
			}
			if verdict == judge.Unhealthy {
				to[j].rolledBack++
			}
			// Where both sides are the same, a judge is asked on after it said healthy.
			over[j] = verdict == judge.Unhealthy || decided[j] && w.effect != identical
		}
	}
}

func everyJudge() (all [judges]bool) {
	for j := range all {
		all[j] = true
	}
	return all
}
