// Package idleside tells a pipeline to which side of a site it may upload: one that neither the primary nor a release in flight
// serves.
//
// No state runs it: a pipeline calls it before it uploads.
package idleside

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/live"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

// Handler has everything the function needs.
type Handler struct {
	CloudFront live.ConfigReader
	Records    record.Reader
	Bucket     string
}

// Request is what a pipeline asks.
type Request struct {
	Primary string `json:"primary"`
	// Origin is the Id of the site's origin.
	Origin string `json:"origin"`
	// Sides are those that the pipeline may use, in its order of preference: two colours, or the prefix of this one release. A
	// side without a bucket is in the origin's.
	Sides []release.Side `json:"sides"`
}

// Answer is the side to upload to.
type Answer struct {
	// Idle is the first of the sides that nobody serves, URI the same for aws s3 cp.
	Idle release.Side `json:"idle"`
	URI  string       `json:"uri"`
	// Live is what the primary serves, InFlight what a release is about to bring.
	Live     release.Side   `json:"live"`
	InFlight []release.Side `json:"inFlight"`
}

// LogValue is what the line of a call is about.
func (r Request) LogValue() slog.Value {
	return slog.GroupValue(slog.String("primary", r.Primary), slog.String("origin", r.Origin))
}

// LogValue is the answer.
func (a Answer) LogValue() slog.Value {
	return slog.GroupValue(slog.String("idle", a.URI), slog.String("live", a.Live.String()))
}

const mostSides = 20

var primaryID = regexp.MustCompile(`^E[A-Z0-9]{5,31}$`)

// Handle only reads, so it may be called at any time. Its answer holds until a release begins: start the release of what was
// uploaded before the next upload.
func (h Handler) Handle(ctx context.Context, r Request) (Answer, error) {
	if !primaryID.MatchString(r.Primary) || r.Origin == "" || len(r.Sides) == 0 || len(r.Sides) > mostSides {
		return Answer{}, fault.Errorf(fault.InvalidRequest,
			`ask with {"primary": "E…", "origin": "site", "sides": [{"prefix": "/blue"}, {"prefix": "/green"}]}, and 1 to %d sides`, mostSides)
	}
	primary, err := live.ReadConfig(ctx, h.CloudFront, r.Primary)
	if err != nil {
		return Answer{}, err
	}
	served, err := sideOf(primary.DistributionConfig, r.Origin)
	if err != nil {
		return Answer{}, fault.Errorf(fault.InvalidRequest, "primary %s: %w", r.Primary, err)
	}
	answer := Answer{Live: served}
	if answer.InFlight, err = h.inFlight(ctx, r, served); err != nil {
		return Answer{}, err
	}
	for _, side := range r.Sides {
		if side.Bucket == "" {
			side.Bucket, side.Region = served.Bucket, served.Region
		}
		if !overlaps(side, served) && !slices.ContainsFunc(answer.InFlight, func(o release.Side) bool { return overlaps(side, o) }) {
			answer.Idle, answer.URI = side, side.String()
			return answer, nil
		}
	}
	if len(answer.InFlight) > 0 {
		return Answer{}, fault.Errorf(fault.LockHeld, "no side is idle: the primary serves %s, and a release in flight %s; ask again when it has ended",
			served, listed(answer.InFlight))
	}
	return Answer{}, fault.Errorf(fault.InvalidRequest, "no side is idle: the primary serves %s; name another one", served)
}

// overlaps reports whether an upload to one side would change what the other one has.
func overlaps(a, b release.Side) bool { return a.Same(b) || a.Within(b) || b.Within(a) }

// inFlight are the sides that the holder of the lock may be serving: what its plan brings, and what staging has. A dead holder
// counts until it has been recovered from.
func (h Handler) inFlight(ctx context.Context, r Request, served release.Side) ([]release.Side, error) {
	holder, _, found, err := record.ReadLock(ctx, h.Records, h.Bucket, r.Primary)
	if err != nil || !found {
		return nil, err
	}
	var sides []release.Side
	for at := &holder; at != nil; at = at.TakenOverFrom {
		var evidence record.Evidence
		_, found, err := record.Read(ctx, h.Records, h.Bucket, record.KeyOf(r.Primary, *at), &evidence)
		if err != nil {
			return nil, err
		}
		if !found && at == &holder && !holder.Recovers {
			return nil, fault.Errorf(fault.Unavailable, "execution %s has begun and not said yet what it releases: ask again in a minute", holder.Name)
		}
		if !found || evidence.Outcome != nil && at != &holder {
			continue
		}
		more, err := h.sidesOf(ctx, r.Origin, evidence, served)
		if err != nil {
			return nil, err
		}
		sides = append(sides, more...)
	}
	return sides, nil
}

func (h Handler) sidesOf(ctx context.Context, origin string, evidence record.Evidence, served release.Side) ([]release.Side, error) {
	var sides []release.Side
	if c := evidence.Plan.Change; c.Repoints() && c.Origin == origin {
		side := served
		path, domain := c.Target()
		if domain != nil {
			side.Bucket, side.Region = distribution.ParseS3Domain(*domain)
		}
		if path != nil {
			side.Prefix = *path
		}
		sides = append(sides, side)
	}
	if evidence.Preflight == nil || evidence.Preflight.Staging.ID == "" {
		return sides, nil
	}
	staging, err := live.ReadConfig(ctx, h.CloudFront, evidence.Preflight.Staging.ID)
	if err != nil {
		return nil, err
	}
	side, err := sideOf(staging.DistributionConfig, origin)
	if err == nil && !slices.ContainsFunc(sides, side.Same) {
		sides = append(sides, side)
	}
	return sides, nil
}

// sideOf is what an origin of a config reads.
func sideOf(c *types.DistributionConfig, id string) (release.Side, error) {
	origin, ok := distribution.OriginByID(c, id)
	if !ok {
		return release.Side{}, fmt.Errorf("there is no origin with the Id %q", id)
	}
	bucket, region := distribution.ParseS3Domain(aws.ToString(origin.DomainName))
	if bucket == "" {
		return release.Side{}, fmt.Errorf("origin %q reads %s, which is no S3 bucket", id, aws.ToString(origin.DomainName))
	}
	return release.Side{Bucket: bucket, Region: region, Prefix: aws.ToString(origin.OriginPath)}, nil
}

func listed(sides []release.Side) string {
	texts := make([]string, len(sides))
	for i, s := range sides {
		texts[i] = s.String()
	}
	return strings.Join(texts, ", ")
}
