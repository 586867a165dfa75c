package metrics

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"cloudfront-cd/internal/fault"
)

// maxValue is beyond any count of a minute and any percentage; a product of two such values would leave the range of int64
// only beyond it.
const maxValue = 1e9

// answers collects the pages of one query. A metric may come in parts over several pages; its last status counts.
type answers struct {
	window Window
	values map[string][]float64
	status map[string]types.StatusCode
}

// expect announces a metric and returns the slice that its values will be put into.
func (a *answers) expect(id string) []float64 {
	a.values[id] = slices.Repeat([]float64{noDatapoint}, a.window.Minutes())
	return a.values[id]
}

func (a *answers) add(r types.MetricDataResult) error {
	id := aws.ToString(r.Id)
	values, expected := a.values[id]
	if !expected || len(r.Timestamps) != len(r.Values) {
		return fault.Errorf(fault.Unexpected, "CloudWatch answered %d timestamps and %d values for metric %q", len(r.Timestamps), len(r.Values), id)
	}
	a.status[id] = r.StatusCode
	for i, at := range r.Timestamps {
		v := r.Values[i]
		if !(v >= 0 && v <= maxValue) {
			return fault.Errorf(fault.Unexpected, "CloudWatch answered %v for metric %q at %s", v, id, at.Format(time.RFC3339))
		}
		if at.Before(a.window.From) || !at.Before(a.window.To) {
			continue
		}
		values[int(at.Sub(a.window.From)/time.Minute)] = v
	}
	return nil
}

// complete refuses an answer of which CloudWatch itself does not say that it is all there is.
func (a *answers) complete() error {
	for _, id := range slices.Sorted(maps.Keys(a.values)) {
		switch status := a.status[id]; status {
		case types.StatusCodeComplete:
		case types.StatusCodeForbidden:
			return fault.Errorf(fault.Refused, "CloudWatch answers Forbidden for metric %q", id)
		default:
			return fault.Errorf(fault.Unavailable, "CloudWatch left metric %q incomplete (status %q)", id, status)
		}
	}
	return nil
}
