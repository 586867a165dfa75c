package cloudfront

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

const statusCompleted = "Completed"

// invalidation is a batch of paths on its way to the POPs of one distribution. It is Completed when the last one has it.
type invalidation struct {
	id        string
	reference string
	paths     []string
	tree      *Node // the InvalidationBatch
	created   time.Time
	due, have []bool // by POP; due but not had means that the POP is stuck
	past      history[string]
}

// status is what a reader sees of a batch at some time; it is empty before the batch is to be seen.
func (v *invalidation) status(at time.Time) string { return v.past.asOf(at) }

func (v *invalidation) running() bool { return slices.Contains(v.have, false) }

// wildcards are how many of the paths end with a star.
func (v *invalidation) wildcards() int {
	n := 0
	for _, p := range v.paths {
		if strings.HasSuffix(p, "*") {
			n++
		}
	}
	return n
}

// invalidate sends a batch to every POP. "CloudFront forwards the request to all edge locations within a few seconds, and each
// edge location starts processing the invalidation immediately" (Developer Guide, "Invalidate files"); how long that takes is
// InvalidationSpread.
func (s *Server) invalidate(d *distribution, v *invalidation) {
	v.due, v.have = make([]bool, len(d.pops)), make([]bool, len(d.pops))
	d.forgetInvalidation()
	d.invalidations = append(d.invalidations, v)
	d.invalidated++
	v.past.add(v.created, statusInProgress)
	// A stream of its own, apart from those of revisions: an invalidation moves nothing else.
	r := rand.New(rand.NewPCG(s.seed, ^(d.serial<<32 | d.invalidated)))
	for i := range d.pops {
		s.clock.At(v.created.Add(s.InvalidationSpread.draw(r)), func() {
			v.due[i] = true
			s.clear(d, i)
		})
	}
}

// clear lets a POP have the batches that are due, unless it is stuck.
func (s *Server) clear(d *distribution, i int) {
	if s.stuck[stuckKey{d.id, i}] {
		return
	}
	for _, v := range d.invalidations {
		if !v.due[i] || v.have[i] {
			continue
		}
		v.have[i] = true
		if !v.running() {
			v.past.add(s.clock.Now(), statusCompleted)
		}
		if s.OnInvalidate != nil {
			s.OnInvalidate(d.id, i, slices.Clone(v.paths))
		}
	}
}

// batches are how many invalidations of a distribution a reader sees InProgress.
func (d *distribution) batches(at time.Time) int {
	n := 0
	for _, v := range d.invalidations {
		if v.status(at) == statusInProgress {
			n++
		}
	}
	return n
}

// readInvalidation reads an InvalidationBatch and checks its paths.
func (s *Server) readInvalidation(tree *Node) (*invalidation, error) {
	if err := checkShape(tree); err != nil {
		return nil, err
	}
	if err := s.checkLists(tree); err != nil {
		return nil, err
	}
	v := &invalidation{reference: tree.Value(nameCallerReference), tree: tree, created: s.clock.Now()}
	for _, p := range tree.Child("Paths").Items() {
		v.paths = append(v.paths, p.Text)
	}
	if v.reference == "" || len(v.paths) == 0 {
		return nil, invalidArgument("An invalidation needs a CallerReference and at least one path.")
	}
	if len(v.paths) > s.Limits.InvalidationPaths {
		return nil, fail(http.StatusRequestEntityTooLarge, "BatchTooLarge", "The batch has more than %d paths.", s.Limits.InvalidationPaths)
	}
	if slices.ContainsFunc(v.paths, func(p string) bool { return !validInvalidationPath(p) }) {
		return nil, invalidArgument("Your request contains one or more invalid invalidation paths.")
	}
	return v, nil
}

// validInvalidationPath: a path begins with a slash, has up to 4,000 characters, none of them unsafe, and a star only at its
// end (Developer Guide, "What you need to know when invalidating files").
func validInvalidationPath(p string) bool {
	const longest = 4000
	star := strings.IndexByte(p, '*')
	return strings.HasPrefix(p, "/") && len(p) <= longest && urlEncoded(p) && (star < 0 || star == len(p)-1)
}

// checkInvalidation: up to 3,000 files and 15 wildcards can be in progress (Developer Guide, "Concurrent invalidation request
// maximum", which counts them per distribution). TooManyInvalidationsInProgress: "You have exceeded the maximum number of
// allowable InProgress invalidation batch requests, or invalidation objects". That BatchTooLarge means one batch that is too
// large by itself is assumed; for wildcards it is not, as they are few.
func (s *Server) checkInvalidation(d *distribution, v *invalidation) error {
	files, wildcards := len(v.paths)-v.wildcards(), v.wildcards()
	for _, other := range d.invalidations {
		if other.running() {
			files += len(other.paths) - other.wildcards()
			wildcards += other.wildcards()
		}
	}
	if files > s.Limits.InvalidationPaths || wildcards > s.Limits.InvalidationWildcards {
		return fail(http.StatusBadRequest, "TooManyInvalidationsInProgress",
			"Processing your request will cause you to exceed the maximum number of in-progress invalidations.")
	}
	return nil
}
