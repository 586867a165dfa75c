package viewers

import (
	"time"

	"cloudfront-cd/internal/standin/edge"
)

// Counts is what one side served.
type Counts struct {
	// Requests is how many requests there were, whatever their answer.
	Requests int64
	// Errors4xx and Errors5xx are those of them that were answered with an error.
	Errors4xx, Errors5xx int64
}

// Plus is the sum of two counts.
func (c Counts) Plus(d Counts) Counts {
	return Counts{c.Requests + d.Requests, c.Errors4xx + d.Errors4xx, c.Errors5xx + d.Errors5xx}
}

// Minute is what happened to one site in one minute, or since the start.
type Minute struct {
	// Start is when the minute began.
	Start time.Time
	// Primary and Staging are what each side really served, whatever the metrics will say.
	Primary, Staging Counts
}

// Share is the part of all requests that staging served, and zero when there were none.
func (m Minute) Share() float64 {
	return share(m.Staging.Requests, m.Primary.Requests+m.Staging.Requests)
}

func (m *Minute) add(a edge.Answer) {
	c := &m.Primary
	if a.Side == edge.Staging {
		c = &m.Staging
	}
	c.Requests += a.Count
	switch a.Status / 100 {
	case 4:
		c.Errors4xx += a.Count
	case 5:
		c.Errors5xx += a.Count
	}
}
