package cloudformation

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// namespace is that of the service model.
const namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/"

// requestID stands in every answer; nobody looks anything up by it.
const requestID = "00000000-0000-4000-8000-000000000000"

// fault is an error as CloudFormation tells it.
type fault struct {
	status       int
	code, detail string
}

func (f *fault) write(w http.ResponseWriter) {
	side := "Sender"
	if f.status >= http.StatusInternalServerError {
		side = "Receiver"
	}
	send(w, f.status, errorResponse{Type: side, Code: f.code, Message: f.detail, RequestID: requestID})
}

type errorResponse struct {
	XMLName   xml.Name `xml:"http://cloudformation.amazonaws.com/doc/2010-05-15/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func invalid(detail string) *fault { return &fault{http.StatusBadRequest, "ValidationError", detail} }

func notImplemented(what string) *fault {
	return &fault{http.StatusNotImplemented, "NotImplemented", "The stand-in does not implement " + what + "."}
}

// response is the document around an operation's result. An empty result is an element all the same.
type response struct {
	XMLName   xml.Name
	Result    result
	RequestID string `xml:"ResponseMetadata>RequestId"`
}

type result struct {
	XMLName xml.Name
	Content any
}

// MarshalXML puts the content's own elements right below the result.
func (r result) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	return e.EncodeElement(r.Content, xml.StartElement{Name: r.XMLName})
}

func answer(w http.ResponseWriter, action string, out any) {
	send(w, http.StatusOK, response{
		XMLName:   xml.Name{Space: namespace, Local: action + "Response"},
		Result:    result{xml.Name{Local: action + "Result"}, out},
		RequestID: requestID,
	})
}

func send(w http.ResponseWriter, status int, document any) {
	body, err := xml.Marshal(document)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(err.Error())
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that hung up does not matter
}

// input reads the parameters of a request and knows which of them nobody has read: they would be ignored silently.
type input struct {
	action string
	form   url.Values
	seen   []string
}

func read(r *http.Request) (*input, *fault) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost {
		return nil, notImplemented("any request but a POST")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, &fault{http.StatusBadRequest, "MalformedQueryString", "The body is not a form."}
	}
	in := &input{form: form, seen: []string{"Action", "Version"}}
	in.action = form.Get("Action")
	if version := form.Get("Version"); version != "2010-05-15" {
		return nil, notImplemented("version " + strconv.Quote(version))
	}
	return in, nil
}

func (in *input) text(name string) string {
	in.seen = append(in.seen, name)
	return in.form.Get(name)
}

// texts are the members of a list, which are numbered from 1.
func (in *input) texts(name string) []string {
	var all []string
	for i := 1; ; i++ {
		key := name + ".member." + strconv.Itoa(i)
		if !in.form.Has(key) {
			return all
		}
		all = append(all, in.text(key))
	}
}

func (in *input) ignored() *fault {
	var names []string
	for name := range in.form {
		if !slices.Contains(in.seen, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return notImplemented("the parameter " + strings.Join(names, ", "))
}
