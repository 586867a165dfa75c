package serve

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// notImplemented answers for everything that has no stand-in, as an error that the client of that service can read: an
// empty success would be taken for an answer.
func (a *Account) notImplemented(service string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation := asked(r, body)
		if operation == "" {
			operation = r.Method + " " + r.URL.Path
		}
		if _, of, ok := strings.Cut(r.URL.Path, "/service/"); ok && r.Header.Get("Smithy-Protocol") != "" {
			operation = path.Base(of)
		}
		message := "There is no stand-in for " + operation
		switch service {
		case toCloudWatch:
			message += " in this protocol: CloudWatch's speaks RPCv2 CBOR, as the newer AWS SDKs do, and knows GetMetricData and DescribeAlarms."
		case "":
			message += ": only for CloudFront, S3 and some of CloudWatch."
		default:
			message += " of " + service + ": only for CloudFront, S3 and some of CloudWatch."
		}
		a.refused++
		refuse(w, r, failure{http.StatusNotImplemented, service, "NotImplemented", message, requestID(a.refused)})
	})
}

func requestID(serial uint64) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", 0, serial) }

// failure is an error before it is put into the words of a protocol.
type failure struct {
	status                   int
	service                  string
	code, message, requestID string
}

// fault is whose it is.
func (f failure) fault() string {
	if f.status < http.StatusInternalServerError {
		return "Sender"
	}
	return "Receiver"
}

// refuse writes the error of the protocol that the request speaks. The query protocol and REST-XML have an XML document, EC2 has
// its own, S3's has no root around it; the JSON protocols name the error in a header and in the body (smithy.io, "AWS protocols").
func refuse(w http.ResponseWriter, r *http.Request, f failure) {
	h := w.Header()
	h.Set("X-Amzn-Requestid", f.requestID)
	form := r.URL.Query().Has("Action") || strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	switch {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		h.Set("Smithy-Protocol", "rpc-v2-cbor")
		send(w, f.status, "application/cbor", cbor.Encode(cbor.Map{"__type": cbor.String(f.code), "message": cbor.String(f.message)}))
	case f.service == "ec2" && form:
		send(w, f.status, "text/xml", document(ec2Error{Code: f.code, Message: f.message, RequestID: f.requestID}))
	case f.service == toS3:
		send(w, f.status, "application/xml", document(s3Error{Code: f.code, Message: f.message, RequestID: f.requestID}))
	case form, slices.Contains([]string{toCloudFront, "route53", "s3-control"}, f.service):
		send(w, f.status, "text/xml", document(queryError{Type: f.fault(), Code: f.code, Message: f.message, RequestID: f.requestID}))
	default:
		h.Set("X-Amzn-Errortype", f.code)
		// A map of strings always marshals.
		text, _ := json.Marshal(map[string]string{"__type": f.code, "message": f.message}) //nolint:errchkjson // see above
		contentType := "application/json"
		if r.Header.Get("X-Amz-Target") != "" {
			contentType = r.Header.Get("Content-Type")
		}
		send(w, f.status, contentType, text)
	}
}

func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

type queryError struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

type ec2Error struct {
	XMLName   xml.Name `xml:"Response"`
	Code      string   `xml:"Errors>Error>Code"`
	Message   string   `xml:"Errors>Error>Message"`
	RequestID string   `xml:"RequestID"`
}

type s3Error struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string   `xml:"Code"`
	Message   string   `xml:"Message"`
	RequestID string   `xml:"RequestId"`
}

func document(v any) []byte {
	text, err := xml.Marshal(v)
	if err != nil {
		return nil // structs of strings always marshal
	}
	return append([]byte(xml.Header), text...)
}

// lost answers a request that no client of AWS and no viewer would send.
func (a *Account) lost(w http.ResponseWriter, r *http.Request) {
	status := http.StatusNotFound
	if r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		status = http.StatusOK
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	say(w, lostPage, r.Host)
	for _, id := range a.CloudFront.Distributions() {
		if live, ok := a.CloudFront.Live(id); ok && live.Text("Staging") != "true" {
			say(w, "  http://%s.localhost:%s/\n", live.DomainName, port(r.Host))
		}
	}
}

const lostPage = `Nothing at %[1]s answers to that. What does:

  a request that is signed for cloudfront, s3 or monitoring   (aws --endpoint-url http://%[1]s cloudfront list-distributions)
  http://%[1]s/_standin/                                (what there is, and how to disturb it)
  http://<a distribution's domain name>.localhost:…/          (its viewers); now:
`
