package transport

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

// Kind is what happens to a call.
type Kind int

// Whether the effect takes place is what matters to whoever has to decide what to do next.
const (
	// Pass lets the call through.
	Pass Kind = iota
	// Refuse answers with an AWS error; there is no effect.
	Refuse
	// Disconnect is a connection error before anything was sent, that of Outcome.Err where it is set; there is no effect.
	Disconnect
	// LoseAnswer runs the handler and then breaks the connection: the effect is there, the answer is not.
	LoseAnswer
	// Delay hands the request to Outcome.Deliver, which lets it arrive later, and breaks the connection: the effect is yet
	// to come when the client has given up, or has been stopped.
	Delay
)

// Outcome is what a fault does to one call. Its zero value lets the call through.
type Outcome struct {
	Kind Kind
	// Status, Code and Message are the answer of Refuse.
	Status  int
	Code    string
	Message string
	// Err is what the client of a Disconnect gets; ECONNREFUSED where it is nil.
	Err error
	// Deliver gets the arrival of a Delay, to be run when the request is to reach the service.
	Deliver func(arrive func())
	// Latency is added to what TakeLatency reports.
	Latency time.Duration
	// Before and After run right before and right after the call, for example an edit by somebody else in between.
	Before, After func()
}

// Throttled is the refusal that CloudFront's clients meet when they are too fast.
func Throttled() Outcome {
	return Outcome{Kind: Refuse, Status: http.StatusBadRequest, Code: "Throttling", Message: "Rate exceeded"}
}

// Unavailable is a service that fails before it has done anything.
func Unavailable() Outcome {
	return Outcome{
		Kind: Refuse, Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable",
		Message: "The service is unavailable. Please try again later.",
	}
}

// Nth makes a fault that strikes one operation at its nth call, counted from 1, and nothing else.
func Nth(service, operation string, n int, o Outcome) func(Call) Outcome {
	return func(c Call) Outcome {
		if c.Service == service && c.Operation == operation && c.Attempt == n {
			return o
		}
		return Outcome{}
	}
}

// xmlError is the error document of S3, and inside ErrorResponse of the other XML services.
type xmlError struct {
	XMLName xml.Name `xml:"Error"`
	Code    string   `xml:"Code"`
	Message string   `xml:"Message"`
}

type xmlErrorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Error     xmlError `xml:"Error"`
	RequestID string   `xml:"RequestId"`
}

type jsonError struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

// refusal is an error in the words of a service's protocol: XML with or without its wrapping, else JSON. A service that
// speaks CBOR, such as CloudWatch, would get a document that its client can read the status of but not the code.
func refusal(service string, o Outcome) *recorder {
	w := &recorder{status: o.Status, header: http.Header{}}
	var body []byte
	var err error
	switch service {
	case "S3":
		w.header.Set("Content-Type", "application/xml")
		body, err = xml.Marshal(xmlError{Code: o.Code, Message: o.Message})
	case "CloudFront", "Route 53", "SNS", "CloudFormation", "STS", "":
		w.header.Set("Content-Type", "text/xml")
		body, err = xml.Marshal(xmlErrorResponse{
			Error: xmlError{Code: o.Code, Message: o.Message}, RequestID: "00000000-0000-4000-8000-000000000000",
		})
	default:
		w.header.Set("Content-Type", "application/x-amz-json-1.1")
		w.header.Set("X-Amzn-Errortype", o.Code)
		body, err = json.Marshal(jsonError{Type: o.Code, Message: o.Message})
	}
	if err != nil {
		body = []byte(err.Error())
	}
	_, _ = w.body.Write(body) // a bytes.Buffer never refuses a write
	return w
}

// errorCode finds the code in an error document, for the log.
func errorCode(w *recorder) string {
	if code := w.header.Get("X-Amzn-Errortype"); code != "" {
		return code
	}
	_, rest, ok := strings.Cut(w.body.String(), "<Code>")
	if !ok {
		return ""
	}
	code, _, _ := strings.Cut(rest, "</Code>")
	return code
}
