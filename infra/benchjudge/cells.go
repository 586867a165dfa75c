package main

import (
	"fmt"
	"strings"
)

const (
	// lookMinutes is how long staging has traffic, and pastMinutes what is known of the primary before, as in a release.
	lookMinutes = 60
	pastMinutes = 180
	// tolerance is that of the 5xx gate of a release that says nothing else, in percentage points.
	tolerance = 0.5
)

// site is a kind of traffic.
type site struct {
	// bursty errors are negative binomial with a variance of burstiness × mean, else they are Poisson.
	bursty bool
	// base is the error rate of both sides before any regression, in percent.
	base float64
	// perSecond is how many requests all viewers make.
	perSecond int
}

// cell is a line of the table: a site, and how a release of it is seen.
type cell struct {
	site
	// weight is staging's share of the requests, in percent.
	weight int
	// withStaging is whether the primary's counts include staging's: AWS does not document it.
	withStaging bool
}

// sites are all kinds of traffic.
func sites() []site {
	var all []site
	for _, bursty := range []bool{false, true} {
		for _, base := range []float64{0.1, 0.5, 2} {
			for _, perSecond := range []int{5, 50, 500} {
				all = append(all, site{bursty, base, perSecond})
			}
		}
	}
	return all
}

// weights are those of a ramp's steps.
func weights() []int { return []int{5, 15} }

// cells are the lines of one site.
func (s site) cells() []cell {
	var all []cell
	for _, weight := range weights() {
		for _, withStaging := range []bool{false, true} {
			all = append(all, cell{s, weight, withStaging})
		}
	}
	return all
}

// The effects: how many percentage points more errors staging has. The first has none: both sides are the same.
func effects() []float64 { return []float64{0, 0.5, 1, 5} }

// Places of the effects.
const (
	identical = iota
	halfPoint
	onePoint
	fivePoints
)

// requests of all viewers in a minute.
func (s site) requests() int64 { return 60 * int64(s.perSecond) }

// requests of staging in a minute: all of these sites and weights give whole numbers.
func (c cell) stagingRequests() int64 { return c.requests() * int64(c.weight) / 100 }

func (s site) String() string {
	noise := "Poisson"
	if s.bursty {
		noise = "bursty"
	}
	return fmt.Sprintf("%s, %g %%", noise, s.base)
}

// short names the cell within its site's noise and rate.
func (c cell) short() string {
	counts := "own"
	if c.withStaging {
		counts = "all"
	}
	return fmt.Sprintf("%3d/s %2d %% %s", c.perSecond, c.weight, counts)
}

func (c cell) String() string {
	return fmt.Sprintf("%s errors, %s", c.site, strings.Join(strings.Fields(c.short()), " "))
}
