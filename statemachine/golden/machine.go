package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Machine is a workflow's definition, for reading only. It has the fields that our definitions use and no others.
type Machine struct {
	Comment        string
	QueryLanguage  string
	TimeoutSeconds int
	StartAt        string
	States         map[string]State
}

// State is one box.
type State struct {
	Type           string
	Comment        string
	Resource       string
	TimeoutSeconds int
	Seconds        int
	Parameters     map[string]any
	// ResultPath is the JSON text: a quoted path, null for a result that is thrown away, empty where there is none.
	ResultPath json.RawMessage
	Error      string
	CausePath  string
	Choices    []Choice
	Retry      []Retrier
	Catch      []Catcher
	Next       string
	Default    string
	// Of a Map: its iterations' own machine. Parse puts the states of that into Machine.States as well.
	ItemsPath      string
	ItemSelector   map[string]any
	MaxConcurrency int
	ItemProcessor  *Iteration
	// End is true where an iteration ends.
	End bool
	// Within is the Map that the state is inside of.
	Within string `json:"-"`
}

// Iteration is what a Map does with each item.
type Iteration struct {
	ProcessorConfig struct{ Mode string }
	StartAt         string
	States          map[string]State
}

// Choice is one rule of a Choice state.
type Choice struct {
	Variable      string
	BooleanEquals *bool
	IsPresent     *bool
	Next          string
}

// Retrier is one rule of a task's Retry list.
type Retrier struct {
	ErrorEquals     []string
	IntervalSeconds float64
	BackoffRate     float64
	MaxDelaySeconds float64
	MaxAttempts     int
	JitterStrategy  string
}

// Catcher is one rule of a task's Catch list.
type Catcher struct {
	ErrorEquals []string
	ResultPath  json.RawMessage
	Next        string
}

// Arrow is one way from a box to another.
type Arrow struct {
	From, To string
	// Variable is the boolean that the arrow of a Choice depends on; empty for its default and for other states.
	Variable string
	// Errors are the names that a Catch matches; nil for every other arrow.
	Errors []string
	// KeptIn is the path under which a Catch keeps the error; empty when it is thrown away.
	KeptIn string
}

// Parse reads a definition, and refuses a field that Machine does not have.
func Parse(definition []byte) (Machine, error) {
	decoder := json.NewDecoder(bytes.NewReader(definition))
	decoder.DisallowUnknownFields()
	var m Machine
	if err := decoder.Decode(&m); err != nil { //nolint:musttag // the fields have the names that the States Language gives them
		return Machine{}, fmt.Errorf("read the state machine: %w", err)
	}
	return m, m.takeOut()
}

// takeOut puts the states inside of Maps beside the others: all titles of a state machine are different anyway
// (https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html).
func (m Machine) takeOut() error {
	for title, s := range maps.Clone(m.States) {
		if s.ItemProcessor == nil {
			continue
		}
		for inside, is := range s.ItemProcessor.States {
			if _, taken := m.States[inside]; taken || is.ItemProcessor != nil {
				return fmt.Errorf("the state %q of %q has a title that is taken, or is a Map itself", inside, title)
			}
			is.Within = title
			m.States[inside] = is
		}
	}
	return nil
}

// Arrows are the ways out of a box as they are matched: the normal ones first, the Catch list after them. A Map leads into
// its iteration, and the end of that back to it.
func (m Machine) Arrows(title string) []Arrow {
	s := m.States[title]
	var arrows []Arrow
	if s.ItemProcessor != nil {
		arrows = append(arrows, Arrow{From: title, To: s.ItemProcessor.StartAt})
	}
	if s.End && s.Within != "" {
		arrows = append(arrows, Arrow{From: title, To: s.Within})
	}
	for _, c := range s.Choices {
		arrows = append(arrows, Arrow{From: title, To: c.Next, Variable: c.Variable})
	}
	for _, next := range []string{s.Default, s.Next} {
		if next != "" {
			arrows = append(arrows, Arrow{From: title, To: next})
		}
	}
	for _, c := range s.Catch {
		arrows = append(arrows, Arrow{From: title, To: c.Next, Errors: c.ErrorEquals, KeptIn: path(c.ResultPath)})
	}
	return arrows
}

// Order is every box that can be reached, in the order in which a person reads the picture: along the normal arrows to an
// end, loops before the way on, then the branches left behind, and last what only a failure leads to.
func (m Machine) Order() []string {
	var order []string
	var follow func(title string)
	follow = func(title string) {
		if slices.Contains(order, title) {
			return
		}
		order = append(order, title)
		ways := m.normal(title)
		for _, loops := range []bool{true, false} {
			for _, to := range ways {
				if m.comesBack(to, order) == loops {
					follow(to)
				}
			}
		}
	}
	follow(m.StartAt)
	for i := 0; i < len(order); i++ { //nolint:intrange // follow appends to order
		for _, a := range m.Arrows(order[i]) {
			follow(a.To)
		}
	}
	return order
}

// comesBack tells a way that leads nowhere but to boxes that were seen already.
func (m Machine) comesBack(title string, seen []string) bool {
	seen = slices.Clone(seen)
	front := []string{title}
	for len(front) > 0 {
		title, front = front[0], front[1:]
		if slices.Contains(seen, title) {
			continue
		}
		seen = append(seen, title)
		ways := m.normal(title)
		if len(ways) == 0 {
			return false
		}
		front = append(front, ways...)
	}
	return true
}

// normal is where a box leads when nothing fails.
func (m Machine) normal(title string) []string {
	var ways []string
	for _, a := range m.Arrows(title) {
		if a.Errors == nil {
			ways = append(ways, a.To)
		}
	}
	return ways
}

// path is the path in a ResultPath: null and none give "".
func path(raw json.RawMessage) string {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return ""
	}
	return text
}
