// Package watch shows a running release as an operator wants to see it: one line per state with its simulated time and
// what it found, propagations as they advance, viewers and error rates against the plan, every verdict with its reasons.
package watch

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// Printer writes the lines. On a terminal a propagation is one line that is drawn again with every point of presence; a
// file or a pipe gets one line per look.
type Printer struct {
	Out      io.Writer
	Terminal bool
	// Progress is how many of how many points of presence have the newest config of a distribution.
	Progress func(distribution string) (have, all int)
	// Name, when set, is put before every line: for scenarios with more than one execution.
	Name func(*asl.Execution) string

	plans    map[string]*release.Plan
	entered  map[string]time.Time
	waiting  map[string]waiting
	verdicts map[string]string
	drawn    bool
}

// waiting is a propagation under way.
type waiting struct {
	distribution string
	title        string
	since        time.Time
	have         int
}

// Event is for asl.Engine.OnEvent.
func (p *Printer) Event(x *asl.Execution, e asl.Event) {
	p.init()
	switch {
	case e.StateEntered != nil:
		p.entered[x.ARN()] = e.Timestamp
		p.enter(x, e)
	case e.LambdaFunctionSucceeded != nil:
		p.succeeded(x, e.Timestamp, []byte(e.LambdaFunctionSucceeded.Output))
	case e.LambdaFunctionFailed != nil:
		p.failed(x, e.Timestamp, *e.LambdaFunctionFailed)
	case e.LambdaFunctionTimedOut != nil:
		p.failed(x, e.Timestamp, *e.LambdaFunctionTimedOut)
	}
}

func (p *Printer) init() {
	if p.plans == nil {
		p.plans = map[string]*release.Plan{}
		p.entered = map[string]time.Time{}
		p.waiting = map[string]waiting{}
		p.verdicts = map[string]string{}
	}
}

// enter shows waits for a propagation; every other state is shown when it is left, with what it found.
func (p *Printer) enter(x *asl.Execution, e asl.Event) {
	title := e.StateEntered.Name
	if e.Type != "WaitStateEntered" || title == "Wait For Viewers" || title == "Bake" {
		return
	}
	distribution := distributionOf(title, []byte(e.StateEntered.Input))
	w, going := p.waiting[x.ARN()]
	if !going || w.title != title {
		w = waiting{distribution: distribution, title: title, since: e.Timestamp, have: -1}
	}
	p.waiting[x.ARN()] = w
	p.progress(x, e.Timestamp)
}

// Flip is for the CloudFront stand-in's hook: a terminal sees every point of presence.
func (p *Printer) Flip(x *asl.Execution, now time.Time, distribution string) {
	p.init()
	if w, ok := p.waiting[x.ARN()]; p.Terminal && ok && w.distribution == distribution {
		p.progress(x, now)
	}
}

func (p *Printer) progress(x *asl.Execution, now time.Time) {
	w := p.waiting[x.ARN()]
	have, all := p.Progress(w.distribution)
	if w.distribution == "" || all == 0 || have == w.have {
		return
	}
	w.have = have
	p.waiting[x.ARN()] = w
	const width = 20
	full := have * width / all
	bar := strings.Repeat("█", full) + strings.Repeat("░", width-full)
	p.draw(x, w.since, w.title, fmt.Sprintf("%s %d of %d points of presence after %s", bar, have, all, short(now.Sub(w.since))))
}

// draw is line, drawn over on a terminal.
func (p *Printer) draw(x *asl.Execution, at time.Time, title, text string) {
	if !p.Terminal {
		p.line(x, at, title, text)
		return
	}
	if p.drawn {
		fmt.Fprint(p.Out, "\r\x1b[K")
	}
	fmt.Fprint(p.Out, p.format(x, at, title, text))
	p.drawn = true
}

func (p *Printer) line(x *asl.Execution, at time.Time, title, text string) {
	if p.drawn {
		fmt.Fprintln(p.Out)
		p.drawn = false
	}
	fmt.Fprintln(p.Out, p.format(x, at, title, text))
}

// More is a further line below the last one.
func (p *Printer) More(text string) {
	fmt.Fprintln(p.Out, strings.Repeat(" ", textColumn)+text)
}

const (
	titleWidth = 26
	textColumn = 8 + 2 + titleWidth + 1
)

func (p *Printer) format(x *asl.Execution, at time.Time, title, text string) string {
	name := ""
	if p.Name != nil {
		name = p.Name(x)
	}
	pad := titleWidth - utf8.RuneCountInString(title)
	return at.Format(time.TimeOnly) + "  " + title + strings.Repeat(" ", max(pad, 1)) + name + text
}

func (p *Printer) failed(x *asl.Execution, at time.Time, d asl.ErrorDetails) {
	failure := release.Failure{Error: d.Error, Cause: d.Cause}
	p.line(x, at, x.State(), fmt.Sprintf("✗ %s: %s", d.Error, failure.Message()))
}

func distributionOf(title string, input []byte) string {
	var doc release.Document
	if json.Unmarshal(input, &doc) != nil {
		return ""
	}
	switch {
	case title == "Wait For Staging" && doc.Staging != nil:
		return doc.Staging.Distribution
	case title == "Wait For Answer" || title == "Wait For Others" || doc.Plan == nil:
		return ""
	}
	return doc.Plan.Primary
}

func short(d time.Duration) string { return release.Duration(d.Round(time.Second)).String() }
