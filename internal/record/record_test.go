package record_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/pairtest"
	"cloudfront-cd/internal/standin/transport"
)

const key = "test/object.json"

type text struct {
	Says string `json:"says"`
}

func write(t *testing.T, w *pairtest.World, says string, only record.Condition) (string, error) {
	t.Helper()
	return record.Write(t.Context(), w.Records, pairtest.Bucket, key, text{says}, only)
}

func read(t *testing.T, w *pairtest.World) (says, etag string, found bool) {
	t.Helper()
	var got text
	etag, found, err := record.Read(t.Context(), w.Records, pairtest.Bucket, key, &got)
	w.Must(err)
	return got.Says, etag, found
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	etag, err := write(t, w, "hello", record.Condition{})
	w.Must(err)
	says, again, found := read(t, w)
	if says != "hello" || !found || etag == "" || again != etag {
		t.Errorf("got %q, %t under %s, want it under %s", says, found, again, etag)
	}
	if body, _ := w.S3.Get(pairtest.Bucket, key); !strings.Contains(string(body), "\n") {
		t.Errorf("got %s, want it readable for a person", body)
	}
}

func TestAMissingObjectIsNoError(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	if says, etag, found := read(t, w); says != "" || etag != "" || found {
		t.Errorf("got %q %q %t", says, etag, found)
	}
}

func TestWithoutTheRightToListAMissingObjectIsARefusal(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.S3.DenyList(pairtest.Bucket, true)
	_, _, err := record.Read(t.Context(), w.Records, pairtest.Bucket, key, &text{})
	pairtest.WantFault(t, err, fault.Refused, "s3://"+pairtest.Bucket+"/"+key)
}

func TestAWriteMeetsItsCondition(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	_, err := write(t, w, "too early", record.Condition{ETag: `"0123"`})
	if got := fault.Code(err); got != "NoSuchKey" {
		t.Errorf("got %v, want NoSuchKey", err)
	}
	first, err := write(t, w, "first", record.Condition{Missing: true})
	w.Must(err)
	_, err = write(t, w, "second", record.Condition{Missing: true})
	if got := fault.Code(err); got != "PreconditionFailed" {
		t.Errorf("got %v, want PreconditionFailed", err)
	}
	_, err = write(t, w, "third", record.Condition{ETag: first})
	w.Must(err)
	_, err = write(t, w, "fourth", record.Condition{ETag: first})
	if got := fault.Code(err); got != "PreconditionFailed" {
		t.Errorf("got %v, want PreconditionFailed", err)
	}
	if says, _, _ := read(t, w); says != "third" {
		t.Errorf("got %q", says)
	}
}

func TestAFailureIsNamedWithItsObject(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	object := "s3://" + pairtest.Bucket + "/" + key
	w.Strike(pairtest.S3, pairtest.PutObject, transport.Unavailable())
	_, err := write(t, w, "", record.Condition{})
	pairtest.WantFault(t, err, fault.Unavailable, "write "+object)
	w.Strike(pairtest.S3, pairtest.GetObject, transport.Unavailable())
	_, _, err = record.Read(t.Context(), w.Records, pairtest.Bucket, key, &text{})
	pairtest.WantFault(t, err, fault.Unavailable, "read "+object)
	w.Must(w.S3.Put(pairtest.Bucket, key, []byte(`{"says":`), nil))
	_, _, err = record.Read(t.Context(), w.Records, pairtest.Bucket, key, &text{})
	pairtest.WantFault(t, err, fault.Unexpected, "read "+object)
	_, err = record.Write(t.Context(), w.Records, pairtest.Bucket, key, func() {}, record.Condition{})
	pairtest.WantFault(t, err, fault.Unexpected, "write "+object)
}

type broken struct{}

func (broken) GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	return &s3.GetObjectOutput{Body: io.NopCloser(iotest.ErrReader(errors.New("connection reset")))}, nil
}

func TestABodyThatBreaksOffIsReadAgain(t *testing.T) {
	t.Parallel()
	_, _, err := record.Read(t.Context(), broken{}, pairtest.Bucket, key, &text{})
	pairtest.WantFault(t, err, fault.Unavailable, "connection reset")
}

func TestKeysAreWhatOperatorsAndTheRunbookKnow(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 13, 0, 5, 0, time.FixedZone("CET", 3600))
	want := "releases/E1/20261123T120005Z-mine.json"
	if got := record.Key(release.Plan{Primary: "E1"}, release.Execution{Name: "mine", StartTime: start}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := record.KeyOf("E1", record.Holder{Name: "mine", StartTime: start}); got != want {
		t.Errorf("got %s from the lock, want %s", got, want)
	}
	if record.LockKey("E1") != "locks/E1.json" || record.HoldKey("E1") != "holds/E1.json" {
		t.Errorf("got %s and %s", record.LockKey("E1"), record.HoldKey("E1"))
	}
}

func TestTheSavedConfigComesBackAsItWas(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Preflighted)
	var evidence record.Evidence
	_, _, err := record.Read(t.Context(), w.Records, pairtest.Bucket, w.Document.Preflight.Record, &evidence)
	w.Must(err)
	if got := distribution.Fingerprint(evidence.Primary); got != w.Document.Preflight.Primary.Fingerprint {
		t.Errorf("got fingerprint %s", got)
	}
}

func TestOnlyTheExecutionThatTheLockNamesMayWrite(t *testing.T) {
	t.Parallel()
	lost, down := fault.LockLost, fault.Unavailable
	for name, c := range map[string]struct {
		before   func(*pairtest.World)
		fence    fault.Name
		fenceOff fault.Name // of the one step that makes viewers safe; "" where it may go on
		words    string
	}{
		"while the lock is its own": {func(*pairtest.World) {}, "", "", ""},
		"and not once another has the lock": {
			func(w *pairtest.World) { w.HeldBy(record.Holder{Execution: pairtest.Other, At: w.Clock.Now()}) },
			lost, lost, pairtest.Other + " since 2026-11-23T12:00:00Z",
		},
		"and none once the lock is gone, but for making viewers safe": {
			func(w *pairtest.World) { w.Must(w.S3.Delete(pairtest.Bucket, record.LockKey(pairtest.Primary))) }, lost, "", "gone",
		},
		"and none while S3 is down, but for making viewers safe": {
			func(w *pairtest.World) {
				w.Calls.Fault = func(transport.Call) transport.Outcome { return transport.Unavailable() }
			}, down, "", "locks/" + pairtest.Primary,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pairtest.New(t, pairtest.Locked)
			c.before(w)
			check(t, record.Fence(t.Context(), w.Records, pairtest.Bucket, w.Document), c.fence, c.words)
			check(t, record.FenceOff(t.Context(), w.Records, pairtest.Bucket, w.Document), c.fenceOff, c.words)
		})
	}
}

func check(t *testing.T, err error, want fault.Name, words string) {
	t.Helper()
	if want != "" {
		pairtest.WantFault(t, err, want, words)
	} else if err != nil {
		t.Errorf("got %v", err)
	}
}

// TestAWriteThatArrivesLateReplacesNothing: its sender has given up, and what it was to write has been written since, with more
// (storm seed 2844: an outcome was lost so).
func TestAWriteThatArrivesLateReplacesNothing(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	var arrive func()
	w.Strike(pairtest.S3, "PutObject", transport.Outcome{Kind: transport.Delay, Deliver: func(do func()) { arrive = do }})
	write := func(value string) error {
		var before text
		return record.Amend(t.Context(), w.Records, pairtest.Bucket, "late.json", &before, func() error { before.Says += value; return nil })
	}
	pairtest.WantFault(t, write("first"), fault.Unavailable, "late.json")
	w.Must(write("first"))
	w.Must(write(" and second"))
	arrive()
	var got text
	_, _, err := record.Read(t.Context(), w.Records, pairtest.Bucket, "late.json", &got)
	w.Must(err)
	if got.Says != "first and second" {
		t.Errorf("got %q", got.Says)
	}
}

// TestAmendDoesNotOverwriteSomebodyElse who has written between its read and its write.
func TestAmendDoesNotOverwriteSomebodyElse(t *testing.T) {
	t.Parallel()
	w := pairtest.New(t, pairtest.Locked)
	w.Store("mine.json", text{"before"})
	var v text
	err := record.Amend(t.Context(), w.Records, pairtest.Bucket, "mine.json", &v, func() error { w.Store("mine.json", text{"theirs"}); return nil })
	pairtest.WantFault(t, err, fault.Unavailable, "has changed since it was read")
	var got text
	_, _, err = record.Read(t.Context(), w.Records, pairtest.Bucket, "mine.json", &got)
	w.Must(err)
	if got.Says != "theirs" {
		t.Errorf("got %q", got.Says)
	}
}
