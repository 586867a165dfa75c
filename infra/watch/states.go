package watch

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"cloudfront-cd/internal/release"
)

// succeeded shows what a task found, from its own part of the document.
func (r *run) succeeded(at time.Time, part []byte) {
	switch title := r.title; {
	case r.pairing(at, part):
	case title == "Validate Request":
		show(r, at, part, r.plan)
	case title == "Acquire Lock":
		show(r, at, part, r.lock)
	case title == "Recover", title == "Recover At Once", title == "Examine Pair", title == "Clear Hold", title == "Find Dead Run":
		show(r, at, part, func(at time.Time, found struct{ Note string }) { r.line(at, byName(found.Note), Plain) })
	case title == "Preflight":
		show(r, at, part, r.preflight)
	case title == "Check Content":
		show(r, at, part, r.content)
	case title == "Carry Assets":
		show(r, at, part, r.carry)
	case title == "Invalidate", title == "Invalidate Again", title == "Check Invalidation":
		show(r, at, part, r.invalidation)
	case title == "Change Staging":
		show(r, at, part, r.staging)
	case title == "Route Header":
		show(r, at, part, func(at time.Time, route release.Route) {
			r.line(at, "requests with the right value of "+route.Header+" get staging; no viewer knows it", Plain)
		})
	case title == "Smoke Test":
		show(r, at, part, r.smoke)
	case title == "Shift Traffic":
		show(r, at, part, r.step)
	case title == "Prove Traffic":
		show(r, at, part, r.traffic)
	case title == "Prove Traffic Again":
		show(r, at, part, func(at time.Time, t release.Traffic) { r.line(at, t.Verdict+": "+t.Note, Plain) })
	case title == "Judge Health":
		show(r, at, part, r.judgement)
	case title == "Judge Primary":
		show(r, at, part, r.bake)
	case strings.HasPrefix(title, "Check ") && title != "Check Pair":
		show(r, at, part, r.deployed)
	default:
		if !r.apart(at, part) {
			r.door(at, part)
		}
	}
	r.tries = tries{}
}

// apart shows what becomes of a pair that is taken apart, and what a cleanup has found.
func (r *run) apart(at time.Time, part []byte) bool {
	switch r.title {
	case "Look Around":
		show(r, at, part, func(at time.Time, l release.Look) {
			if !l.More {
				r.line(at, fmt.Sprintf("%s, with %s", Plural(l.Distributions, "distribution"), Plural(l.Requests, "request")), Plain)
			}
		})
	case "Find Orphans":
		show(r, at, part, func(at time.Time, o release.Orphans) {
			if !o.More {
				r.line(at, fmt.Sprintf("%s; %d cannot be proven to be one", Plural(o.Found, "orphan"), o.Left), Plain)
			}
		})
	case "Find Pair":
		show(r, at, part, func(at time.Time, p release.Parts) {
			if !p.Search.More {
				r.line(at, fmt.Sprintf("policy %s, staging %s", cmp.Or(p.PolicyID, "none"), cmp.Or(p.Staging, "none")), Plain)
			}
		})
	case "Delete Policy", "Delete Staging":
		show(r, at, part, func(at time.Time, d release.Deletion) {
			if d.ID != "" {
				r.line(at, d.ID+map[bool]string{true: " is deleted", false: " was gone already"}[d.Deleted], Plain)
			}
		})
	case "Note Result":
		show(r, at, part, func(at time.Time, result release.Result) {
			style := map[bool]Style{true: Plain, false: Doubt}[result.Done]
			r.line(at, result.Orphan.Kind+": "+result.Note, style)
		})
	case "Report":
		show(r, at, part, func(at time.Time, o release.Outcome) { r.line(at, o.End, Plain) })
	default:
		return false
	}
	return true
}

// door shows the promotion, the ways back and the end; what is left says too little to be shown.
func (r *run) door(at time.Time, part []byte) {
	switch r.title {
	case "Promote", "Promote Again":
		r.line(at, "CloudFront answered: staging's config is now the primary's", Plain)
	case "Confirm Promotion":
		show(r, at, part, r.promotion)
	case "Stop Traffic", "Stop Traffic After Promotion":
		show(r, at, part, func(at time.Time, w release.Write) {
			r.line(at, map[bool]string{true: "policy switched off: every viewer gets the primary", false: "the policy is off"}[w.Written], Plain)
		})
	case "Restore Primary":
		r.line(at, "the primary gets its config from before the release back", Plain)
	case "Finish", "Place Hold":
		show(r, at, part, func(at time.Time, o release.Outcome) { r.line(at, o.End, Plain) })
	case "Release Lock":
		show(r, at, part, func(at time.Time, released struct{ Note string }) { r.line(at, released.Note, Plain) })
	}
}

func show[Part any](r *run, at time.Time, data []byte, how func(time.Time, Part)) {
	var part Part
	if err := json.Unmarshal(data, &part); err != nil {
		r.line(at, "cannot be shown: "+err.Error(), Doubt)
		return
	}
	how(at, part)
}

func (r *run) plan(at time.Time, plan release.Plan) {
	switch r.doc.Workflow {
	case release.Recover, release.Retire:
		r.line(at, plan.Primary+": "+byName(plan.Reason), Plain)
		return
	case release.Cleanup:
		what := map[bool]string{true: "takes apart what it finds", false: "a dry run"}[plan.Apply]
		r.line(at, fmt.Sprintf("%s; nothing that is younger than %s", what, plan.MinimumAge), Plain)
		return
	}
	if r.doc.Workflow == release.Enroll || r.doc.Workflow == release.Maintenance {
		r.accepted(at, plan)
		return
	}
	gates := []string{fmt.Sprintf("accepted; gates: at least %s requests; 5xx at most %.4g points up, 4xx %.4g",
		Count(plan.Gates.MinimumRequests), plan.Gates.Tolerance.Errors5xx, plan.Gates.Tolerance.Errors4xx)}
	for _, p := range plan.Gates.Latency.Percentiles() {
		gates = append(gates, fmt.Sprintf("latency %s at most %.4g %% up", p.Name, p.Tolerance))
	}
	if n := len(plan.Gates.Alarms); n > 0 {
		gates = append(gates, Plural(n, "alarm"))
	}
	r.line(at, strings.Join(gates, "; "), Plain)
}

func (r *run) lock(at time.Time, lock release.Lock) {
	text := lock.Key
	if lock.TakenOverFrom != "" {
		text += ", taken over from " + byName(lock.TakenOverFrom)
	}
	r.line(at, text, Plain)
}

func (r *run) staging(at time.Time, s release.Staging) {
	switch changes := strings.Join(s.Changes, ", "); {
	case !s.Differs:
		r.line(at, "staging equals the primary", Plain)
	case s.Written:
		r.line(at, "written; staging differs from the primary in "+changes, Plain)
	default:
		r.line(at, "nothing to write; staging differs from the primary in "+changes, Plain)
	}
}

func (r *run) step(at time.Time, s release.Step) {
	r.look, r.proof = looks{}, ""
	of := ""
	if r.doc.Plan != nil {
		of = fmt.Sprintf(" of %d", len(r.doc.Plan.Ramp))
	}
	r.line(at, fmt.Sprintf("step %d%s: %s of the viewers to staging", s.Index+1, of, Percent(s.Weight)), Plain)
}

// traffic shows a proof when its verdict changes, or what its note adds to the figures; that nothing is visible yet is said
// where the wait begins.
func (r *run) traffic(at time.Time, t release.Traffic) {
	if !t.From.Before(t.To) {
		return
	}
	_, addition, _ := strings.Cut(t.Note, ";")
	if news := t.Verdict + kind(addition); news != r.proof {
		r.proof = news
		r.line(at, t.Verdict+": "+t.Note, map[bool]Style{true: Plain, false: Doubt}[t.Flowing])
	}
}

func (r *run) promotion(at time.Time, p release.Promotion) {
	switch {
	case !p.Confirmed:
		r.once(at, "cannot tell yet whether it happened: reads may lag", Doubt)
	case p.By == "answer":
		r.line(at, "confirmed by CloudFront's answer", Plain)
	default:
		r.line(at, "confirmed by a "+p.By+": the primary carries the judged config", Plain)
	}
}
