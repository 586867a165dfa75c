package release

import (
	"fmt"
	"time"
)

// Phases of a release, in their order. A ramp step is PhaseStep and its number, counted from 1.
const (
	PhasePrepare = "Prepare" // until staging is changed: lock, recovery, Preflight
	PhaseStage   = "Stage"   // until staging has deployed
	PhaseStep    = "Step"    // until the next step's weight is set, the promotion is sent or traffic is stopped
	PhasePromote = "Promote" // until the promoted primary has deployed
	PhaseBake    = "Bake"    // until the bake's verdict
	PhaseGoBack  = "Go Back" // until the way back has deployed, before the promotion or after it
)

// Phase is a part of a release and how long it took.
type Phase struct {
	Name string
	Took time.Duration
}

// PhaseNames are all that there can be, in their order.
func PhaseNames() []string {
	names := []string{PhasePrepare, PhaseStage}
	for i := range maxSteps {
		names = append(names, stepPhase(i))
	}
	return append(names, PhasePromote, PhaseBake, PhaseGoBack)
}

func stepPhase(index int) string { return fmt.Sprintf("%s %d", PhaseStep, index+1) }

// Phases are those that the release came to, from its start to Outcome.At; together they took as long as the release. A
// recover execution has none, nor have others.
func (d *Document) Phases() []Phase {
	if d.Workflow != Release && d.Workflow != "" {
		return nil
	}
	begun := d.begun()
	phases := make([]Phase, len(begun))
	for i, b := range begun {
		end := d.Outcome.At
		if i+1 < len(begun) {
			end = begun[i+1].at
		}
		// The start is by Step Functions' clock, the rest by those of Lambdas.
		phases[i] = Phase{Name: b.phase, Took: max(0, end.Sub(b.at))}
	}
	return phases
}

// beginning is when a phase began.
type beginning struct {
	phase string
	at    time.Time
}

// begun is what the document says of the beginnings of phases.
func (d *Document) begun() []beginning {
	begun := []beginning{{PhasePrepare, d.Execution.StartTime}}
	add := func(phase string, at time.Time) {
		if !at.IsZero() {
			begun = append(begun, beginning{phase, at})
		}
	}
	if d.Staging != nil {
		add(PhaseStage, d.Staging.At)
	}
	if d.Step != nil {
		for i, shift := range d.Step.Shifts {
			add(stepPhase(i), shift.At)
		}
	}
	add(PhasePromote, d.promotedSince())
	if d.Bake != nil {
		add(PhaseBake, d.Bake.Since)
	}
	switch {
	case d.Restore != nil:
		add(PhaseGoBack, d.Restore.At)
	case d.Stop != nil && d.Promotion == nil: // else it is Stop Traffic After Promotion
		add(PhaseGoBack, d.Stop.At)
	}
	return begun
}

// promotedSince is when the promotion had its answer, or was first in doubt; zero without either.
func (d *Document) promotedSince() time.Time {
	switch {
	case d.Promotion != nil && !d.Promotion.Since.IsZero():
		return d.Promotion.Since
	case d.Promotion != nil:
		return d.Promotion.Write.At
	case d.Promote != nil:
		return d.Promote.At
	}
	return time.Time{}
}
