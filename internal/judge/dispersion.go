package judge

import "slices"

// Tally is one kind of errors of one side, added up over its minutes.
type Tally struct {
	// Minutes is how many minutes with requests it is of.
	Minutes  int
	Requests int64
	Errors   int64
	// Squares is the sum of errors² ÷ requests over the minutes: all that the dispersion needs of them.
	Squares float64
}

// Add adds a minute. A minute without requests is none.
func (t *Tally) Add(requests, errors int64) {
	if requests == 0 {
		return
	}
	t.Minutes++
	t.Requests += requests
	t.Errors += errors
	t.Squares += float64(errors) * float64(errors) / float64(requests)
}

func (t Tally) rate() float64 { return float64(t.Errors) / float64(t.Requests) }

const (
	// UnknownDispersion is for a site whose past does not tell how its errors come: one viewer's retries and one page's
	// calls fail together, some five at a time. What is known of a site is better; this only has to be safe.
	UnknownDispersion = 5

	// leastMinutes and leastErrors are what a tally needs before its dispersion is believed. That of k minutes scatters
	// by √(2/(k−1)) around its mean (it is χ² ÷ degrees of freedom), by a quarter at thirty; and with a handful of errors
	// there may have been no burst yet to be seen.
	leastMinutes = 30
	leastErrors  = 30
)

// Dispersion is how many times more the errors scatter from minute to minute than those of independent requests would: 1
// for independent ones, 5 if they come in bursts of about five. It is Pearson's χ² of the minutes' error rates around
// their common rate p, divided by its degrees of freedom (McCullagh and Nelder, "Generalized Linear Models", 1989, section
// 4.5):
//
//	( Σ errors²/requests − (Σ errors)²/Σ requests ) ÷ ( p·(1−p)·(minutes−1) )
//
// Known is false where there is too little to tell. Whatever drifts in the error rate adds to it, which is on the careful
// side.
func (t Tally) Dispersion() (value float64, known bool) {
	if t.Minutes < leastMinutes || t.Errors < leastErrors || t.Errors == t.Requests {
		return 0, false
	}
	p := t.rate()
	return (t.Squares - p*float64(t.Errors)) / (p * (1 - p) * float64(t.Minutes-1)), true
}

// dispersion is the one that a gate reckons with: the largest of 1, what the primary's past shows (UnknownDispersion where
// it shows nothing), and what the baseline shows in the minutes that are judged. The canary's own minutes are left out:
// errors that set in half-way are a regression, and must not make it harder to see.
func dispersion(past float64, baseline Tally) float64 {
	largest := past
	if !(past >= 1) {
		largest = UnknownDispersion
	}
	if now, known := baseline.Dispersion(); known {
		largest = max(largest, now)
	}
	return largest
}

const (
	// An outage is a minute in which errors are at least so many, and at least so much above the usual rate. It is no burst
	// but an incident that is over (or the release that has just been taken back), and says nothing about how errors come on
	// other days: counted in, it would keep the release that mends it away for three hours.
	outageErrors = 100
	outageRate   = 0.01
)

// Past adds up one kind of errors of the primary's past, without the outages in it. The usual rate is the median minute's. Minutes
// without a datapoint are -1.
func Past(requests, errors []int64) (usual Tally, outages int) {
	var rates []float64
	for i, n := range requests {
		if n > 0 {
			rates = append(rates, float64(errors[i])/float64(n))
		}
	}
	if len(rates) == 0 {
		return usual, 0
	}
	slices.Sort(rates)
	median := rates[len(rates)/2]
	for i, n := range requests {
		switch {
		case n <= 0:
		case errors[i] >= outageErrors && float64(errors[i])/float64(n) >= median+outageRate:
			outages++
		default:
			usual.Add(n, errors[i])
		}
	}
	return usual, outages
}

// PastDispersion is the dispersion of the primary's past, or UnknownDispersion.
func PastDispersion(past Tally) float64 {
	if value, known := past.Dispersion(); known {
		return max(1, value)
	}
	return UnknownDispersion
}
