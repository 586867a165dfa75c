package main

import "time"

// What infra/aws deploys by default that costs money while nothing is released, for one pair. A test looks there for
// resources that are not in this list. The dashboard of one pair is among the free ones, which reference up to 50 metrics
// each; it has 43, and seven more for each further pair.
const (
	recoverEvery    = 15 * time.Minute // recoverEveryMinutes
	stackAlarms     = 12               // by the metrics that they watch; the metric filters' are sent, and billed, in a release only
	stackDashboards = 1
	stackKeys       = 1 // of the notifications
)

// standing is what the stack uses in a month in which nothing is released: the schedule starts recover, which finds
// nothing to do.
func standing(idle execution) amounts {
	runs := float64(month / recoverEvery)
	a := bill(idle).times(runs)
	a[schedules] = runs
	a[alarms], a[customMetrics], a[dashboards], a[keys] = stackAlarms, 0, stackDashboards, stackKeys
	return a
}
