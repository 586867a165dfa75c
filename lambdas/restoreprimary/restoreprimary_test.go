package restoreprimary_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/restoreprimary"
)

func restore(t *testing.T, w *pairtest.World) (release.Write, error) {
	t.Helper()
	h := restoreprimary.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

func wantRestored(t *testing.T, w *pairtest.World) {
	t.Helper()
	if got := w.Read(pairtest.Primary).Fingerprint; got != w.Document.Preflight.Primary.Fingerprint {
		t.Errorf("got fingerprint %s at %s, want the one from before the release", got, w.Text(pairtest.Primary, pairtest.Path))
	}
}

func addAlias(w *pairtest.World) {
	w.Must(w.CloudFront.Edit(pairtest.Primary, func(n *cloudfront.Node) {
		n.At("Aliases").AddItem(cloudfront.Leaf("CNAME", "new.example.com"))
	}))
}

func TestThePrimaryGetsItsSavedConfigBack(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted)
	kept := map[string]string{}
	for _, field := range []string{"CallerReference", "Staging", "Aliases/Quantity", "ContinuousDeploymentPolicyId"} {
		kept[field] = w.Text(pairtest.Primary, field)
	}
	got, err := restore(t, w)
	w.Must(err)
	wantRestored(t, w)
	w.WantWrites(1)
	for field, want := range kept {
		if got := w.Text(pairtest.Primary, field); got != want {
			t.Errorf("%s became %q, want %q as it was", field, got, want)
		}
	}
	config, _ := w.CloudFront.Live(pairtest.Primary)
	now := w.Clock.Now()
	want := release.Write{
		Distribution: pairtest.Primary, Written: true, At: now, LastModified: config.ModifiedAt, Deadline: now.Add(20 * time.Minute),
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWhatOthersDidBesideThePromotedFieldsSurvives(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*pairtest.World){
		"an alias that was added before": addAlias,
		"an alias that is added in the same moment": func(w *pairtest.World) {
			w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{Before: func() { addAlias(w) }})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Promoted)
			do(w)
			_, err := restore(t, w)
			w.Must(err)
			wantRestored(t, w)
			if w.Text(pairtest.Primary, "Aliases/new.example.com") == "" || w.Text(pairtest.Primary, "Aliases/Quantity") != "2" {
				t.Error("the alias is gone")
			}
		})
	}
}

func TestThePolicyIDIsSentBackAsItWas(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted)
	w.CloudFront.Switches.OmittedPolicyID = cloudfront.OmittedDetaches
	w.CloudFront.Switches.DetachWithEmpty = cloudfront.DetachAlways
	_, err := restore(t, w)
	w.Must(err)
	if got := w.Text(pairtest.Primary, "ContinuousDeploymentPolicyId"); got != pairtest.Policy {
		t.Errorf("got policy %q", got)
	}
}

func TestASecondCallWritesNothing(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]transport.Kind{
		"after a call that succeeded":        transport.Pass,
		"after a call whose answer was lost": transport.LoseAnswer,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Promoted)
			w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{Kind: first})
			if _, err := restore(t, w); first == transport.LoseAnswer {
				pairtest.WantFault(t, err, fault.Unavailable)
			} else {
				w.Must(err)
			}
			got, err := restore(t, w)
			w.Must(err)
			w.WantWrites(1)
			wantRestored(t, w)
			if got.Distribution != pairtest.Primary || !got.Written {
				t.Errorf("got %+v, want written: the propagation of the first call is still to be waited for", got)
			}
		})
	}
}

func TestALostAnswerThatReadsDoNotShowYetIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted)
	w.Clock.Advance(10 * time.Minute)
	w.CloudFront.ReadLag = 20 * time.Second
	w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := restore(t, w)
	pairtest.WantFault(t, err, fault.Unavailable)
	w.Clock.Advance(2 * time.Second)
	_, err = restore(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, "changed under each")
	w.Clock.Advance(20 * time.Second)
	_, err = restore(t, w)
	w.Must(err)
	w.WantWrites(1)
}

func TestNothingIsWritten(t *testing.T) {
	t.Parallel()
	saved := func(w *pairtest.World) record.Evidence {
		var e record.Evidence
		w.Load(w.Document.Preflight.Record, &e)
		return e
	}
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		want   fault.Name
		words  []string
	}{
		"over a third config, which is someone else's": {
			func(w *pairtest.World) { w.Edit(pairtest.Primary, "Comment", "theirs") },
			fault.ConfigChanged,
			[]string{pairtest.Primary, "nothing was written", "their config is live"},
		},
		"over a third config that appears in the same moment": {
			func(w *pairtest.World) {
				w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{
					Before: func() { w.Edit(pairtest.Primary, "Comment", "theirs") },
				})
			}, fault.ConfigChanged, []string{"their config is live"},
		},
		"without the record": {
			func(w *pairtest.World) { w.Must(w.S3.Delete(pairtest.Bucket, w.Document.Preflight.Record)) },
			fault.Refused,
			[]string{evidence, "missing"},
		},
		"from a record without the config": {
			func(w *pairtest.World) { e := saved(w); e.Primary = nil; w.Store(w.Document.Preflight.Record, e) },
			fault.Refused,
			[]string{"missing or not the one of Preflight"},
		},
		"from a record whose config was changed": {
			func(w *pairtest.World) {
				e := saved(w)
				e.Primary.Comment = aws.String("damaged")
				w.Store(w.Document.Preflight.Record, e)
			}, fault.Refused, []string{"not the one of Preflight"},
		},
		"from a record that is no JSON": {
			func(w *pairtest.World) {
				w.Must(w.S3.Put(pairtest.Bucket, w.Document.Preflight.Record, []byte(`{"primary":`), nil))
			},
			fault.Unexpected,
			[]string{evidence},
		},
		"by an execution that lost the lock": {
			func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: pairtest.Other}) },
			fault.LockLost,
			[]string{pairtest.Other},
		},
		"where CloudFront refuses": {
			func(w *pairtest.World) {
				w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Outcome{
					Kind: transport.Refuse, Status: 400, Code: "IllegalUpdate", Message: "no",
				})
			}, fault.Refused, []string{pairtest.Primary},
		},
		"where CloudFront is too busy": {
			func(w *pairtest.World) {
				w.Strike(pairtest.CloudFront, pairtest.UpdateDistribution, transport.Throttled())
			},
			fault.Throttled,
			[]string{pairtest.Primary},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Promoted)
			c.before(w)
			_, err := restore(t, w)
			pairtest.WantFault(t, err, c.want, c.words...)
			w.WantWrites(0)
			if got := w.Text(pairtest.Primary, pairtest.Path); got != pairtest.Green {
				t.Errorf("the primary is at %s", got)
			}
		})
	}
}

// evidence is the key of the evidence in this world.
const evidence = "releases/" + pairtest.Primary + "/20261123T120000Z-mine.json"

func TestAPrimaryThatChangesAllTheTimeIsLeftToARetry(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Promoted)
	n := 0
	w.Calls.Fault = func(c transport.Call) transport.Outcome {
		if c.Operation != pairtest.UpdateDistribution {
			return transport.Outcome{}
		}
		return transport.Outcome{Before: func() {
			n++
			w.Must(w.CloudFront.Edit(pairtest.Primary, func(node *cloudfront.Node) {
				node.At("Aliases").AddItem(cloudfront.Leaf("CNAME", string(rune('a'+n))+".example.com"))
			}))
		}}
	}
	_, err := restore(t, w)
	pairtest.WantFault(t, err, fault.Unavailable, pairtest.Primary, "changed under each of 3 tries")
}
