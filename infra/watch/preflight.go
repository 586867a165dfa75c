package watch

import (
	"fmt"
	"strings"
	"time"

	"cloudfront-cd/internal/release"
)

// preflight shows every finding: in full when the release is refused, as people then have work to do; else as facts.
func (r *run) preflight(at time.Time, f release.Preflight) {
	switch {
	case f.Wait:
		r.once(at, "waits until others are done: "+strings.Join(facts(f.Findings, release.InProgress), "; "), Doubt)
		return
	case f.Passed:
		r.line(at, "passed"+tally(f.Findings), Plain)
	default:
		r.line(at, "refuses the release"+tally(f.Findings), Bad)
	}
	for _, finding := range f.Findings {
		r.finding(finding, !f.Passed)
	}
}

func (r *run) finding(f release.Finding, full bool) {
	name, style := f.Level+" "+f.Name, Plain
	if f.Acknowledged {
		name += " (acknowledged)"
	}
	if f.Blocks() {
		style = Bad
	}
	if !full {
		r.more(0, name+": "+f.Fact, style)
		return
	}
	r.more(0, name, style)
	r.more(2, f.Fact, Plain)
	for _, part := range []struct{ label, text string }{{"why", f.Why}, {"do", f.Do}} {
		if part.text != "" {
			column := r.column() + 2
			r.Screen.Print(strings.Repeat(" ", column)+part.label, column+len("why  "), part.text, Plain)
		}
	}
}

// tally counts the findings.
func tally(findings []release.Finding) string {
	var blocking, accepted, notes int
	for _, f := range findings {
		switch {
		case f.Blocks():
			blocking++
		case f.Acknowledged:
			accepted++
		default:
			notes++
		}
	}
	var parts []string
	if blocking > 0 {
		parts = append(parts, fmt.Sprintf("%d blocking", blocking))
	}
	if accepted > 0 {
		parts = append(parts, fmt.Sprintf("%d acknowledged", accepted))
	}
	if notes > 0 {
		parts = append(parts, Plural(notes, "note"))
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

func facts(findings []release.Finding, only string) []string {
	var out []string
	for _, f := range findings {
		if f.Name == only {
			out = append(out, f.Fact)
		}
	}
	return out
}
