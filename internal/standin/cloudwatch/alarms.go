package cloudwatch

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

type alarm struct {
	name, arn, state, reason string
	composite                bool
	updated                  time.Time
}

// SetAlarm puts a metric alarm, given by its name or ARN, into a state: OK, ALARM or INSUFFICIENT_DATA. The alarm
// begins to exist with its first state.
func (s *Server) SetAlarm(nameOrARN, state, reason string) { s.set(nameOrARN, state, reason, false) }

// SetCompositeAlarm is SetAlarm for a composite alarm.
func (s *Server) SetCompositeAlarm(nameOrARN, state, reason string) {
	s.set(nameOrARN, state, reason, true)
}

func (s *Server) set(nameOrARN, state, reason string, composite bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, arn := nameOrARN, "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"+nameOrARN
	if _, after, ok := strings.Cut(nameOrARN, ":alarm:"); ok {
		name, arn = after, nameOrARN
	}
	s.alarms[name] = alarm{name, arn, state, reason, composite, s.clock.Now()}
}

// describeAlarms lists in order of name. "If you omit [AlarmTypes], only metric alarms are returned, even if composite
// alarms exist" (DescribeAlarms, CloudWatch API Reference). A name that no alarm has is no error.
func (s *Server) describeAlarms(in *input) (cbor.Map, *fault) {
	names, kinds := in.texts("AlarmNames"), in.texts("AlarmTypes")
	state, after := in.text("StateValue"), in.text("NextToken")
	limit := in.number("MaxRecords", 50, 1, 100)
	if f := in.done(); f != nil {
		return nil, f
	}
	if f := s.acceptable(names, kinds, after); f != nil {
		return nil, f
	}
	if len(kinds) == 0 {
		kinds = []string{"MetricAlarm"}
	}
	metric, composite := cbor.List{}, cbor.List{}
	out := cbor.Map{}
	last := ""
	for _, name := range slices.Sorted(maps.Keys(s.alarms)) {
		a := s.alarms[name]
		if name <= after || !a.wanted(names, kinds, state) {
			continue
		}
		if int64(len(metric)+len(composite)) == limit {
			out["NextToken"] = cbor.String(last)
			break
		}
		last = name
		if a.composite {
			composite = append(composite, a.encode())
		} else {
			metric = append(metric, a.encode())
		}
	}
	out["MetricAlarms"], out["CompositeAlarms"] = metric, composite
	return out, nil
}

func (s *Server) acceptable(names, kinds []string, after string) *fault {
	if len(names) > 100 {
		return invalid("The collection AlarmNames must not have a size greater than 100.")
	}
	for _, kind := range kinds {
		if kind != "MetricAlarm" && kind != "CompositeAlarm" {
			return notImplemented("alarms of the type " + kind)
		}
	}
	if _, ok := s.alarms[after]; after != "" && !ok {
		return invalidNextToken()
	}
	return nil
}

func (a alarm) wanted(names, kinds []string, state string) bool {
	kind := "MetricAlarm"
	if a.composite {
		kind = "CompositeAlarm"
	}
	return slices.Contains(kinds, kind) && (len(names) == 0 || slices.Contains(names, a.name)) &&
		(state == "" || state == a.state)
}

func (a alarm) encode() cbor.Map {
	updated := &cbor.Tag{ID: 1, Value: cbor.Float64(float64(a.updated.UnixMilli()) / 1000)}
	return cbor.Map{
		"AlarmName":             cbor.String(a.name),
		"AlarmArn":              cbor.String(a.arn),
		"StateValue":            cbor.String(a.state),
		"StateReason":           cbor.String(a.reason),
		"StateUpdatedTimestamp": updated,
	}
}
