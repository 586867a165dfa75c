// Package diagram draws a workflow for people: a Markdown page with Mermaid pictures, made from the golden definition and
// from nothing else, so that the picture cannot say what the workflow does not do.
//
// One picture of a whole workflow is unreadable, because every task can fail. So the page has one overview and a picture for
// each part; a box's border says where its failures go, and all failures of one kind share one dotted arrow. Retries are
// left out: they change how long a box takes, not where it leads.
package diagram

import (
	"fmt"
	"slices"
	"strings"

	"cloudfront-cd/statemachine/golden"
)

// part is a piece of a workflow that fits one picture.
type part struct {
	title string
	start string // its first box; the others follow in reading order until another part begins
	about string
}

// Page is docs/<workflow>.md for a definition of the workflow of that name.
func Page(workflow string, definition []byte) ([]byte, error) {
	switch workflow {
	case "release":
		return Release(definition)
	case "recover":
		return Recover(definition)
	case "enroll":
		return Enroll(definition)
	case "maintenance":
		return Maintenance(definition)
	case "retire":
		return Retire(definition)
	case "cleanup":
		return Cleanup(definition)
	}
	return nil, fmt.Errorf("nobody has said how to divide the workflow %q into pictures", workflow)
}

// Release is docs/release.md for a definition of the release workflow.
func Release(definition []byte) ([]byte, error) {
	const keeps = "An error kept in `$.failure` is why the release goes back or is refused; one kept in `$.stranded` makes it end as `Needs Operator`."
	return page(definition, "The release workflow", keeps, []part{
		{"Before anything is touched", "Receive Request", "Any failure here ends as `Rejected`, unless a dead run has left something behind."},
		{"Content", "Check Content", "Of a content release only: the new build is looked at, and each side gets the assets that only the other one has."},
		{"Change staging", "Announce Start", "No viewer gets the staging distribution yet."},
		{"Smoke test", "Route Header", "Where the request asks for it, as every content release does: staging is looked at through a header that no viewer knows."},
		{"Shift traffic and judge", "Shift Traffic", "Once per step of the ramp: shift, prove that viewers arrive, observe, judge."},
		{
			"The one-way door", "Prove Traffic Again",
			"A promotion without an answer is looked for and repeated, never assumed to have failed: " +
				"from `Confirm Promotion` on, no arrow leads to `Stop Traffic`.",
		},
		{"After the door", "Announce Promotion", "The primary has the judged config."},
		{"Caches", "Invalidate", "Of a content release only: the caches forget the pages that were replaced."},
		{"The bake", "Bake", "The primary is watched until the bake is over."},
		{"Back, before the door", "Stop Traffic", "The policy is switched off; the primary was never changed."},
		{"Back, after the door", "Restore Primary", "The primary gets its config from before the release back."},
		{"The ends", "Finish", "`Finish` decides from the facts in the document how the release ended."},
	})
}

// Recover is docs/recover.md for a definition of the recover workflow.
func Recover(definition []byte) ([]byte, error) {
	const keeps = "An error kept in `$.failure` is why there was nothing to do; one kept in `$.stranded` makes it end as `Needs Operator`."
	return page(definition, "The recover workflow", keeps, []part{
		{"Find the dead run", "Receive Request", "The lock is the sign of unfinished work: whoever makes the pair safe gives it back."},
		{"Make the pair safe", "Recover At Once", "Viewers first, then the lock: the policy is switched off at once, and again when no Lambda of the dead run can be writing."},
		{"See what is left", "Examine Pair", "Whether the dead run had promoted; and the hold, where an operator has asked to clear it."},
		{"The ends", "Finish", "Where an operator is needed the lock is kept, and the schedule tries again."},
	})
}

// page is the whole document; keeps explains what the paths mean that failures are kept in.
func page(definition []byte, title, keeps string, parts []part) ([]byte, error) {
	m, err := golden.Parse(definition)
	if err != nil {
		return nil, err
	}
	d := drawing{machine: m, order: m.Order(), parts: parts}
	if err := d.divide(); err != nil {
		return nil, err
	}
	d.sortFailures()
	fmt.Fprintf(&d.out, "# %s\n\n", title)
	d.out.WriteString("Generated from `statemachine/golden` by `make golden`; do not edit.\n\n")
	fmt.Fprintf(&d.out, "%s The whole execution is ended after %d hours.\n\n", m.Comment, m.TimeoutSeconds/3600)
	d.overview()
	d.legend(keeps)
	for i := range parts {
		d.part(i)
	}
	d.failures()
	return []byte(d.out.String()), nil
}

// drawing is a page being written.
type drawing struct {
	machine golden.Machine
	order   []string
	parts   []part
	home    map[string]int // box → index of its part
	kinds   []kind
	out     strings.Builder
}

// divide gives every box to a part: in reading order, each part goes from its first box to the next part's.
func (d *drawing) divide() error {
	d.home = map[string]int{}
	begun := map[int]bool{}
	current := 0
	for i, title := range d.order {
		if p := slices.IndexFunc(d.parts, func(p part) bool { return p.start == title }); p >= 0 {
			current = p
			begun[p] = true
		} else if i == 0 {
			return fmt.Errorf("no part begins with %q", title)
		}
		d.home[title] = current
	}
	for i, p := range d.parts {
		if !begun[i] {
			return fmt.Errorf("the part %q begins with %q, which is not a state", p.title, p.start)
		}
	}
	return nil
}

// boxes are the boxes of a part, in reading order.
func (d *drawing) boxes(i int) []string {
	return slices.DeleteFunc(slices.Clone(d.order), func(title string) bool { return d.home[title] != i })
}

// isEnd tells the final states.
func isEnd(s golden.State) bool { return s.Type == "Succeed" || s.Type == "Fail" }

// id is a title as a Mermaid identifier.
func id(title string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, title)
}
