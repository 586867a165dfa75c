package statemachine

import "cloudfront-cd/internal/fault"

// contentBefore is what a release of content does before anything else is touched: look at the build, and see to it that no
// viewer of either side misses an asset.
func (s *releaseStates) contentBefore() {
	s.ContentRelease.When(isTrue("$.preflight.content"), s.CheckContent, nil).Otherwise(s.AnnounceStart)

	chain(s.CheckContent, s.ContentPassed)
	s.ContentPassed.When(isTrue("$.content.passed"), s.CarryAssets, nil).Otherwise(s.Finish)

	chain(s.CarryAssets, s.AssetsCarried)
	s.AssetsCarried.
		When(isTrue("$.carry.done"), s.AnnounceStart, nil).
		When(isTrue("$.carry.refused"), s.Finish, nil).
		Otherwise(s.CarryAssets)
}

// contentAfter makes the caches forget the pages from before, once the promoted primary has deployed.
func (s *releaseStates) contentAfter() {
	s.CachesToInvalidate.When(isTrue("$.promotion.invalidate"), s.Invalidate, nil).Otherwise(s.Bake)

	chain(s.Invalidate, s.WaitForInvalidation, s.CheckInvalidation, s.CachesInvalidated)
	s.CachesInvalidated.When(isTrue("$.invalidation.over"), s.Bake, nil).Otherwise(s.WaitForInvalidation)
}

// contentBack makes the caches forget what was promoted and taken back. Nobody waits for it: every page that they have works.
func (s *releaseStates) contentBack() {
	s.CachesToInvalidateAgain.When(isTrue("$.promotion.invalidate"), s.InvalidateAgain, nil).Otherwise(s.Finish)
	chain(s.InvalidateAgain, s.Finish)
}

// contentSideways is where the boxes of a content release go when they fail.
func (s *releaseStates) contentSideways() {
	// Whoever lost the lock must not write any more.
	catch(s.Invalidate, s.Finish, stranded, fault.LockLost)

	// The pair was not touched yet; what was carried harms nobody.
	rescue(s.Finish, failure, s.CheckContent, s.CarryAssets)

	// A page that some caches still have is a working page, because its assets were carried: the promotion stands.
	rescue(s.Bake, "$.invalidation", s.Invalidate, s.CheckInvalidation)
	rescue(s.Finish, discard, s.InvalidateAgain)
}
