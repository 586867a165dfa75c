package serve

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// switches are all that nobody has verified against live AWS, of the control plane and of the edge.
type switches struct {
	control cloudfront.Switches
	edge    edge.Switches
}

// turn is one of them the other way than by default.
type turn struct {
	name  string
	apply func(*switches)
}

func turns() []turn {
	var all []turn
	for _, t := range cloudfront.Turns() {
		all = append(all, turn{parameter(t.Name), func(s *switches) { t.Apply(&s.control) }})
	}
	for _, t := range edge.Turns() {
		all = append(all, turn{parameter(t.Name), func(s *switches) { t.Apply(&s.edge) }})
	}
	return all
}

// parameter is a turn's name as a parameter: "promote-keeps-enabled".
func parameter(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == '\'' || r == '/':
			return -1
		}
		return '-'
	}, strings.ToLower(name))
}

func (a *Account) switches() switches { return switches{a.CloudFront.Switches, a.Edge.Switches} }

func (a *Account) setSwitches(s switches) { a.CloudFront.Switches, a.Edge.Switches = s.control, s.edge }

func untouched() switches { return switches{control: cloudfront.DefaultSwitches()} }

// turned says whether a turn is in force: whether it would change nothing.
func (a *Account) turned(t turn) bool {
	now := a.switches()
	t.apply(&now)
	return now == a.switches()
}

// listSwitches shows what nobody has verified against live AWS, and which way it is here.
func (a *Account) listSwitches(url.Values) (string, error) {
	var b strings.Builder
	say(&b, "What is not verified against live AWS, and can be turned the other way:\n")
	for _, t := range turns() {
		state := "off"
		if a.turned(t) {
			state = "on"
		}
		say(&b, "  %-3s  %s\n", state, t.name)
	}
	return b.String(), nil
}

// turn switches one behaviour on or off. Off means the default again, so the others that are on are put back after it.
func (a *Account) turn(p url.Values) (string, error) {
	on, err := strconv.ParseBool(p.Get("on"))
	if err != nil {
		return "", fmt.Errorf("on=%s: must be true or false", p.Get("on"))
	}
	next := untouched()
	var asked *turn
	for _, t := range turns() {
		switch {
		case t.name == p.Get("name"):
			asked = &t
		case a.turned(t):
			t.apply(&next)
		}
	}
	if asked == nil {
		return "", fmt.Errorf("name=%s: there is no such switch; GET %sswitches lists them", p.Get("name"), controlPath)
	}
	if on {
		asked.apply(&next) // last, because two turns of the same switch exclude each other
	}
	a.setSwitches(next)
	return a.listSwitches(nil)
}

func (a *Account) turnBack(url.Values) (string, error) {
	a.setSwitches(untouched())
	return a.listSwitches(nil)
}
