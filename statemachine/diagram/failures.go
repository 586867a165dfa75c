package diagram

import (
	"fmt"
	"slices"
	"strings"

	"cloudfront-cd/statemachine/golden"
)

const statesAll = "States.ALL"

// kind is the boxes whose unnamed failures take the same way.
type kind struct {
	name   string // how the page calls it
	style  string // of the border
	to     string
	keptIn string
}

// ignored is the kind of boxes whose failure changes nothing.
func ignored() kind { return kind{name: "dashed", style: "stroke-dasharray:5 4"} }

// looks are the borders of the other kinds. They show on a light and on a dark page.
func looks() []kind {
	return []kind{
		{name: "grey", style: "stroke:#8c959f,stroke-width:3px"},
		{name: "red", style: "stroke:#d1242f,stroke-width:3px"},
		{name: "orange", style: "stroke:#e36209,stroke-width:3px"},
		{name: "violet", style: "stroke:#8250df,stroke-width:3px"},
		{name: "pink", style: "stroke:#bf3989,stroke-width:3px,stroke-dasharray:8 3"},
		{name: "blue", style: "stroke:#0969da,stroke-width:3px"},
		{name: "green", style: "stroke:#1a7f37,stroke-width:3px"},
	}
}

// sortFailures collects the kinds in reading order. More kinds than looks share the last one's, still with their own arrow.
func (d *drawing) sortFailures() {
	for _, title := range d.order {
		a, ok := d.unnamed(title)
		if !ok || d.goesOn(a) || slices.ContainsFunc(d.kinds, func(k kind) bool { return k.to == a.To && k.keptIn == a.KeptIn }) {
			continue
		}
		k := looks()[min(len(d.kinds), len(looks())-1)]
		k.to, k.keptIn = a.To, a.KeptIn
		d.kinds = append(d.kinds, k)
	}
}

// unnamed is the arrow of the failures that have no arrow by name.
func (d *drawing) unnamed(title string) (golden.Arrow, bool) {
	for _, a := range d.machine.Arrows(title) {
		if slices.Contains(a.Errors, statesAll) {
			return a, true
		}
	}
	return golden.Arrow{}, false
}

// goesOn tells the failures that lead where success leads.
func (d *drawing) goesOn(a golden.Arrow) bool { return d.machine.States[a.From].Next == a.To }

// kindOf is the kind of a box, if it has one.
func (d *drawing) kindOf(title string) (kind, bool) {
	a, ok := d.unnamed(title)
	if !ok {
		return kind{}, false
	}
	if d.goesOn(a) {
		return ignored(), a.KeptIn == ""
	}
	for _, k := range d.kinds {
		if k.to == a.To && k.keptIn == a.KeptIn {
			return k, true
		}
	}
	return kind{}, false
}

// failures is the table of every arrow that a failure takes.
func (d *drawing) failures() {
	d.out.WriteString("## Every failure and where it goes\n\n")
	d.out.WriteString("The first row that matches counts, after the box's retries. `States.ALL` is every error that has no row of its own.\n\n")
	d.out.WriteString("| Box | Error | Goes to | Kept in |\n| --- | --- | --- | --- |\n")
	for _, title := range d.order {
		for _, a := range d.machine.Arrows(title) {
			if a.Errors != nil {
				fmt.Fprintf(&d.out, "| %s | `%s` | %s | %s |\n", title, strings.Join(a.Errors, "`, `"), a.To, kept(a.KeptIn))
			}
		}
	}
}

func kept(path string) string {
	if path == "" {
		return "nothing"
	}
	return "`" + path + "`"
}
