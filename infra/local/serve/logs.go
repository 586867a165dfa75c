package serve

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// deliverEvery is how often standard logs are delivered, in simulated time: "up to several times an hour" (CloudFront
// Developer Guide, "Timing of log file delivery").
const deliverEvery = 10 * time.Minute

// linesKept bounds what waits for a delivery of one distribution.
const linesKept = 100_000

// standardLogs are the lines of distributions whose logging is switched on, until they are delivered to their buckets.
type standardLogs struct {
	lines     map[string][]string // by distribution
	delivered int
}

// logVisit keeps the line of a viewer's request, if the distribution that served it has its logging switched on now. (Of a
// change of that setting AWS says that it may take up to 12 hours.)
func (a *Account) logVisit(r edge.LogRecord) {
	config, ok := a.CloudFront.Live(r.DistributionID)
	if !ok || !switchedOn(config, "Logging/Enabled") || len(a.logs.lines[r.DistributionID]) >= linesKept {
		return
	}
	if len(a.logs.lines) == 0 {
		a.clock.After(deliverEvery, a.deliverLogs)
	}
	if !switchedOn(config, "Logging/IncludeCookies") {
		r.Cookie = ""
	}
	a.logs.lines[r.DistributionID] = append(a.logs.lines[r.DistributionID], r.Line())
}

func switchedOn(config *cloudfront.Config, path string) bool {
	return config.Text(path) == strconv.FormatBool(true)
}

// deliverLogs puts one file for each distribution into its bucket. Where there is no such bucket they are lost, as nobody is
// told on AWS either.
func (a *Account) deliverLogs() {
	for _, id := range slices.Sorted(maps.Keys(a.logs.lines)) {
		lines := a.logs.lines[id]
		config, ok := a.CloudFront.Live(id)
		if !ok {
			continue
		}
		bucket, _ := distribution.ParseS3Domain(config.Text("Logging/Bucket"))
		if bucket == "" || !a.S3.HasBucket(bucket) {
			continue
		}
		a.logs.delivered++
		key := logKey(config.Text("Logging/Prefix"), id, a.clock.Now(), a.logs.delivered)
		// A bucket of that name exists, and nothing else can go wrong.
		_ = a.S3.Put(bucket, key, compressed(lines), nil)
	}
	clear(a.logs.lines)
}

// logKey is a log file's name (same guide, "Log file names"), with a slash after a prefix that has none (API Reference,
// LoggingConfig).
func logKey(prefix, id string, at time.Time, serial int) string {
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	unique := fnv.New32a()
	_, _ = fmt.Fprint(unique, id, serial) // a hash takes everything
	return fmt.Sprintf("%s%s.%s.%08x.gz", prefix, id, at.Format("2006-01-02-15"), unique.Sum32())
}

func compressed(lines []string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	// A buffer takes everything.
	_, _ = w.Write([]byte(edge.LogHeader() + strings.Join(lines, "\n") + "\n"))
	_ = w.Close()
	return b.Bytes()
}
