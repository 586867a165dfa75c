package simtime_test

import (
	"slices"
	"testing"
	"time"

	"cloudfront-cd/internal/simtime"
)

func start() time.Time { return time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC) }

func TestEventsRunInOrderOfTimeAndThenOfScheduling(t *testing.T) {
	c := simtime.New(start())
	var got []string
	note := func(name string) func() {
		return func() { got = append(got, name+" "+c.Now().Format("04:05")) }
	}
	c.After(2*time.Minute, note("c"))
	c.After(time.Minute, note("a"))
	c.After(time.Minute, note("b"))
	c.At(start().Add(-time.Hour), note("at once"))
	for c.Step() {
	}
	if want := []string{"at once 00:00", "a 01:00", "b 01:00", "c 02:00"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAnEventMaySchedule(t *testing.T) {
	c := simtime.New(start())
	n := 0
	var again func()
	again = func() {
		if n++; n < 3 {
			c.After(time.Second, again)
		}
	}
	c.After(0, again)
	if !c.RunUntil(func() bool { return n == 3 }) {
		t.Errorf("got %d runs", n)
	}
	if got := c.Now().Sub(start()); got != 2*time.Second {
		t.Errorf("got %s", got)
	}
}

func TestACancelledEventNeitherRunsNorMovesTheClock(t *testing.T) {
	c := simtime.New(start())
	ran := false
	cancel := c.After(time.Hour, func() { ran = true })
	cancel()
	if at, ok := c.Next(); ok {
		t.Errorf("there still is an event at %s", at)
	}
	if c.Step() || ran || !c.Now().Equal(start()) {
		t.Errorf("ran %t, now %s", ran, c.Now())
	}
	done := c.After(time.Second, func() {})
	c.Step()
	done() // after the event: nothing to take back
}

func TestRunUntilSaysWhenNothingIsLeft(t *testing.T) {
	c := simtime.New(start())
	c.After(time.Second, func() {})
	if c.RunUntil(func() bool { return false }) {
		t.Error("reported success although nothing came true")
	}
}

func TestAdvanceStopsAtItsEnd(t *testing.T) {
	c := simtime.New(start())
	var got []time.Duration
	for _, d := range []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute} {
		c.After(d, func() { got = append(got, c.Now().Sub(start())) })
	}
	c.Advance(2 * time.Minute)
	if want := []time.Duration{time.Minute, 2 * time.Minute}; !slices.Equal(got, want) || !c.Now().Equal(start().Add(2*time.Minute)) {
		t.Errorf("got %v at %s", got, c.Now())
	}
}
