package watch

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cloudfront-cd/internal/release"
)

// Count writes a number with commas: 56,004.
func Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Percent writes a share of 1 as a percentage, as short as it is: 5 %, 12.5 %.
func Percent(share float64) string { return fmt.Sprintf("%.4g %%", share*100) }

// Short writes a length of time as people say it: to the second up to ten minutes, then to the minute.
func Short(d time.Duration) string {
	unit := time.Second
	if d >= 10*time.Minute {
		unit = time.Minute
	}
	return release.Duration(d.Round(unit)).String()
}

// Plural writes a number of things: 1 note, 2 notes.
func Plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return Count(int64(n)) + " " + thing
}

// Rate writes errors among requests as a percentage with two decimals.
func Rate(errors, requests int64) string {
	if requests == 0 {
		return "none"
	}
	return fmt.Sprintf("%.2f %%", 100*float64(errors)/float64(requests))
}

// kind is what two sentences that differ only in their numbers have in common.
func kind(sentence string) string {
	return numbers.ReplaceAllString(sentence, "#")
}

var numbers = regexp.MustCompile(`[+−-]?[0-9][0-9,.:]*`)

// byName is a text with the names of executions instead of their ARNs, which fill a line.
func byName(text string) string { return executionARN.ReplaceAllString(text, "$1") }

var executionARN = regexp.MustCompile(`arn:aws[a-z-]*:states:[^: ]*:[^: ]*:execution:[^: ]+:([^: ,;]+)`)

// The SDK's error text names the operation, the protocol and a request id before it comes to what AWS said
// (smithy-go OperationError, aws-sdk-go-v2 http.ResponseError).
var (
	answered   = regexp.MustCompile(`operation error ([^:]+): [^,]+, https response error StatusCode: ([1-9][0-9]*), RequestID: [^,]*, (?:HostID: [^,]*, )?(?:api error )?`)
	unanswered = regexp.MustCompile(`operation error ([^:]+): [^,]+, https response error StatusCode: 0, RequestID: [^,]*, (?:HostID: [^,]*, )?`)
)

// Plainly is a message without the SDK's wrapping.
func Plainly(message string) string {
	message = answered.ReplaceAllString(message, "$1 answered $2 ")
	return unanswered.ReplaceAllString(message, "$1 did not answer: ")
}

// reasonOf is the part of a message that stays the same when the same trouble meets another call.
func reasonOf(message string) string {
	for _, mark := range []string{" answered ", " did not answer: "} {
		if _, after, ok := strings.Cut(message, mark); ok {
			return mark + after
		}
	}
	return kind(message)
}
