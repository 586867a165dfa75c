package scenario_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"cloudfront-cd/infra/local/scenario"
	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/transport"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // hundreds of runs
	debug.SetGCPercent(400)                        // each of which leaves a whole world behind
	os.Exit(m.Run())
}

// checkAftermath checks what an operator relies on when reading the name of an end: what is left behind in AWS.
func checkAftermath(t *testing.T, stage *scenario.Stage) {
	t.Helper()
	w, x := stage.World, stage.Main()
	end := scenario.End(x)
	policy, _ := w.CloudFront.LivePolicy(w.Pair.Policy.ID)
	// Refused because somebody is using the pair.
	inUse := end == release.Rejected && (x.Machine() == w.Machines[release.Retire] || x.Machine() == w.Machines[release.Maintenance])
	if end != release.NeedsOperator && policy.Enabled && !inUse {
		t.Errorf("%s, but the policy is enabled", end)
	}
	if found := w.Pair.Policy; end != release.NeedsOperator && end != release.Retired && !othersEditedPolicy(w) && (policy.Type != found.Type || policy.MaximumTTL != found.MaximumTTL) {
		t.Errorf("%s, but the policy routes %+v where it was found with %+v", end, policy, found)
	}
	if end != release.NeedsOperator && w.Locked() && !gaveUp(x, "Release Lock") {
		t.Errorf("%s, but the lock is held", end)
	}
	switch end {
	case release.Rejected, release.NothingToRelease:
		// Other executions of the scenario may have written.
		if len(stage.Ends) == 1 && len(ours(w)) > 0 {
			t.Errorf("%s, but these writes were made: %v", end, operations(ours(w)))
		}
	case release.RolledBack, release.Calibrated:
		if path := live(w, w.Pair.PrimaryID).Text(originPath); path != "/blue" {
			t.Errorf("%s, but the primary has path %q", end, path)
		}
		checkDeployed(t, w, end)
	case release.Recovered, release.Enrolled, release.Maintained:
		checkDeployed(t, w, end)
	case release.Promoted:
		if got, want := live(w, w.Pair.PrimaryID).Text(originPath), live(w, w.Pair.StagingID).Text(originPath); got != want {
			t.Errorf("Promoted, but the primary has path %q and staging %q", got, want)
		}
		checkDeployed(t, w, end)
	}
	checkNobodyOverwritten(t, w)
	checkEvidence(t, w, x, end)
	if plan := planOf(t, x); plan != nil && x.StopDate().Sub(x.StartDate()) > plan.Longest()+time.Hour {
		t.Errorf("the run took %s, the plan's own deadlines allow %s", x.StopDate().Sub(x.StartDate()), plan.Longest())
	}
}

const originPath = "Origins/site/OriginPath"

func live(w *world.World, id string) *cloudfront.Config {
	config, _ := w.CloudFront.Live(id)
	return config
}

// checkDeployed: unless somebody else has written it since.
func checkDeployed(t *testing.T, w *world.World, end string) {
	t.Helper()
	log := w.CloudFront.Log()
	for i := len(log) - 1; i >= 0; i-- {
		if log[i].ID == w.Pair.PrimaryID {
			if log[i].Who != transport.AccessKey {
				return
			}
			break
		}
	}
	if status := w.CloudFront.Status(w.Pair.PrimaryID); status != "Deployed" {
		t.Errorf("%s, but the primary is %s", end, status)
	}
}

// ours are the writes that the workflow's clients made.
func ours(w *world.World) []cloudfront.Write {
	return slices.DeleteFunc(slices.Clone(w.CloudFront.Log()), func(wr cloudfront.Write) bool { return wr.Who != transport.AccessKey })
}

func operations(writes []cloudfront.Write) []string {
	var names []string
	for _, wr := range writes {
		names = append(names, wr.Operation+" "+wr.ID)
	}
	return names
}

// othersEditedPolicy is true where the policy is no longer as it was found because somebody else wanted it so.
func othersEditedPolicy(w *world.World) bool {
	return slices.ContainsFunc(w.CloudFront.Log(), func(wr cloudfront.Write) bool {
		return wr.Policy != nil && wr.ID == w.Pair.Policy.ID && wr.Who != transport.AccessKey && wr.Operation != "CreateContinuousDeploymentPolicy"
	})
}

// checkNobodyOverwritten: once somebody else has written a distribution, no write of ours to it follows, save one that
// keeps their edit (the alias that survives a restore) or switches the policy off.
func checkNobodyOverwritten(t *testing.T, w *world.World) {
	t.Helper()
	comment := map[string]string{}
	for _, wr := range w.CloudFront.Log() {
		if wr.Config == nil {
			continue
		}
		text := wr.Config.Text("Comment")
		if before, edited := comment[wr.ID]; edited && wr.Who == transport.AccessKey && text != before {
			t.Errorf("%s overwrote the edit %q of %s with %q", wr.Operation, before, wr.ID, text)
		}
		if wr.Who != transport.AccessKey {
			comment[wr.ID] = text
		}
	}
}

// checkEvidence: the record says what the execution's end says.
func checkEvidence(t *testing.T, w *world.World, x *asl.Execution, end string) {
	t.Helper()
	if planOf(t, x) == nil {
		return
	}
	_, data, found := w.Evidence(x)
	if !found {
		if end != release.NeedsOperator && end != release.NothingToRecover {
			t.Errorf("%s left no evidence record", end)
		}
		return
	}
	var evidence record.Evidence
	if err := json.Unmarshal(data, &evidence); err != nil {
		t.Fatal(err)
	}
	if evidence.Outcome == nil {
		if end != release.NeedsOperator {
			t.Errorf("%s, but the record has no outcome", end)
		}
		return
	}
	if evidence.Outcome.End != end && end != release.NeedsOperator {
		t.Errorf("%s, but the record says %s", end, evidence.Outcome.End)
	}
}

// gaveUp reports whether a task of an execution failed for good.
func gaveUp(x *asl.Execution, title string) bool {
	return slices.ContainsFunc(x.Taken(), func(a asl.Arrow) bool { return a.From == title && a.Kind == "catch" })
}

// documentOf is the document as it was when the execution entered its last state.
func documentOf(t *testing.T, x *asl.Execution) release.Document {
	t.Helper()
	var doc release.Document
	history := x.History()
	for i := len(history) - 1; i >= 0; i-- {
		if e := history[i].StateEntered; e != nil {
			if err := json.Unmarshal([]byte(e.Input), &doc); err != nil {
				t.Fatal(err)
			}
			return doc
		}
	}
	return doc
}

func planOf(t *testing.T, x *asl.Execution) *release.Plan { t.Helper(); return documentOf(t, x).Plan }

// visited are the titles of the states that an execution entered, in order, without immediate repeats of a loop.
func visited(x *asl.Execution) []string {
	var titles []string
	for _, e := range x.History() {
		if e.StateEntered != nil {
			titles = append(titles, e.StateEntered.Name)
		}
	}
	return titles
}
