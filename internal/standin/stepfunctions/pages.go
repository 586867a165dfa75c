package stepfunctions

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"cloudfront-cd/internal/asl"
)

type historyRequest struct {
	ExecutionARN         string `json:"executionArn"`
	IncludeExecutionData *bool  `json:"includeExecutionData"`
	ReverseOrder         bool   `json:"reverseOrder"`
	MaxResults           int    `json:"maxResults"`
	NextToken            string `json:"nextToken"`
}

// historyEvent is an event with its time as the protocol tells it.
type historyEvent struct {
	Timestamp float64 `json:"timestamp"`
	plainEvent
}

type plainEvent asl.Event

func (s *Server) getExecutionHistory(in historyRequest) (any, error) {
	x, err := s.execution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	events, direction := x.History(), int64(1)
	if in.ReverseOrder {
		slices.Reverse(events)
		direction = -1
	}
	token := in.NextToken
	in.NextToken = ""
	shown, next, err := page(s, events, func(e asl.Event) int64 { return direction * e.ID }, in.MaxResults, token, in)
	if err != nil {
		return nil, err
	}
	list := make([]historyEvent, len(shown))
	for i, e := range shown {
		if in.IncludeExecutionData != nil && !*in.IncludeExecutionData {
			e = e.WithoutData()
		}
		list[i] = historyEvent{seconds(e.Timestamp), plainEvent(e)}
	}
	return answerPage("events", list, next), nil
}

type listRequest struct {
	StateMachineARN string `json:"stateMachineArn"`
	StatusFilter    string `json:"statusFilter"`
	MaxResults      int    `json:"maxResults"`
	NextToken       string `json:"nextToken"`
}

// listExecutions sorts by start: "Results are sorted by time, with the most recent execution first" (API reference).
func (s *Server) listExecutions(in listRequest) (any, error) {
	machine, err := s.machine(in.StateMachineARN)
	if err != nil {
		return nil, err
	}
	if err := checkStatusFilter(in.StatusFilter); err != nil {
		return nil, err
	}
	type numbered struct {
		look
		place int64
	}
	var found []numbered
	for i, x := range slices.Backward(s.engine.Executions()) {
		seen := s.look(x)
		if x.Machine() == machine && (in.StatusFilter == "" || in.StatusFilter == string(seen.status)) {
			found = append(found, numbered{seen, -int64(i)})
		}
	}
	token := in.NextToken
	in.NextToken = ""
	shown, next, err := page(s, found, func(n numbered) int64 { return n.place }, in.MaxResults, token, in)
	if err != nil {
		return nil, err
	}
	list := make([]map[string]any, len(shown))
	for i, n := range shown {
		list[i] = n.item()
	}
	return answerPage("executions", list, next), nil
}

// checkStatusFilter: the text for an unknown status was recorded (localstack, test_state_machine_status_filter). With
// PENDING_REDRIVE and a stateMachineArn "the API returns a validation exception" (API reference).
func checkStatusFilter(status string) error {
	switch status {
	case "", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED":
		return nil
	case "PENDING_REDRIVE":
		return badRequest("ValidationException", "The PENDING_REDRIVE statusFilter requires mapRunArn.")
	default:
		return invalid(status, "statusFilter",
			"Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]")
	}
}

// cursor is what a nextToken says: the request that it continues, the place of the last item shown, and when it expires.
type cursor struct {
	Request json.RawMessage `json:"request"`
	Last    int64           `json:"last"`
	Until   time.Time       `json:"until"`
}

// "Each pagination token expires after 24 hours" (API reference).
const cursorValidity = 24 * time.Hour

// page cuts out of items the page that the token asks for. Each item has a place, which grows along the list, so that items
// that come or go between two pages do not shift the others. "Keep all other arguments unchanged" (API reference): a token
// of another request is invalid here, which is not documented.
func page[T any](s *Server, items []T, place func(T) int64, size int, token string, request any) ([]T, string, error) {
	switch {
	case size > 1000:
		return nil, "", invalid(strconv.Itoa(size), "maxResults", "Member must have value less than or equal to 1000")
	case size < 0:
		return nil, "", invalid(strconv.Itoa(size), "maxResults", "Member must have value greater than or equal to 0")
	case size == 0:
		size = 100
	}
	same, err := json.Marshal(request)
	if err != nil {
		return nil, "", fmt.Errorf("make nextToken: %w", err)
	}
	if token != "" {
		last, ok := readCursor(token, same, s.engine.Clock.Now())
		if !ok {
			return nil, "", badRequest("InvalidToken", "Invalid Token: 'Invalid token'")
		}
		items = slices.DeleteFunc(items, func(item T) bool { return place(item) <= last })
	}
	if len(items) <= size {
		return items, "", nil
	}
	items = items[:size]
	text, err := json.Marshal(cursor{same, place(items[size-1]), s.engine.Clock.Now().Add(cursorValidity)})
	if err != nil {
		return nil, "", fmt.Errorf("make nextToken: %w", err)
	}
	return items, base64.URLEncoding.EncodeToString(text), nil
}

func readCursor(token string, request []byte, now time.Time) (last int64, ok bool) {
	text, err := base64.URLEncoding.DecodeString(token)
	var c cursor
	if err != nil || json.Unmarshal(text, &c) != nil {
		return 0, false
	}
	return c.Last, string(c.Request) == string(request) && now.Before(c.Until)
}

func answerPage(member string, list any, next string) map[string]any {
	out := map[string]any{member: list}
	if next != "" {
		out["nextToken"] = next
	}
	return out
}
