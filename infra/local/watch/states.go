package watch

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
)

// succeeded shows what a task found, from its own part of the document.
func (p *Printer) succeeded(x *asl.Execution, at time.Time, part []byte) {
	title := x.State()
	switch title {
	case "Validate Request":
		show(p, x, at, part, p.plan)
	case "Acquire Lock":
		show(p, x, at, part, func(x *asl.Execution, at time.Time, lock release.Lock) {
			text := lock.Key
			if lock.TakenOverFrom != "" {
				text += ", taken over from " + lock.TakenOverFrom
			}
			p.line(x, at, title, text)
		})
	case "Recover":
		show(p, x, at, part, func(x *asl.Execution, at time.Time, r release.Recovery) { p.line(x, at, title, r.Note) })
	case "Preflight":
		show(p, x, at, part, p.preflight)
	case "Change Staging":
		show(p, x, at, part, p.staging)
	case "Shift Traffic":
		show(p, x, at, part, func(x *asl.Execution, at time.Time, s release.Step) {
			delete(p.verdicts, x.ARN())
			p.line(x, at, title, fmt.Sprintf("step %d: %s of the viewers to staging", s.Index+1, percent(s.Weight)))
		})
	case "Prove Traffic", "Prove Traffic Again":
		show(p, x, at, part, func(x *asl.Execution, at time.Time, t release.Traffic) { p.traffic(x, at, title, t) })
	case "Judge Health":
		show(p, x, at, part, p.judgement)
	case "Judge Primary":
		show(p, x, at, part, p.bake)
	default:
		p.rest(x, at, title, part)
	}
}

// rest shows the states whose part says little; checks that only lead to another look are not shown.
func (p *Printer) rest(x *asl.Execution, at time.Time, title string, part []byte) {
	switch {
	case title == "Confirm Promotion":
		show(p, x, at, part, func(x *asl.Execution, at time.Time, c release.Promotion) {
			if !c.Confirmed {
				p.line(x, at, title, "cannot tell yet: reads may lag")
				return
			}
			p.line(x, at, title, "confirmed by "+c.By)
		})
	case title == "Finish" || title == "Place Hold":
		show(p, x, at, part, func(x *asl.Execution, at time.Time, o release.Outcome) { p.line(x, at, title, o.End) })
	case title == "Promote" || title == "Promote Again":
		p.line(x, at, title, "CloudFront answered: staging's config is the primary's")
	case strings.HasPrefix(title, "Stop Traffic"):
		show(p, x, at, part, func(x *asl.Execution, at time.Time, w release.Write) {
			p.line(x, at, title, map[bool]string{true: "policy switched off", false: "the policy is off"}[w.Written])
		})
	case title == "Restore Primary":
		p.line(x, at, title, "the primary gets its saved config back")
	case title == "Release Lock":
		p.line(x, at, title, "")
	case strings.HasPrefix(title, "Check "):
		show(p, x, at, part, p.deployed)
	}
}

func show[Part any](p *Printer, x *asl.Execution, at time.Time, data []byte, how func(*asl.Execution, time.Time, Part)) {
	var part Part
	if err := json.Unmarshal(data, &part); err != nil {
		p.line(x, at, x.State(), "cannot be shown: "+err.Error())
		return
	}
	how(x, at, part)
}

func (p *Printer) plan(x *asl.Execution, at time.Time, plan release.Plan) {
	p.plans[x.ARN()] = &plan
	steps := make([]string, 0, len(plan.Ramp))
	for _, s := range plan.Ramp {
		steps = append(steps, fmt.Sprintf("%s for %s", percent(s.Weight), s.Observe))
	}
	p.line(x, at, x.State(), fmt.Sprintf("accepted: %s of %s; %s; bake %s", plan.Change.Kind, plan.Primary, strings.Join(steps, ", "), plan.Bake))
}

func (p *Printer) preflight(x *asl.Execution, at time.Time, f release.Preflight) {
	text := "passed"
	switch {
	case f.Wait:
		text = "waits: " + strings.Join(names(f.Findings, release.InProgress), ", ")
	case !f.Passed:
		text = "refuses the release"
	}
	p.line(x, at, x.State(), text)
	if f.Wait {
		return
	}
	for _, finding := range f.Findings {
		mark := ""
		if finding.Acknowledged {
			mark = " (acknowledged)"
		}
		p.More(fmt.Sprintf("%s %s%s: %s", finding.Level, finding.Name, mark, finding.Fact))
		if finding.Blocks() {
			p.More("  why: " + finding.Why)
			p.More("  do:  " + finding.Do)
		}
	}
}

func names(findings []release.Finding, only string) []string {
	var out []string
	for _, f := range findings {
		if f.Name == only {
			out = append(out, f.Fact)
		}
	}
	return out
}

func (p *Printer) staging(x *asl.Execution, at time.Time, s release.Staging) {
	if !s.Differs {
		p.line(x, at, x.State(), "staging equals the primary")
		return
	}
	how := "already there: "
	if s.Written {
		how = "written: "
	}
	p.line(x, at, x.State(), how+strings.Join(s.Changes, ", "))
}

func (p *Printer) deployed(x *asl.Execution, at time.Time, d release.Deployed) {
	if !d.Deployed {
		return
	}
	text := d.Distribution + " is Deployed"
	if w, ok := p.waiting[x.ARN()]; ok {
		text += " after " + short(at.Sub(w.since))
	}
	delete(p.waiting, x.ARN())
	p.line(x, at, x.State(), text)
}

func (p *Printer) traffic(x *asl.Execution, at time.Time, title string, t release.Traffic) {
	if title == "Prove Traffic" && t.Verdict == p.verdicts[x.ARN()+title] {
		return
	}
	p.verdicts[x.ARN()+title] = t.Verdict
	p.line(x, at, title, t.Verdict+": "+t.Note)
}

func (p *Printer) judgement(x *asl.Execution, at time.Time, j release.Judgement) {
	observe := 0.0
	if plan := p.plans[x.ARN()]; plan != nil && j.Step < len(plan.Ramp) {
		observe = plan.Ramp[j.Step].Observe.Std().Minutes()
	}
	p.line(x, at, x.State(), fmt.Sprintf("%s, %d of %.0f minutes", j.Verdict, j.JudgedMinutes, observe))
	p.reasons(j.Reasons)
}

func (p *Printer) bake(x *asl.Execution, at time.Time, b release.Bake) {
	text := fmt.Sprintf("%s after %s", b.Verdict, short(b.At.Sub(b.Since)))
	switch {
	case b.Regressed:
		text += ": back to the saved config"
	case b.Done && b.Inconclusive:
		text += ": the bake ends without a verdict"
	case b.Done:
		text += ": the bake is over"
	}
	p.line(x, at, x.State(), text)
	p.reasons(b.Reasons)
}

func (p *Printer) reasons(reasons []string) {
	for _, r := range reasons {
		p.More(r)
	}
}

func percent(share float64) string { return fmt.Sprintf("%.4g %%", share*100) }
