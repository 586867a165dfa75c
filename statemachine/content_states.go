package statemachine

import "cloudfront-cd/internal/release"

// contentStates are the boxes that only a release of content comes to, in the order of the picture.
type contentStates struct {
	ContentRelease          choiceBox
	CheckContent            taskBox
	ContentPassed           choiceBox
	CarryAssets             taskBox
	AssetsCarried           choiceBox
	CachesToInvalidate      choiceBox
	Invalidate              taskBox
	WaitForInvalidation     waitBox
	CheckInvalidation       taskBox
	CachesInvalidated       choiceBox
	CachesToInvalidateAgain choiceBox
	InvalidateAgain         taskBox
}

func newContentStates(b *boxes) contentStates {
	return contentStates{
		ContentRelease: b.choice("Content Release?"),
		CheckContent: b.task("Check Content", work{
			Folder: "checkcontent", Result: "$.content", Retry: steady(),
			Does: "Looks whether the new build is complete and described as a browser needs it.",
		}),
		ContentPassed: b.choice("Content Passed?"),
		CarryAssets: b.task("Carry Assets", work{
			Folder: "carryassets", Result: "$.carry", Retry: steady(),
			Does: "Gives each side the assets that only the other one has, a batch at a time; nothing is overwritten.",
		}),
		AssetsCarried:      b.choice("Assets Carried?"),
		CachesToInvalidate: b.choice("Caches To Invalidate?"),
		Invalidate: b.task("Invalidate", work{
			Folder: "invalidate", Result: "$.invalidation", Retry: steady(),
			Does: "Makes the caches of both distributions forget the pages that were replaced.",
		}),
		WaitForInvalidation: b.wait("Wait For Invalidation", release.PollEvery),
		CheckInvalidation: b.task("Check Invalidation", work{
			Folder: "checkinvalidation", Result: "$.invalidation", Retry: steady(),
			Does: "Asks CloudFront whether every cache has forgotten them.",
		}),
		CachesInvalidated:       b.choice("Caches Invalidated?"),
		CachesToInvalidateAgain: b.choice("Caches To Invalidate Again?"),
		InvalidateAgain: b.task("Invalidate Again", work{
			Folder: "invalidate", Which: release.OfRestore, Result: discard, Retry: steady(),
			Does: "Makes the caches forget the promoted pages, now that the ones from before are back.",
		}),
	}
}
