package serve

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/simtime"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/cloudwatch"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/origin"
	"cloudfront-cd/internal/standin/s3"
)

// Account is an AWS account with the stand-ins in it. It is safe for concurrent use.
type Account struct {
	CloudFront *cloudfront.Server
	CloudWatch *cloudwatch.Server
	S3         *s3.Server
	Edge       *edge.Edge

	echo    *origin.Echo
	mu      sync.Mutex
	clock   *simtime.Clock
	wall    func() time.Time
	looked  time.Time // at the wall clock
	due     time.Time // what simulated time was to be then
	speed   float64
	refused uint64
	logs    standardLogs

	// The terminal has a lock of its own: one that is held up (Ctrl-S, a pager) must not hold up who only reads.
	logMu sync.Mutex
	log   io.Writer
}

// New returns an account with one bucket and nothing else. Its time begins with the wall clock's.
func New(o Options) (*Account, error) {
	begun := o.Now()
	due := begun.Truncate(time.Second)
	clock := simtime.New(due)
	a := &Account{
		CloudFront: cloudfront.New(clock, o.Seed),
		CloudWatch: cloudwatch.New(clock),
		S3:         s3.New(clock),
		echo:       &origin.Echo{},
		clock:      clock, wall: o.Now, looked: begun, due: due, speed: o.Speed, log: io.Discard,
	}
	a.CloudFront.Forgetful = true
	a.Edge = edge.New(clock, a.CloudFront, a.origin, a.CloudWatch, o.Seed)
	a.Edge.Latencies = a.CloudWatch
	a.Edge.Log = a.logVisit
	a.logs.lines = map[string][]string{}
	return a, a.addSite()
}

// origin finds the origin of a domain name: a bucket, or an echo that answers for every other host.
func (a *Account) origin(domain string) edge.Origin {
	if bucket, _ := distribution.ParseS3Domain(domain); bucket != "" {
		return origin.S3Bucket(a.S3, bucket)
	}
	return a.echo
}

// catchUp moves simulated time to where it ought to be by now. A wall clock that is set back stops it for no time at all, and
// one that leaps takes it no further than a century.
func (a *Account) catchUp() {
	const century = 100 * 365 * 24 * time.Hour
	now := a.wall()
	passed := max(0, now.Sub(a.looked))
	a.looked, a.due = now, a.due.Add(time.Duration(min(float64(passed)*a.speed, float64(century))))
	if behind := a.due.Sub(a.clock.Now()); behind > 0 {
		a.clock.Advance(behind)
	}
}

// bodyLimit is above what any of the stand-ins takes, so that each can refuse in its own words; the rest is not read.
const bodyLimit = 11 << 20

// ServeHTTP implements http.Handler.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit))
	if err != nil {
		refuse(w, r, failure{http.StatusBadRequest, serviceOf(r), "IncompleteBody", "The body ended early.", requestID(0)})
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer, note := a.answer(r, body)
	a.tell(note)
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(answer.status)
	if r.Method != http.MethodHead {
		// A client that has gone away cannot be told so.
		_, _ = w.Write(answer.body.Bytes())
	}
}

// answer is where requests become one after the other.
func (a *Account) answer(r *http.Request, body []byte) (out *answer, note string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var to destination
	out = a.attempt(r, func(out *answer) {
		to = destination{name: toNobody}
		a.catchUp()
		to = a.route(r, body)
		to.handler.ServeHTTP(out, to.request)
	})
	if out.status == 0 {
		out.status = http.StatusOK
	}
	if out.header.Get("Date") == "" {
		out.header.Set("Date", a.clock.Now().Format(http.TimeFormat))
	}
	return out, a.note(to, r, body, out)
}

// attempt makes an answer; one that a mistake of the stand-ins ended is 500, which tells AWS's clients to try again.
func (a *Account) attempt(r *http.Request, handle func(*answer)) (out *answer) {
	defer func() {
		if mistake := recover(); mistake != nil {
			a.tell(fmt.Sprintf("A mistake of the stand-ins, please report it: %v\n%s\n", mistake, debug.Stack()))
			out = &answer{header: http.Header{}}
			a.refused++
			refuse(out, r, failure{
				http.StatusInternalServerError, serviceOf(r), "InternalFailure",
				"A mistake of the stand-ins; the terminal in which they run shows where.", requestID(a.refused),
			})
		}
	}()
	out = &answer{header: http.Header{}}
	handle(out)
	return out
}

// answer is kept until the clock is free again.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}
