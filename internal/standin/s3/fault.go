package s3

import (
	"bytes"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
)

// fault is an error as S3 tells it.
type fault struct {
	status        int
	code, message string
}

// Error is the code with its message.
func (f *fault) Error() string { return f.code + ": " + f.message }

func (f *fault) write(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Server", "AmazonS3")
	w.WriteHeader(f.status)
	if r.Method != http.MethodHead {
		f.document(w)
	}
}

func (f *fault) document(w io.Writer) {
	body := struct {
		XMLName xml.Name `xml:"Error"`
		Code    string   `xml:"Code"`
		Message string   `xml:"Message"`
	}{Code: f.code, Message: f.message}
	text, err := xml.Marshal(body)
	if err != nil {
		return // a struct of two strings always marshals
	}
	// A client that hung up is no concern of ours.
	_, _ = w.Write(append([]byte(xml.Header), text...))
}

func notImplemented(what string) *fault {
	return &fault{http.StatusNotImplemented, "NotImplemented", "The stand-in does not implement " + what + "."}
}

func accessDenied() *fault { return &fault{http.StatusForbidden, "AccessDenied", "Access Denied"} }

func noSuchKey() *fault {
	return &fault{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
}

func preconditionFailed() *fault {
	return &fault{
		http.StatusPreconditionFailed, "PreconditionFailed",
		"At least one of the pre-conditions you specified did not hold",
	}
}

func badRequest(code, message string) *fault { return &fault{http.StatusBadRequest, code, message} }

// explained gives an error of gofakes3 the message that it lacks: clients print "Unknown" without one. The texts are those of
// "Error responses" in the Amazon S3 API Reference.
func explained(p *reply) *reply {
	if p.status < http.StatusBadRequest || p.body.Len() == 0 {
		return p
	}
	var got struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
	}
	if xml.Unmarshal(p.body.Bytes(), &got) != nil || got.Code == "" || got.Message != "" {
		return p
	}
	message, ok := map[string]string{
		"BucketNotEmpty":    "The bucket you tried to delete is not empty",
		"InvalidBucketName": "The specified bucket is not valid.",
		"InvalidRange":      "The requested range cannot be satisfied.",
		"MethodNotAllowed":  "The specified method is not allowed against this resource.",
		"NoSuchKey":         "The specified key does not exist.",
		"NoSuchVersion":     "The specified version does not exist.",
	}[got.Code]
	if !ok {
		message = got.Code + "."
	}
	p.body.Reset()
	(&fault{p.status, got.Code, message}).document(&p.body)
	return p
}

// reply is an answer kept until it has been corrected.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is the header to be sent.
func (p *reply) Header() http.Header { return p.header }

// WriteHeader keeps the first status.
func (p *reply) WriteHeader(status int) {
	if p.status == 0 {
		p.status = status
	}
}

// Write keeps the body.
func (p *reply) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	return p.body.Write(b)
}

func (p *reply) copyTo(w http.ResponseWriter) {
	maps.Copy(w.Header(), p.header)
	if p.status == 0 {
		p.status = http.StatusOK
	}
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body.Bytes()) //nolint:gosec // objects are served as they are; a client that hung up does not matter
}
