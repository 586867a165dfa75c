// Package simtime is simulated time: one clock and the queue of what is to happen next.
//
// Everything on the embedded default that would take minutes on AWS (Wait states, points of presence flipping to a new
// config, viewers arriving, metrics becoming visible) is an event in this queue. Events run one at a time on the caller's
// goroutine, in order of their time and, at the same time, in the order in which they were scheduled, so that one seed
// gives one run to the byte. A test lets the clock jump from event to event; the demo sleeps in between.
package simtime

import (
	"container/heap"
	"time"
)

// Clock is a simulated clock with its queue of events. It is not safe for concurrent use: all of a simulation runs on one
// goroutine.
type Clock struct {
	now    time.Time
	events eventHeap
	serial uint64
}

// New returns a clock that stands at start with nothing scheduled.
func New(start time.Time) *Clock { return &Clock{now: start.UTC()} }

// Now is the simulated time, in UTC.
func (c *Clock) Now() time.Time { return c.now }

// At schedules do for time t; a time that has passed means now. The returned function takes the event back (and does
// nothing once it has run).
func (c *Clock) At(t time.Time, do func()) (cancel func()) {
	if t.Before(c.now) {
		t = c.now
	}
	c.serial++
	e := &event{at: t.UTC(), serial: c.serial, do: do}
	heap.Push(&c.events, e)
	return func() { e.do = nil }
}

// After schedules do for d from now.
func (c *Clock) After(d time.Duration, do func()) (cancel func()) { return c.At(c.now.Add(d), do) }

// Next is the time of the next event, and whether there is one.
func (c *Clock) Next() (time.Time, bool) {
	for len(c.events) > 0 && c.events[0].do == nil {
		heap.Pop(&c.events)
	}
	if len(c.events) == 0 {
		return time.Time{}, false
	}
	return c.events[0].at, true
}

// Step moves the clock to the next event and runs it. It returns false when nothing is scheduled.
func (c *Clock) Step() bool {
	at, ok := c.Next()
	if !ok {
		return false
	}
	c.now = at
	e, _ := heap.Pop(&c.events).(*event)
	do := e.do
	e.do = nil
	do()
	return true
}

// RunUntil steps until done reports true or nothing is left to happen; it returns done's last answer.
func (c *Clock) RunUntil(done func() bool) bool {
	for !done() {
		if !c.Step() {
			return done()
		}
	}
	return true
}

// Advance runs every event up to and including now + d and leaves the clock there.
func (c *Clock) Advance(d time.Duration) {
	end := c.now.Add(d)
	for {
		at, ok := c.Next()
		if !ok || at.After(end) {
			c.now = end
			return
		}
		c.Step()
	}
}

type event struct {
	at     time.Time
	serial uint64
	do     func()
}

type eventHeap []*event

func (h eventHeap) Len() int { return len(h) }

func (h eventHeap) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].serial < h[j].serial
}

func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *eventHeap) Push(x any) {
	if e, ok := x.(*event); ok {
		*h = append(*h, e)
	}
}

func (h *eventHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return e
}
