package release_test

import (
	"strings"
	"testing"

	"cloudfront-cd/internal/release"
)

// lambdaError is what a Catch leaves of an error that a Lambda has named.
func lambdaError(name, message string) *release.Failure {
	return &release.Failure{Error: name, Cause: `{"errorMessage":"` + message + `","errorType":"` + name + `"}`}
}

// released is a document whose plan was accepted.
func released(change func(*release.Document)) release.Document {
	d := release.Document{
		Execution: release.Execution{Name: "mine"}, Plan: &release.Plan{Primary: "E1PRIMARY00000"},
		Recovery: &release.Recovery{}, Preflight: &release.Preflight{Passed: true, PolicyID: "the-policy"},
	}
	change(&d)
	return d
}

// takenOver is what Acquire Lock notes where the holder before had died.
func takenOver(d *release.Document) { d.Lock = &release.Lock{TakenOverFrom: "the dead run"} }

type ending struct {
	change func(*release.Document)
	want   string
	// says and not are what the Cause has and has not.
	says []string
	not  []string
}

func regressed(d *release.Document) {
	d.Staging, d.Promotion = &release.Staging{Differs: true}, &release.Promotion{Confirmed: true}
	d.Bake = &release.Bake{Regressed: true, Reasons: []string{"5xx rose to 3 %", "alarm site-errors is in ALARM"}}
}

func inDoubt(d *release.Document) {
	d.Staging, d.Doubt = &release.Staging{Differs: true}, lambdaError("PromotionInDoubt", "no certain answer came")
	d.Stranded = lambdaError("PromotionInDoubt", "for 15m0s it could not be decided")
}

func clean() map[string]ending {
	return map[string]ending{
		"a request that breaks a rule is rejected before there is a plan": {
			func(d *release.Document) {
				*d = release.Document{Execution: d.Execution, Failure: lambdaError("InvalidRequest", "primary is not an id.")}
			}, release.Rejected,
			[]string{"Nothing was touched. InvalidRequest: primary is not an id. (execution mine; runbook: Rejected)"},
			nil,
		},
		"a lock that is held rejects": {
			func(d *release.Document) { d.Failure = lambdaError("LockHeld", "held by other") }, release.Rejected,
			[]string{"Nothing was touched.", "LockHeld: held by other."},
			[]string{"errorMessage"},
		},
		"findings that block reject, each with what to do, and those that do not are left out": {
			func(d *release.Document) {
				d.Preflight = &release.Preflight{Findings: []release.Finding{
					{Level: release.Block, Name: "http3", Fact: "HTTP/3 is on", Do: "switch it off"},
					{Level: release.Warn, Name: "custom-error-responses", Fact: "they are there", Do: "acknowledge it"},
					{Level: release.Warn, Name: "edge-function-differs", Fact: "it does", Acknowledged: true},
					{Level: release.Note, Name: "traffic-estimate", Fact: "ten minutes"},
				}}
			}, release.Rejected,
			[]string{"Preflight: http3 (block): HTTP/3 is on; switch it off · custom-error-responses (warn): they are there; acknowledge it."},
			[]string{"edge-function-differs", "traffic-estimate"},
		},
		"staging that equals the primary leaves nothing to release": {
			func(d *release.Document) { d.Staging = &release.Staging{} }, release.NothingToRelease,
			[]string{"there is nothing to release"},
			[]string{"runbook"},
		},
		"a failure is never passed off as nothing to release": {
			func(d *release.Document) {
				d.Staging, d.Failure = &release.Staging{}, lambdaError("Unexpected", "a bug")
			}, release.Rejected,
			[]string{"Unexpected: a bug."},
			nil,
		},
		"staging that could not be changed and was made safe is rolled back": {
			func(d *release.Document) {
				d.Failure, d.Stop = lambdaError("ConfigChanged", "staging was changed by someone else"), &release.Write{}
			}, release.RolledBack,
			[]string{"No viewer gets the staging config", "policy is off", "deployed", "ConfigChanged: staging was changed by someone else.", "runbook: Rolled Back"},
			nil,
		},
		"an unhealthy step is rolled back with its reasons": {
			func(d *release.Document) {
				d.Staging, d.Stop = &release.Staging{Differs: true}, &release.Write{}
				d.Judgement = &release.Judgement{Stop: true, Verdict: "unhealthy", Step: 1, Reasons: []string{"5xx is 3 %", "the primary has 0.1 %"}}
			}, release.RolledBack,
			[]string{"Staging was unhealthy at step 2: 5xx is 3 %; the primary has 0.1 %."},
			nil,
		},
		"a regression that was taken back is rolled back, although it was promoted": {
			func(d *release.Document) { regressed(d); d.Restore = &release.Write{} }, release.RolledBack,
			[]string{"taken back", "config from before the release, deployed", "got worse after the promotion: 5xx rose to 3 %; alarm site-errors is in ALARM."},
			nil,
		},
		"a confirmed promotion is promoted, although the policy was switched off after it": {
			func(d *release.Document) {
				d.Staging, d.Promotion, d.Stop = &release.Staging{Differs: true}, &release.Promotion{Confirmed: true}, &release.Write{}
				d.Bake = &release.Bake{Done: true}
			}, release.Promoted,
			[]string{"Promoted: the primary E1PRIMARY00000 has the judged config."},
			[]string{"runbook", "bake"},
		},
		"a promotion that was in doubt and then confirmed is promoted": {
			func(d *release.Document) {
				inDoubt(d)
				d.Stranded = nil
				d.Promotion = &release.Promotion{Confirmed: true, By: "read"}
			},
			release.Promoted,
			[]string{"has the judged config"},
			nil,
		},
		"a bake that could not tell is promoted and says so": {
			func(d *release.Document) {
				d.Promotion, d.Bake = &release.Promotion{Confirmed: true}, &release.Bake{Done: true, Inconclusive: true, Reasons: []string{"too few requests"}}
			}, release.Promoted,
			[]string{"The bake could not tell whether it is healthy: too few requests."},
			nil,
		},
		"a promotion that someone else has changed since says so": {
			func(d *release.Document) {
				d.Promotion, d.Bake = &release.Promotion{Confirmed: true}, &release.Bake{Done: true, ChangedSince: true}
			}, release.Promoted,
			[]string{"the primary E1PRIMARY00000 got the judged config; since then someone else has changed it"},
			[]string{"has the judged config", "could not tell"},
		},
		"a promotion that was changed since under a bake that could not tell says both": {
			func(d *release.Document) {
				d.Promotion = &release.Promotion{Confirmed: true}
				d.Bake = &release.Bake{Done: true, ChangedSince: true, Inconclusive: true, Reasons: []string{"too few requests"}}
			}, release.Promoted,
			[]string{"since then someone else has changed it", "The bake could not tell whether it is healthy: too few requests."},
			nil,
		},
		"a refusal after the recovery from a dead run says what that touched": {
			func(d *release.Document) {
				takenOver(d)
				d.Recovery, d.Failure = &release.Recovery{Needed: true, PolicyID: "the-policy"}, lambdaError("Refused", "no")
			}, release.Rejected,
			[]string{"The policy that a dead run had left was switched off; nothing else was touched. Refused: no."},
			[]string{"Nothing was touched"},
		},
		"a refusal after a recovery that found nothing to do has touched nothing": {
			func(d *release.Document) { takenOver(d); d.Failure = lambdaError("Refused", "no") },
			release.Rejected,
			[]string{"Nothing was touched. Refused: no."},
			[]string{"dead run"},
		},
		"a refusal without a reason says that it has none": {
			func(*release.Document) {}, release.Rejected, []string{"No step has recorded why."}, nil,
		},
	}
}

func TestTheEndIsWhatTheDocumentSaysHappened(t *testing.T) {
	t.Parallel()
	for _, table := range []map[string]ending{clean(), stranded()} {
		for name, c := range table {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				d := released(c.change)
				checkEnd(t, d.Conclude(), c)
			})
		}
	}
}

func checkEnd(t *testing.T, got release.Outcome, c ending) {
	t.Helper()
	if got.End != c.want {
		t.Fatalf("got %s (%s), want %s", got.End, got.Cause, c.want)
	}
	flags := map[string]bool{
		release.Promoted: got.Promoted, release.NothingToRelease: got.NothingToRelease, release.Rejected: got.Rejected,
		release.RolledBack: got.RolledBack, release.NeedsOperator: got.NeedsOperator,
		release.Recovered: got.Recovered, release.NothingToRecover: got.NothingToRecover,
	}
	for end, set := range flags {
		if set != (end == c.want) {
			t.Errorf("the arrow to %s is %t, want only that to %s", end, set, c.want)
		}
	}
	for _, words := range c.says {
		if !strings.Contains(got.Cause, words) {
			t.Errorf("got cause %q, want it to say %q", got.Cause, words)
		}
	}
	for _, words := range append(c.not, "..", "{") {
		if strings.Contains(got.Cause, words) {
			t.Errorf("got cause %q, want it not to say %q", got.Cause, words)
		}
	}
	checkSection(t, got)
	got.Add("No hold was placed.")
	if !strings.Contains(got.Cause, " No hold was placed.") {
		t.Errorf("got cause %q without what was added", got.Cause)
	}
	checkSection(t, got)
}

// checkSection: the last words of an end that someone has to act on are where to read on.
func checkSection(t *testing.T, got release.Outcome) {
	t.Helper()
	section := "(execution mine; runbook: " + got.End + ")"
	act := got.Rejected || got.RolledBack || got.NeedsOperator
	if strings.HasSuffix(got.Cause, section) != act || strings.Count(got.Cause, "runbook: ") > 1 {
		t.Errorf("got cause %q, want it to end with %q: %t", got.Cause, section, act)
	}
}

func TestACauseStaysReadableAndNamesTheRunbookAtItsEnd(t *testing.T) {
	t.Parallel()
	d := released(func(d *release.Document) { d.Failure = lambdaError("Refused", strings.Repeat("ü", 20_000)) })
	got := d.Conclude().Cause
	if len(got) > 5000 || !strings.HasSuffix(got, "(execution mine; runbook: Rejected)") || !strings.Contains(got, "evidence record has it all") {
		t.Errorf("got %d bytes ending in %q", len(got), got[len(got)-100:])
	}
	if strings.Contains(got, "\uFFFD") || strings.ToValidUTF8(got, "") != got {
		t.Error("the cause was cut in the middle of a letter")
	}
}

func TestAFailuresMessageIsItsHumanPart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ cause, want string }{
		"of a Lambda's error":              {`{"errorMessage":"held by other","errorType":"LockHeld"}`, "held by other"},
		"of a cause in plain text":         {"The state timed out.", "The state timed out."},
		"of a JSON text without a message": {`{"errorType":"Runtime.ExitError"}`, `{"errorType":"Runtime.ExitError"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := release.Failure{Cause: c.cause}
			if got := f.Message(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
