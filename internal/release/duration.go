package release

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Duration is a length of time, in JSON a text such as "10m" or "1h30m" (Go's duration syntax).
type Duration time.Duration

// UnmarshalJSON accepts only the text form: a bare number would leave its unit to guesswork.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf(`%s is not a duration: write a text such as "10m"`, data)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf(`%q is not a duration: write a text such as "10m" or "1h30m"`, text)
	}
	*d = Duration(parsed)
	return nil
}

// MarshalJSON writes the shortest form: "10m", not "10m0s".
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(d.String())
}

// String is the shortest form in Go's duration syntax.
func (d Duration) String() string {
	text := time.Duration(d).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Std is d as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// minutes is d in whole minutes, rounded up.
func (d Duration) minutes() int {
	return int((time.Duration(d) + time.Minute - 1) / time.Minute)
}
