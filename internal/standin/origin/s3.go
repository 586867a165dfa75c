// Package origin has the origins that the edge asks: a bucket of the S3 stand-in, an echo, and an API with settable faults.
package origin

import (
	"net/http"
	"time"

	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/internal/standin/s3"
)

type bucket struct {
	server *s3.Server
	name   string
}

// FileLatency is how long a bucket, or any server of files, takes to begin; made up.
func FileLatency() edge.Latency { return edge.Latency{Median: 30 * time.Millisecond, Spread: 0.3} }

// S3Bucket is a bucket as an origin.
func S3Bucket(server *s3.Server, name string) edge.Origin { return bucket{server, name} }

// Fetch implements edge.Origin.
func (b bucket) Fetch(r edge.OriginRequest) []edge.OriginAnswer {
	status, header, body := b.server.ReadAsOrigin(b.name, r.Path, r.SourceARN, r.Method, value(r.Header, "If-None-Match"))
	return []edge.OriginAnswer{{Count: r.Count, Status: status, Header: header, Body: body, Latency: FileLatency()}}
}

func value(h http.Header, canonical string) string {
	if v := h[canonical]; len(v) > 0 {
		return v[0]
	}
	return ""
}
