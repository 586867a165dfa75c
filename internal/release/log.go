package release

import (
	"cmp"
	"encoding/json"
	"log/slog"
)

// What a request and the parts of the document say about themselves in a log line: enough to answer an operator's "why did
// it go this way?", never a config, and small whatever the configs' size. No part may use a key of Input's.

// LogValue is what every line of a Lambda says about the execution that it works for.
func (in Input) LogValue() slog.Value {
	doc := in.Document
	attrs := []slog.Attr{
		slog.String("execution", doc.Execution.Name),
		slog.String("workflow", cmp.Or(doc.Workflow, Release)),
	}
	if primary := doc.primary(); primary != "" {
		attrs = append(attrs, slog.String("primary", primary))
	}
	if in.Which != "" {
		attrs = append(attrs, slog.String("which", in.Which))
	}
	return slog.GroupValue(attrs...)
}

// primary is the id of the primary distribution, as far as the request names a valid one.
func (d *Document) primary() string {
	if d.Plan != nil {
		return d.Plan.Primary
	}
	if EndedExecution(d.Request) != "" {
		id, err := primaryOf(d.Request)
		if err != nil {
			return ""
		}
		return id
	}
	var asked struct {
		Primary string `json:"primary"`
	}
	if json.Unmarshal(d.Request, &asked) != nil || !distributionID.MatchString(asked.Primary) {
		return ""
	}
	return asked.Primary
}

// LogValue is what was accepted.
func (p Plan) LogValue() slog.Value {
	return slog.GroupValue(slog.String("change", p.Change.Kind), slog.Int("steps", len(p.Ramp)),
		slog.String("reason", p.Reason), slog.Bool("clear_hold", p.ClearHold))
}

// LogValue is which lock was taken, and from whom.
func (l Lock) LogValue() slog.Value {
	return slog.GroupValue(slog.String("lock", l.Key), slog.String("taken_over_from", l.TakenOverFrom))
}

// LogValue is whom recover has found.
func (r DeadRun) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("found", r.Found), slog.Bool("wait", r.Wait), slog.String("holder", r.Execution),
		slog.String("status", r.Status), slog.String("note", r.Note))
}

// LogValue is whether a dead run's policy is off now.
func (r Recovery) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("needed", r.Needed), slog.String("policy", r.PolicyID), slog.String("note", r.Note))
}

// LogValue is what the dead run had done.
func (e Examination) LogValue() slog.Value {
	return slog.GroupValue(slog.String("dead", e.Execution), slog.Bool("promoted", e.Promoted), slog.Bool("restored", e.Restored),
		slog.Bool("regressed", e.Regressed), slog.String("note", e.Note))
}

// LogValue is whether releases may go on.
func (h HoldCleared) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("cleared", h.Cleared), slog.String("note", h.Note))
}

// LogValue is the verdict, with the findings as "level name".
func (p Preflight) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("passed", p.Passed), slog.Bool("wait", p.Wait), slog.Any("findings", namesOf(p.Findings)),
		slog.Float64("requests_per_minute", p.RequestsPerMinute))
}

func namesOf(findings []Finding) []string {
	names := make([]string, len(findings))
	for i, f := range findings {
		names[i] = f.Level + " " + f.Name
	}
	return names
}

// LogValue is the verdict on a build, with the findings as "level name".
func (c Content) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("passed", c.Passed), slog.Any("findings", namesOf(c.Findings)), slog.String("side", c.New.String()),
		slog.Int("references", c.References))
}

// LogValue is how far the assets have been carried.
func (c Carry) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("done", c.Done), slog.Bool("refused", c.Refused), slog.Any("findings", namesOf(c.Findings)),
		slog.Bool("copying", c.Copying), slog.String("after", c.After), slog.Int("to_new", c.ToNew), slog.Int("to_old", c.ToOld), slog.Int("copied", c.Copied))
}

// LogValue is whether the caches have forgotten.
func (i Invalidation) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("over", i.Over), slog.Bool("completed", i.Completed), slog.Any("paths", i.Paths))
}

// LogValue is whether staging was written, and in which paths it differs from the primary.
func (s Staging) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("written", s.Written), slog.Bool("differs", s.Differs), slog.Any("changes", s.Changes))
}

// LogValue is the header that is let through; its value is secret.
func (r Route) LogValue() slog.Value { return slog.GroupValue(slog.String("header", r.Header)) }

// LogValue is the verdict of a look at staging, with the findings as "level name".
func (s SmokeTest) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("passed", s.Passed), slog.Bool("again", s.Again), slog.Int("paths", s.Paths),
		slog.Any("findings", namesOf(s.Findings)), slog.String("note", s.Note))
}

// LogValue is the step in force, counted from 1, and its share of the viewers.
func (s Step) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("step", s.Index+1), slog.Float64("weight", s.Weight))
}

// LogValue is how far the propagation is.
func (d Deployed) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("deployed", d.Deployed), slog.String("distribution", d.Distribution), slog.String("status", d.Status))
}

// LogValue is the two ETags of the judged configs.
func (p Pair) LogValue() slog.Value {
	return slog.GroupValue(slog.String("primary_etag", p.PrimaryETag), slog.String("staging_etag", p.StagingETag))
}

// LogValue is the verdict with its share.
func (t Traffic) LogValue() slog.Value {
	return slog.GroupValue(slog.String("verdict", t.Verdict), slog.Float64("share", t.Share), slog.String("note", t.Note))
}

// LogValue is whose counts were read, and of how many minutes. The counts are in the document.
func (o Observation) LogValue() slog.Value {
	return slog.GroupValue(slog.String("distribution", o.Canary.Distribution), slog.Int("minutes", len(o.Canary.Requests)))
}

// LogValue is the verdict on staging with its reasons.
func (j Judgement) LogValue() slog.Value {
	return slog.GroupValue(slog.String("verdict", j.Verdict), slog.Int("step", j.Step+1), slog.Int("judged_minutes", j.JudgedMinutes),
		slog.Bool("stop", j.Stop), slog.Any("reasons", j.Reasons))
}

// LogValue is the ETag that the promotion gave the primary.
func (p PromoteAnswer) LogValue() slog.Value {
	return slog.GroupValue(slog.String("etag", p.ETag))
}

// LogValue is whether the one-way door was passed, and what says so.
func (p Promotion) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("confirmed", p.Confirmed), slog.String("by", p.By))
}

// LogValue is the verdict on the primary with its reasons.
func (b Bake) LogValue() slog.Value {
	return slog.GroupValue(slog.String("verdict", b.Verdict), slog.Bool("done", b.Done), slog.Bool("regressed", b.Regressed),
		slog.Bool("extended", b.Extended), slog.Any("reasons", b.Reasons))
}

// LogValue is which staging distribution the pair has, and whether it was made for it.
func (c Copy) LogValue() slog.Value {
	return slog.GroupValue(slog.String("staging", c.ID), slog.Bool("made", c.Made))
}

// LogValue is how far the repeated write is.
func (s Settling) LogValue() slog.Value {
	return slog.GroupValue(slog.String("distribution", s.Distribution), slog.Bool("written", s.Written), slog.Bool("settled", s.Settled),
		slog.Int("round", s.Round), slog.Any("changes", s.Changes))
}

// LogValue is which policy the pair has, and what was done about it.
func (p Policy) LogValue() slog.Value {
	return slog.GroupValue(slog.String("policy", p.ID), slog.Bool("made", p.Made), slog.Bool("switched_off", p.SwitchedOff))
}

// LogValue is whether the door is open still, and until when at most.
func (d Door) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("over", d.Over), slog.Time("until", d.Until), slog.String("note", d.Note))
}

// LogValue is whether there was anything to write.
func (w Write) LogValue() slog.Value {
	return slog.GroupValue(slog.String("distribution", w.Distribution), slog.Bool("written", w.Written))
}

// LogValue is how far the look is.
func (l Look) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("more", l.More), slog.Int("distributions", l.Distributions), slog.Int("requests", l.Requests))
}

// LogValue is how many there are.
func (o Orphans) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("more", o.More), slog.Bool("apply", o.Apply), slog.Int("found", o.Found), slog.Int("left", o.Left), slog.Int("later", o.Later))
}

// LogValue is what became of it.
func (r Result) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", r.Orphan.Kind), slog.String("orphan", r.Orphan.Name()), slog.Bool("done", r.Done),
		slog.Bool("left", r.Left), slog.String("note", r.Note))
}

// LogValue is what is to be taken apart.
func (p Parts) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("more", p.Search.More), slog.String("policy", p.PolicyID), slog.String("staging", p.Staging),
		slog.Int("requests", p.Search.Requests), slog.Any("notes", p.Notes))
}

// LogValue is what is gone.
func (d Deletion) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", d.ID), slog.Bool("deleted", d.Deleted))
}

// LogValue is whether the policy is detached.
func (d Detach) LogValue() slog.Value {
	return slog.GroupValue(slog.String("distribution", d.Distribution), slog.Bool("written", d.Written), slog.String("still_attached", d.StillAttached))
}

// LogValue is the end and why.
func (o Outcome) LogValue() slog.Value {
	return slog.GroupValue(slog.String("end", o.End), slog.String("cause", o.Cause), slog.String("record", o.Record))
}
