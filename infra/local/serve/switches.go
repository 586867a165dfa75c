package serve

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"cloudfront-cd/internal/standin/cloudfront"
)

// switchName is a turn's name as a parameter: "promote-keeps-enabled".
func switchName(turn cloudfront.Turn) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == '\'' || r == '/':
			return -1
		}
		return '-'
	}, strings.ToLower(turn.Name))
	return name
}

// turned says whether a turn is in force: whether it would change nothing.
func (a *Account) turned(turn cloudfront.Turn) bool {
	switches := a.CloudFront.Switches
	turn.Apply(&switches)
	return switches == a.CloudFront.Switches
}

// listSwitches shows what nobody has verified against live AWS, and which way it is here.
func (a *Account) listSwitches(url.Values) (string, error) {
	var b strings.Builder
	say(&b, "What is not verified against live AWS, and can be turned the other way:\n")
	for _, turn := range cloudfront.Turns() {
		state := "off"
		if a.turned(turn) {
			state = "on"
		}
		say(&b, "  %-3s  %s\n", state, switchName(turn))
	}
	return b.String(), nil
}

// turn switches one behaviour on or off. Off means the default again, so the others that are on are put back after it.
func (a *Account) turn(p url.Values) (string, error) {
	on, err := strconv.ParseBool(p.Get("on"))
	if err != nil {
		return "", fmt.Errorf("on=%s: must be true or false", p.Get("on"))
	}
	next, found := cloudfront.DefaultSwitches(), false
	for _, turn := range cloudfront.Turns() {
		switch {
		case switchName(turn) == p.Get("name"):
			found = true
		case a.turned(turn):
			turn.Apply(&next)
		}
	}
	if !found {
		return "", fmt.Errorf("name=%s: there is no such switch; GET %sswitches lists them", p.Get("name"), controlPath)
	}
	if on {
		for _, turn := range cloudfront.Turns() {
			if switchName(turn) == p.Get("name") {
				turn.Apply(&next) // last, because two turns of the same switch exclude each other
			}
		}
	}
	a.CloudFront.Switches = next
	return a.listSwitches(nil)
}

func (a *Account) turnBack(url.Values) (string, error) {
	a.CloudFront.Switches = cloudfront.DefaultSwitches()
	return a.listSwitches(nil)
}
