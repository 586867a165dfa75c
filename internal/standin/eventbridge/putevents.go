package eventbridge

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"cloudfront-cd/internal/standin/awsjson"
)

// "You can include up to 10 entries in a request" and "the total entry size must be less than 256 KB" (PutEvents, Amazon
// EventBridge API Reference). AWS has raised quotas like these before: the stand-in keeps to the stricter.
const (
	maxEntries = 10
	maxSize    = 256 * 1024
)

type request struct {
	Entries    []entry `json:"Entries"`
	EndpointID string  `json:"EndpointId"`
}

type entry struct {
	Time         *float64 `json:"Time"` // seconds since 1970
	Source       string   `json:"Source"`
	DetailType   string   `json:"DetailType"`
	Detail       string   `json:"Detail"`
	EventBusName string   `json:"EventBusName"`
	Resources    []string `json:"Resources"`
	TraceHeader  string   `json:"TraceHeader"`
}

type response struct {
	FailedEntryCount int      `json:"FailedEntryCount"`
	Entries          []result `json:"Entries"`
}

type result struct {
	EventID      string `json:"EventId,omitempty"`
	ErrorCode    string `json:"ErrorCode,omitempty"`
	ErrorMessage string `json:"ErrorMessage,omitempty"`
}

func (s *Server) put(in request) (any, error) {
	if in.EndpointID != "" {
		return nil, awsjson.NewError(http.StatusNotImplemented, "NotImplemented", "The stand-in does not implement global endpoints.")
	}
	if len(in.Entries) == 0 || len(in.Entries) > maxEntries {
		return nil, invalid("1 validation error detected: Entries must have a length from 1 to 10.")
	}
	size := 0
	for _, e := range in.Entries {
		size += e.size()
	}
	if size >= maxSize {
		return nil, invalid("Total size of the entries in the request is over the limit.")
	}
	out := response{}
	for _, e := range in.Entries {
		res := e.check()
		if code := s.failing.next(); code != "" {
			res = result{ErrorCode: code, ErrorMessage: "The stand-in was told to fail this entry."}
		}
		if res.ErrorCode == "" {
			res.EventID = s.id()
			s.events = append(s.events, e.event(res.EventID, s.clock.Now()))
		} else {
			out.FailedEntryCount++
		}
		out.Entries = append(out.Entries, res)
	}
	return out, nil
}

// size counts as "Calculating PutEvents event entry size" in the Amazon EventBridge User Guide does.
func (e entry) size() int {
	size := len(e.Source) + len(e.DetailType) + len(e.Detail)
	if e.Time != nil {
		size += 14
	}
	for _, r := range e.Resources {
		size += len(r)
	}
	return size
}

// check finds what AWS reports for an entry alone. The codes are those of "Handling failures with PutEvents" in the
// Amazon EventBridge User Guide.
func (e entry) check() result {
	for _, required := range [][2]string{{"Source", e.Source}, {"DetailType", e.DetailType}, {"Detail", e.Detail}} {
		if name := required[0]; required[1] == "" {
			return result{
				ErrorCode:    "InvalidArgument",
				ErrorMessage: "Parameter " + name + " is not valid. Reason: " + name + " is a required argument.",
			}
		}
	}
	if strings.HasPrefix(e.Source, "aws.") {
		return result{
			ErrorCode:    "NotAuthorizedForSourceException",
			ErrorMessage: "Not authorized for the source.",
		}
	}
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(e.Detail), &object) != nil || object == nil {
		return result{ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed."}
	}
	return result{}
}

func (e entry) event(id string, now time.Time) Event {
	if e.Time != nil {
		now = time.UnixMilli(int64(*e.Time * 1000)).UTC()
	}
	bus := e.EventBusName
	if bus == "" {
		bus = "default"
	}
	return Event{
		ID: id, Time: now, Source: e.Source, DetailType: e.DetailType, Detail: e.Detail, Bus: bus, Resources: e.Resources,
	}
}
