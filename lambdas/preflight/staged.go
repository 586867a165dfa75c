package preflight

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/release"
)

// stagedFindings are about a release of what somebody else has put on staging: whether they have finished, and what it is.
func stagedFindings(f facts) []release.Finding {
	if f.deployment == nil {
		return nil
	}
	return slices.Concat(stagedDifferences(f), contentMoves(f), stackFindings(f))
}

func stagedDifferences(f facts) []release.Finding {
	texts := fields(distribution.Diff(f.primary.config, f.staging.config))
	if len(texts) == 0 {
		return nil
	}
	return []release.Finding{finding(release.Note, release.StagedDifferences,
		"staging differs from the primary (primary → staging) in: "+listed(texts, "; ", mostNamed),
		"this is what viewers get by this release, wherever it came from",
		"nothing, if it is what was meant to be deployed; both whole configs are in the record")}
}

// contentMoves guards viewers from older content. A stack's template knows nothing of the releases that have moved an S3
// origin since: deployed with its last parameters it puts staging back to where the content was, and deployed without a
// change it leaves staging where a rolled-back release has put it.
func contentMoves(f facts) []release.Finding {
	from := s3Places(f.primary.config)
	var moves []string
	for id, place := range s3Places(f.staging.config) {
		if before, both := from[id]; both && before != place {
			moves = append(moves, fmt.Sprintf("origin %s reads %s on staging, and %s on the primary", id, place, before))
		}
	}
	if len(moves) == 0 {
		return nil
	}
	slices.Sort(moves)
	return []release.Finding{finding(release.Warn, release.StagedContentMoves, listed(moves, "; ", mostNamed),
		"with the config this release would move viewers to other content: to an older release's, if staging was deployed with old"+
			" values, or to what was rolled back",
		fmt.Sprintf("give the origins of staging %s the primary's place and start again; if the content is meant to move with the config, acknowledge %s",
			f.staging.id, release.StagedContentMoves))}
}

// s3Places is where each S3 origin reads, by its Id.
func s3Places(c *types.DistributionConfig) map[string]string {
	places := map[string]string{}
	for _, o := range distribution.S3Origins(c) {
		places[o.OriginID] = o.Domain + originPath(c, o.OriginID)
	}
	return places
}
