// Package judge decides from evidence whether a canary is as healthy as its baseline.
//
// Evidence is per-minute counts of both sides, the gates that the request set, and the states of the alarms it named. Each
// gate comes to a verdict with one sentence for people; the verdict on the whole is the worst of them: unhealthy outranks
// inconclusive, and inconclusive outranks healthy. Silence is never health: whatever is missing, malformed or unreadable
// makes the verdict inconclusive.
//
// It may be asked after every minute: an error rate's interval holds at all looks together (sequence.go), with the errors
// coming in bursts as they did before (dispersion.go). How long that takes can be said beforehand (plan.go).
//
// The package is pure: no clock, no AWS, no document. It knows nothing of traffic weights or deadlines; how long to go on
// looking is the caller's decision.
package judge

// Verdict is what the evidence says.
type Verdict string

// The verdicts.
const (
	Healthy      Verdict = "healthy"
	Inconclusive Verdict = "inconclusive"
	Unhealthy    Verdict = "unhealthy"
)

// rank orders the verdicts from the least to the most telling. An opinion without a verdict is only a note.
func (v Verdict) rank() int {
	switch v {
	case Unhealthy:
		return 3
	case Inconclusive:
		return 2
	case Healthy:
		return 1
	default:
		return 0
	}
}

// Side is one side of the comparison, in counts per minute; a minute without a datapoint is -1 in every column.
type Side struct {
	// Name is what the sentences call this side.
	Name      string
	Requests  []int64
	Errors4xx []int64
	Errors5xx []int64
}

// Gates are what the canary must pass.
type Gates struct {
	// MinimumRequests of the canary, below which nothing is healthy. At least 1 is always needed.
	MinimumRequests int64
	// Tolerance4xx and Tolerance5xx are percentage points by which an error rate may exceed the baseline's.
	Tolerance4xx float64
	Tolerance5xx float64
	// Alpha is the probability with which the interval of one gate may miss the truth, at any of its looks.
	Alpha float64
	// Confidence, in percent, is what all gates of all judgings of a release have together, for the sentences.
	Confidence float64
	// Dispersion4xx and Dispersion5xx are how the primary's errors came before (PastDispersion); below 1 they are unknown.
	Dispersion4xx float64
	Dispersion5xx float64
}

// Alarm states as CloudWatch spells them.
const (
	StateOK               = "OK"
	StateAlarm            = "ALARM"
	StateInsufficientData = "INSUFFICIENT_DATA"
)

// Alarm is an alarm that the canary must not set off.
type Alarm struct {
	Name string
	// State is one of CloudWatch's three; anything else means that it could not be read.
	State string
	// Cause is why the state could not be read.
	Cause string
}

// Evidence is all that Judge looks at.
type Evidence struct {
	Canary   Side
	Baseline Side
	// SameMinutes is true where both sides are of the same minutes: one counts where both have it. Else they may cover
	// different minutes and different numbers of them.
	SameMinutes bool
	Gates       Gates
	Alarms      []Alarm
	// Excluded is what the caller has left out of the minutes, for the sentence that says so.
	Excluded []string
	// Unreadable is why there are no counts; empty when there are.
	Unreadable string
}

// Result is the verdict on all gates together.
type Result struct {
	Verdict Verdict
	// Reasons has one sentence per gate, each ending in that gate's verdict, without a full stop.
	Reasons []string
	// Rates are the gates on error rates in numbers; none where there is nothing to compare.
	Rates []Rate
	// Minutes is how many of the canary's minutes carried requests.
	Minutes int
}

// Judge weighs the evidence. It accepts anything and never panics.
func Judge(e Evidence) Result {
	opinions, rates, minutes := counted(e)
	for _, a := range e.Alarms {
		opinions = append(opinions, a.opinion())
	}
	worst := Healthy
	reasons := make([]string, len(opinions))
	for i, o := range opinions {
		reasons[i] = o.sentence
		if o.verdict.rank() > worst.rank() {
			worst = o.verdict
		}
	}
	return Result{Verdict: worst, Reasons: reasons, Rates: rates, Minutes: minutes}
}

// opinion is one gate's verdict. Without a verdict it is a note.
type opinion struct {
	verdict  Verdict
	sentence string
}

func concluded(v Verdict, sentence string) opinion {
	return opinion{verdict: v, sentence: sentence + " → " + string(v)}
}

func (a Alarm) opinion() opinion {
	switch a.State {
	case StateOK:
		return concluded(Healthy, "alarm "+a.Name+": OK")
	case StateAlarm:
		return concluded(Unhealthy, "alarm "+a.Name+": ALARM")
	case StateInsufficientData:
		return opinion{sentence: "alarm " + a.Name + ": INSUFFICIENT_DATA, which is not counted as health"}
	}
	cause := a.Cause
	if cause == "" {
		cause = "it has no state that we know"
	}
	return concluded(Inconclusive, "alarm "+a.Name+": could not be read ("+cause+")")
}
