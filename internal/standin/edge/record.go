package edge

import (
	"net/http"
	"time"
)

// record adds answers of one side to the metrics of the distribution that served, and of the primary where that is the
// setting.
func (e *Edge) record(primary *node, side Side, id string, now time.Time, answers []Answer) {
	if e.metrics == nil {
		return
	}
	var requests, e4xx, e5xx int64
	for i := range answers {
		a := &answers[i]
		requests += a.Count
		switch {
		case a.Status >= http.StatusInternalServerError:
			e5xx += a.Count
		case a.Status >= http.StatusBadRequest:
			e4xx += a.Count
		}
	}
	minute := now.Truncate(time.Minute)
	e.metrics.Record(id, minute, requests, e4xx, e5xx)
	if side == Staging && e.RequestsIncludeStaging {
		e.metrics.Record(primary.id, minute, requests, e4xx, e5xx)
	}
}
