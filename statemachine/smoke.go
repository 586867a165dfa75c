package statemachine

import "cloudfront-cd/internal/fault"

// smokeBefore looks at staging before any viewer gets it. The first step's Shift Traffic takes the header's place.
func (s *releaseStates) smokeBefore() {
	s.SmokeTestWanted.When(isTrue("$.staging.smoke"), s.RouteHeader, nil).Otherwise(s.ShiftTraffic)

	chain(s.RouteHeader, s.WaitForHeader, s.CheckHeader, s.HeaderDeployed)
	s.HeaderDeployed.When(isTrue("$.deployed.deployed"), s.SmokeTest, nil).Otherwise(s.WaitForHeader)

	chain(s.SmokeTest, s.SmokePassed)
	s.SmokePassed.
		When(isTrue("$.smoke.passed"), s.ShiftTraffic, nil).
		When(isTrue("$.smoke.again"), s.WaitForRouting, nil).
		Otherwise(s.StopTraffic)
	chain(s.WaitForRouting, s.SmokeTest)
}

// smokeSideways is where the boxes of the smoke test go when they fail.
func (s *releaseStates) smokeSideways() {
	// Whoever lost the lock must not write any more.
	catch(s.RouteHeader, s.Finish, stranded, fault.LockLost)

	// The header may be routed.
	rescue(s.StopTraffic, failure, s.RouteHeader, s.CheckHeader, s.SmokeTest)
}
