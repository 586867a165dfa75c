package diagram

import (
	"fmt"
	"slices"
	"strings"

	"cloudfront-cd/statemachine/golden"
)

const (
	openFence  = "```mermaid\nflowchart TD\n"
	closeFence = "```\n\n"
)

// overview has one box per part and one per end. Arrows are merged; a dotted one is taken by failures only.
func (d *drawing) overview() {
	d.out.WriteString("## Overview\n\n" + openFence)
	for i, p := range d.parts {
		fmt.Fprintf(&d.out, "  part%d[\"%s\"]\n", i, p.title)
	}
	for _, title := range d.order {
		if isEnd(d.machine.States[title]) {
			d.box(title)
		}
	}
	solid, dotted := d.between()
	for _, arrow := range solid {
		fmt.Fprintf(&d.out, "  "+arrow+"\n", "-->")
	}
	for _, arrow := range dotted {
		fmt.Fprintf(&d.out, "  "+arrow+"\n", "-.->")
	}
	d.styles(d.ends())
	d.out.WriteString(closeFence)
}

// between is the arrows that leave a part, merged, as formats that want the arrow's shape.
func (d *drawing) between() (solid, dotted []string) {
	var failing []string
	for _, title := range d.order {
		for _, a := range d.machine.Arrows(title) {
			from, to := fmt.Sprintf("part%d", d.home[a.From]), fmt.Sprintf("part%d", d.home[a.To])
			if isEnd(d.machine.States[a.To]) {
				to = id(a.To)
			}
			switch {
			case from == to:
			case a.Errors == nil:
				solid = add(solid, from+" %s "+to)
			default:
				failing = add(failing, from+" %s "+to)
			}
		}
	}
	dotted = slices.DeleteFunc(failing, func(arrow string) bool { return slices.Contains(solid, arrow) })
	return solid, dotted
}

func add(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

// legend explains the pictures of the parts.
func (d *drawing) legend(keeps string) {
	d.out.WriteString(`## How to read the pictures

Rectangles are tasks (one Lambda each), hexagons wait, diamonds look at one boolean that a task has computed, rounded boxes
are ends. A slanted box belongs to another part, named in brackets. Solid arrows are the normal way; the text on one is the
boolean that is true there, and an arrow out of a diamond without a text is taken when none is. Dotted arrows are failures,
after the box's retries (which are not shown). An error with a way of its own is named on its arrow. All others of a picture
share one dotted arrow per colour, and a task's border says which colour it has; a task whose border has none has dotted
arrows of its own.

| Border | What a failure does | Kept in |
| --- | --- | --- |
`)
	for _, k := range d.kinds {
		fmt.Fprintf(&d.out, "| %s | goes to %s | %s |\n", k.name, k.to, kept(k.keptIn))
	}
	fmt.Fprintf(&d.out, "| %s | changes nothing: the workflow goes on | nothing |\n\n%s\n\n", ignored().name, keeps)
}

// part is one picture and the table of its boxes.
func (d *drawing) part(i int) {
	p := d.parts[i]
	fmt.Fprintf(&d.out, "## %s\n\n%s\n\n%s", p.title, p.about, openFence)
	boxes := d.boxes(i)
	for _, title := range boxes {
		d.box(title)
	}
	elsewhere := d.arrows(i, boxes)
	for _, title := range elsewhere {
		fmt.Fprintf(&d.out, "  %s[/\"%s<br/>(%s)\"/]\n", id(title), title, d.parts[d.home[title]].title)
	}
	d.styles(boxes)
	d.out.WriteString(closeFence)

	d.out.WriteString("| Box | What it does | Lambda |\n| --- | --- | --- |\n")
	for _, title := range boxes {
		if s := d.machine.States[title]; s.Comment != "" {
			fmt.Fprintf(&d.out, "| %s | %s | %s |\n", title, s.Comment, lambda(s))
		}
	}
	d.out.WriteString("\n")
}

// arrows draws the arrows of a part, and returns the boxes of other parts that they lead to.
func (d *drawing) arrows(i int, boxes []string) []string {
	var elsewhere []string
	draw := func(from, arrow, to string) {
		fmt.Fprintf(&d.out, "  %s %s %s\n", from, arrow, id(to))
		if d.home[to] != i {
			elsewhere = add(elsewhere, to)
		}
	}
	var failing []kind
	for _, title := range boxes {
		for _, a := range d.machine.Arrows(title) {
			switch {
			case slices.Contains(a.Errors, statesAll):
				if k, ok := d.kindOf(title); !ok {
					draw(id(title), d.remaining(title), a.To)
				} else if k != ignored() && !slices.Contains(failing, k) {
					failing = append(failing, k)
				}
			case a.Errors != nil:
				draw(id(title), fmt.Sprintf("-. \"%s\" .->", strings.Join(a.Errors, ", ")), a.To)
			case a.Variable != "":
				draw(id(title), fmt.Sprintf("-- \"%s\" -->", lastKey(a.Variable)), a.To)
			default:
				draw(id(title), "-->", a.To)
			}
		}
	}
	for _, k := range failing {
		from := "any" + k.name
		fmt.Fprintf(&d.out, "  %s>\"any %s box fails\"]\n", from, k.name)
		draw(from, "-.->", k.to)
	}
	return elsewhere
}

// remaining is the arrow of a box whose unnamed failures have one for themselves.
func (d *drawing) remaining(title string) string {
	if len(d.machine.States[title].Catch) > 1 {
		return "-. \"any other failure\" .->"
	}
	return "-. \"any failure\" .->"
}

// box is one node.
func (d *drawing) box(title string) {
	s := d.machine.States[title]
	shape := `["%s"]`
	text := title
	switch s.Type {
	case "Choice":
		shape = `{"%s"}`
	case "Wait":
		shape = `{{"%s"}}`
		text = fmt.Sprintf("%s<br/>%d s", title, s.Seconds)
	case "Succeed", "Fail":
		shape = `(["%s"])`
	}
	fmt.Fprintf(&d.out, "  "+id(title)+shape+"\n", text)
}

// styles gives the boxes the borders of their kinds.
func (d *drawing) styles(boxes []string) {
	for _, title := range boxes {
		k, ok := d.kindOf(title)
		switch s := d.machine.States[title]; {
		case ok:
		case s.Type == "Succeed":
			k.style = "stroke:#1a7f37,stroke-width:3px"
		case s.Type == "Fail":
			k.style = "stroke:#d1242f,stroke-width:3px"
		default:
			continue
		}
		fmt.Fprintf(&d.out, "  style %s %s\n", id(title), k.style)
	}
}

// ends are the final states.
func (d *drawing) ends() []string {
	return slices.DeleteFunc(slices.Clone(d.order), func(title string) bool { return !isEnd(d.machine.States[title]) })
}

// lastKey is "passed" for "$.preflight.passed".
func lastKey(path string) string { return path[strings.LastIndex(path, ".")+1:] }

// lambda is the folder of a task.
func lambda(s golden.State) string {
	folder := strings.Trim(s.Resource, "${}")
	if folder == "" {
		return ""
	}
	return fmt.Sprintf("[`%s`](../lambdas/%s)", folder, folder)
}
