package scenario

import (
	"encoding/json"
	"fmt"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
)

const (
	enrollRequest      = `{"primary": "E1PRIMARY", "reason": "the site is to be released by steps"}`
	maintenanceRequest = `{"primary": "E1PRIMARY", "minutes": 60, "reason": "TLS 1.2 of 2025 at least"}`

	secondEnroll      = "second-enroll"
	secondMaintenance = "second-maintenance"
)

// together are the scenarios in which pairs are put together.
func together() []Scenario { return append(enrolling(), maintaining()...) }

func enrolling() []Scenario {
	alone := func(o *world.Options) { o.Alone = true }
	return []Scenario{
		{
			Name: "enroll", Story: "A primary that has no pair gets one; the bucket's owner lets staging in, and the first release is promoted.",
			Workflow: release.Enroll, Request: enrollRequest, Options: alone,
			Ends:    []Ending{{release.Enroll, []string{release.Enrolled}}, {First, []string{release.Promoted}}},
			Prepare: func(w *world.World) error { releaseAfter(w, release.Enrolled); return nil },
		},
		{
			Name: "enroll-interrupted", Story: "Enroll is stopped while the copy is on its way to the edges: a second one finds the copy and goes on.",
			Workflow: release.Enroll, Request: enrollRequest, Options: alone,
			Ends: []Ending{
				{release.Enroll, []string{Aborted}},
				{world.RecoveryOf(release.Enroll, 1), []string{release.Recovered}},
				{secondEnroll, []string{release.Enrolled}},
				{First, []string{release.Promoted}},
			},
			Prepare: func(w *world.World) error {
				stopIn(w, "Wait For Staging")
				w.When(release.Recovered, 1, func(*asl.Execution) { startAs(w, release.Enroll, secondEnroll, enrollRequest) })
				releaseAfter(w, release.Enrolled)
				return nil
			},
			Check: func(w *world.World) error {
				if n := len(w.CloudFront.Distributions()); n != 2 {
					return fmt.Errorf("there are %d distributions: another copy was made", n)
				}
				return nil
			},
		},
	}
}

func maintaining() []Scenario {
	return []Scenario{
		{
			Name: "maintenance", Story: "The primary's minimum TLS version is raised, which CloudFront refuses while a policy is attached; a release in the meantime is refused, one afterwards promoted.",
			Workflow: release.Maintenance, Request: maintenanceRequest,
			Ends: []Ending{
				{release.Maintenance, []string{release.Maintained}}, {"too-early", []string{release.Rejected}}, {First, []string{release.Promoted}},
			},
			Prepare: func(w *world.World) error {
				w.When("Wait For Operator", 2, func(*asl.Execution) { start(w, "too-early") })
				w.When("Wait For Operator", 5, func(x *asl.Execution) { raiseTLS(w); sayDone(w, x) })
				releaseAfter(w, release.Maintained)
				return nil
			},
			Check: tlsIsRaisedOnBoth,
		},
		{
			Name: "maintenance-interrupted", Story: "Maintenance dies with its door open: a second one opens the door again, and puts the pair together when its time is up.",
			Workflow: release.Maintenance, Request: maintenanceRequest,
			Ends: []Ending{
				{release.Maintenance, []string{Aborted}},
				{world.RecoveryOf(release.Maintenance, 1), []string{release.Recovered}},
				{secondMaintenance, []string{release.Maintained}},
				{First, []string{release.Promoted}},
			},
			Prepare: func(w *world.World) error {
				w.When("Wait For Operator", 3, func(x *asl.Execution) {
					raiseTLS(w)
					w.Clock.After(time.Second, func() { x.Stop("Stopped", "by an operator, who has finished and knows of no other way") })
				})
				w.When(release.Recovered, 1, func(*asl.Execution) {
					startAs(w, release.Maintenance, secondMaintenance, `{"primary": "E1PRIMARY", "minutes": 1}`)
				})
				releaseAfter(w, release.Maintained)
				return nil
			},
			Check: tlsIsRaisedOnBoth,
		},
	}
}

// startAs begins an execution of a workflow in a minute.
func startAs(w *world.World, workflow, name, request string) {
	w.Clock.After(time.Minute, func() { _, _ = w.StartWorkflow(workflow, name, json.RawMessage(request)) })
}

// releaseAfter starts a release once an end has been reached, of the pair that there is then.
func releaseAfter(w *world.World, end string) {
	w.When(end, 1, func(*asl.Execution) {
		if err := w.Adopt(); err != nil {
			panic(err)
		}
		start(w, First)
	})
}

const (
	minimumTLS = "ViewerCertificate/MinimumProtocolVersion"
	newTLS     = "TLSv1.2_2025"
)

// raiseTLS is the operator, who changes the primary in the console.
func raiseTLS(w *world.World) {
	if err := w.CloudFront.Edit(w.Pair.PrimaryID, func(n *cloudfront.Node) { n.Set(minimumTLS, newTLS) }); err != nil {
		panic(err)
	}
}

// sayDone is what "make done" does.
func sayDone(w *world.World, x *asl.Execution) {
	key := record.DoorKey(w.Pair.PrimaryID)
	var door record.Door
	text, _ := w.S3.Get(world.Bucket, key)
	if err := json.Unmarshal(text, &door); err != nil || door.Execution != x.ARN() {
		panic(fmt.Sprintf("the door is of %q: %v", door.Execution, err))
	}
	door.Done, door.By = true, "the operator of the demo"
	text, err := json.Marshal(door)
	if err != nil {
		panic(err)
	}
	if err := w.S3.Put(world.Bucket, key, text, nil); err != nil {
		panic(err)
	}
}

func tlsIsRaisedOnBoth(w *world.World) error {
	for _, id := range []string{w.Pair.PrimaryID, w.Pair.StagingID} {
		if config, _ := w.CloudFront.Live(id); config.Text(minimumTLS) != newTLS {
			return fmt.Errorf("%s has the minimum TLS version %s", id, config.Text(minimumTLS))
		}
	}
	return nil
}
