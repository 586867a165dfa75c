package statemachine

import "cloudfront-cd/internal/release"

// smokeStates are the boxes of the smoke test, in the order of the picture.
type smokeStates struct {
	SmokeTestWanted choiceBox
	RouteHeader     taskBox
	WaitForHeader   waitBox
	CheckHeader     taskBox
	HeaderDeployed  choiceBox
	SmokeTest       taskBox
	SmokePassed     choiceBox
	WaitForRouting  waitBox
}

func newSmokeStates(b *boxes) smokeStates {
	return smokeStates{
		SmokeTestWanted: b.choice("Smoke Test Wanted?"),
		RouteHeader: b.task("Route Header", work{
			Folder: "routeheader", Result: "$.route", Retry: steady(),
			Does: "Lets requests with a secret header value through to staging; no viewer knows it.",
		}),
		WaitForHeader: b.wait("Wait For Header", release.PollEvery),
		CheckHeader: b.task("Check Header", work{
			Folder: "checkdeployed", Which: release.OfHeader, Result: "$.deployed", Retry: steady(),
			Does: "Asks CloudFront whether the header's routing is deployed everywhere.",
		}),
		HeaderDeployed: b.choice("Header Deployed?"),
		SmokeTest: b.task("Smoke Test", work{
			Folder: "smoketest", Result: "$.smoke", Retry: steady(),
			Does: "Looks at the site through the primary's domain with the secret header, and compares every byte.",
		}),
		SmokePassed:    b.choice("Smoke Passed?"),
		WaitForRouting: b.wait("Wait For Routing", release.PollEvery),
	}
}
