package viewers

import "time"

// Daily is the rate of a site whose viewers live in and around one time zone, by the hour in UTC; the busiest hour has peak
// requests per minute. The shape is made up.
func Daily(peak float64) Rate {
	shares := [24]float64{
		0.35, 0.25, 0.20, 0.18, 0.20, 0.30, 0.50, 0.72, 0.88, 0.95, 0.97, 0.98,
		0.96, 0.95, 0.95, 0.96, 0.98, 1.00, 1.00, 1.00, 0.95, 0.85, 0.68, 0.50,
	}
	return func(at time.Time) float64 {
		at = at.UTC()
		hour, within := at.Hour(), float64(at.Minute())/60
		return peak * (shares[hour]*(1-within) + shares[(hour+1)%24]*within)
	}
}
