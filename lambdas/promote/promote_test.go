package promote_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
	"cloudfront-cd/lambdas/promote"
)

func send(t *testing.T, w *pairtest.World) (release.PromoteAnswer, error) {
	t.Helper()
	h := promote.Handler{CloudFront: w.API, Records: w.Records, Bucket: pairtest.Bucket, Now: w.Clock.Now}
	return h.Handle(t.Context(), w.Input(""))
}

// sent are the If-Match headers of the promotions that were sent.
func sent(w *pairtest.World) []string {
	var headers []string
	for _, call := range w.Calls.Log() {
		if call.Operation == pairtest.Promote {
			headers = append(headers, call.IfMatch)
		}
	}
	return headers
}

// inDoubt is a world in which an earlier promotion of ours has got no certain answer.
func inDoubt(t *testing.T) *pairtest.World {
	t.Helper()
	w := pairtest.New(t, pairtest.Judged)
	w.Document.Doubt = &release.Failure{Error: "States.Timeout"}
	w.Document.Promotion = &release.Promotion{Since: w.Clock.Now()}
	return w
}

func refuse(status int, code string) transport.Outcome {
	return transport.Outcome{Kind: transport.Refuse, Status: status, Code: code, Message: "refused by the test"}
}

func TestThePairThatWasJudgedIsPromotedUnderItsTwoETags(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Judged)
	pair, alias := w.Document.Pair, w.Text(pairtest.Primary, "Aliases/Quantity")
	got, err := send(t, w)
	w.Must(err)
	want := pair.PrimaryETag + ", " + pair.StagingETag
	if headers := sent(w); len(headers) != 1 || headers[0] != want {
		t.Errorf("got If-Match %q, want one %q", headers, want)
	}
	live := w.Read(pairtest.Primary)
	if live.Fingerprint != w.Document.Staging.Fingerprint || w.Text(pairtest.Primary, "Aliases/Quantity") != alias {
		t.Error("the primary has not got staging's config under its own aliases")
	}
	config, _ := w.CloudFront.Live(pairtest.Primary)
	if got.ETag != live.ETag || got.Distribution != pairtest.Primary || !got.LastModified.Equal(config.ModifiedAt) || !got.Written ||
		!got.Deadline.Equal(w.Clock.Now().Add(20*time.Minute)) {
		t.Errorf("got %+v", got)
	}
}

func TestTheOtherSpellingOfTheTwoETagsIsTriedOnlyWhereTheFirstIsMalformed(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Judged)
	w.CloudFront.Switches.IfMatchSeparator = cloudfront.SeparatorComma
	_, err := send(t, w)
	w.Must(err)
	pair := w.Document.Pair
	headers := sent(w)
	if len(headers) != 2 || headers[0] != pair.PrimaryETag+", "+pair.StagingETag || headers[1] != pair.PrimaryETag+","+pair.StagingETag {
		t.Errorf("got If-Match %q", headers)
	}
	if w.Read(pairtest.Primary).Fingerprint != w.Document.Staging.Fingerprint {
		t.Error("the primary was not promoted")
	}
}

func TestARefusalIsNamedAndSentOnceOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer transport.Outcome
		want   fault.Name
		sends  int
	}{
		"too many requests have no effect and are retried":        {transport.Throttled(), fault.Throttled, 1},
		"an illegal update has no effect":                         {refuse(400, "IllegalUpdate"), fault.Refused, 1},
		"a code that the operation does not declare is a no, too": {refuse(409, "StagingDistributionInUse"), fault.Refused, 1},
		"an internal error may have had its effect":               {refuse(500, "InternalError"), fault.PromotionInDoubt, 1},
		"an unavailable service may have done it":                 {transport.Unavailable(), fault.PromotionInDoubt, 1},
		"an error without a code may have had its effect":         {refuse(502, ""), fault.PromotionInDoubt, 1},
		"a refused connection is not told from a lost one":        {transport.Outcome{Kind: transport.Disconnect}, fault.PromotionInDoubt, 1},
		"a precondition that failed on the judged pair may be us": {refuse(412, "PreconditionFailed"), fault.PromotionInDoubt, 1},
		"two malformed spellings are a no":                        {refuse(400, "InvalidIfMatchVersion"), fault.Refused, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Judged)
			w.Calls.Fault = func(call transport.Call) transport.Outcome {
				if call.Operation == pairtest.Promote {
					return c.answer
				}
				return transport.Outcome{}
			}
			_, err := send(t, w)
			pairtest.WantFault(t, err, c.want)
			if headers := sent(w); len(headers) != c.sends {
				t.Errorf("got %q sent, want %d", headers, c.sends)
			}
			for _, header := range sent(w) {
				if strings.Contains(header, "*") {
					t.Errorf("got If-Match %q: a star would promote whatever is there", header)
				}
			}
			w.WantWrites(0)
		})
	}
}

func TestALostAnswerIsInDoubtAndTheSecondCallFindsThePromotion(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Judged)
	w.Strike(pairtest.CloudFront, pairtest.Promote, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := send(t, w)
	pairtest.WantFault(t, err, fault.PromotionInDoubt, "no certain answer")
	w.Document.Promotion = &release.Promotion{Since: w.Clock.Now()}
	w.Clock.Advance(15 * time.Second)
	got, err := send(t, w)
	w.Must(err)
	if n := len(sent(w)); n != 1 {
		t.Errorf("got %d promotions sent, want the second call to find the first one's effect", n)
	}
	if got.ETag != w.Read(pairtest.Primary).ETag || !got.Written || !got.LastModified.IsZero() {
		t.Errorf("got %+v", got)
	}
}

func TestWhereReadsLagTheRepeatedPromotionHasNoSecondEffect(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Judged)
	w.Strike(pairtest.CloudFront, pairtest.Promote, transport.Outcome{Kind: transport.LoseAnswer})
	_, err := send(t, w)
	pairtest.WantFault(t, err, fault.PromotionInDoubt)
	w.Document.Promotion = &release.Promotion{Since: w.Clock.Now()}
	w.CloudFront.ReadLag = time.Minute
	w.Clock.Advance(15 * time.Second)
	writes := len(w.Writes())
	_, err = send(t, w)
	pairtest.WantFault(t, err, fault.PromotionInDoubt) // 412, and a read that still shows the old config: not ConfigChanged
	w.WantWrites(writes)
	if headers := sent(w); len(headers) != 2 || headers[0] != headers[1] {
		t.Errorf("got If-Match %q, want the same twice", headers)
	}
}

func TestAPromotionThatWasNotSentInDoubtIsRepeated(t *testing.T) {
	t.Parallel()
	w := inDoubt(t)
	_, err := send(t, w)
	w.Must(err)
	if w.Read(pairtest.Primary).Fingerprint != w.Document.Staging.Fingerprint {
		t.Error("the primary was not promoted")
	}
}

func TestOnceInDoubtNothingButAnAnswerSaysThatNothingHappened(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*pairtest.World){
		"too many requests":      func(w *pairtest.World) { w.Strike(pairtest.CloudFront, pairtest.Promote, transport.Throttled()) },
		"a refusal":              func(w *pairtest.World) { w.Strike(pairtest.CloudFront, pairtest.Promote, refuse(400, "IllegalUpdate")) },
		"an edit of the primary": func(w *pairtest.World) { w.Edit(pairtest.Primary, "Comment", "theirs") },
		"an edit of staging":     func(w *pairtest.World) { w.Edit(pairtest.Staging, "Comment", "theirs") },
		"a proof that got old":   func(w *pairtest.World) { w.Clock.Advance(release.ProofFreshFor + time.Second) },
		"a lock that was lost":   func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: pairtest.Other}) },
		"an unreadable primary": func(w *pairtest.World) {
			w.Strike(pairtest.CloudFront, pairtest.GetConfig, refuse(404, "NoSuchDistribution"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := inDoubt(t)
			before(w)
			_, err := send(t, w)
			pairtest.WantFault(t, err, fault.PromotionInDoubt, "an earlier promotion")
		})
	}
}

func TestNothingIsSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(*pairtest.World)
		want   fault.Name
	}{
		"with a proof of traffic that is too old": {
			func(w *pairtest.World) { w.Clock.Advance(release.ProofFreshFor + time.Second) }, fault.NoTrafficProof,
		},
		"with a proof that staging receives nobody": {
			func(w *pairtest.World) {
				w.Document.Traffic.Flowing, w.Document.Traffic.Verdict = false, release.Override
			}, fault.NoTrafficProof,
		},
		"by an execution that lost the lock": {func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: pairtest.Other}) }, fault.LockLost},
		"by an execution whose lock is gone": {func(w *pairtest.World) { w.Must(w.S3.Delete(pairtest.Bucket, w.Document.Lock.Key)) }, fault.LockLost},
		"where the lock cannot be read":      {func(w *pairtest.World) { w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable()) }, fault.Unavailable},
		"where the primary cannot be read":   {func(w *pairtest.World) { w.Strike(pairtest.CloudFront, pairtest.GetConfig, transport.Unavailable()) }, fault.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Judged)
			c.before(w)
			_, err := send(t, w)
			pairtest.WantFault(t, err, c.want)
			if headers := sent(w); len(headers) != 0 {
				t.Errorf("got %q sent", headers)
			}
		})
	}
}

func TestAProofIsGoodUntilItsLastSecond(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Judged)
	w.Clock.Advance(release.ProofFreshFor)
	_, err := send(t, w)
	w.Must(err)
}

func TestTheCauseOfARefusalIsKept(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Judged)
	w.Strike(pairtest.CloudFront, pairtest.Promote, refuse(400, "IllegalUpdate"))
	_, err := send(t, w)
	if fault.Code(err) != "IllegalUpdate" || !strings.Contains(err.Error(), "refused by the test") || errors.Unwrap(err) == nil {
		t.Errorf("got %v", err)
	}
}
