package cloudwatch

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// fault is an error as CloudWatch tells it. The service still answers with the codes of its older query protocol, in a
// header that overrides the name of the shape (smithy.io, "awsQueryCompatible trait").
type fault struct {
	status              int
	shape, code, detail string
}

func (f *fault) write(w http.ResponseWriter) {
	side := "Sender"
	if f.status >= http.StatusInternalServerError {
		side = "Receiver"
	}
	w.Header().Set("X-Amzn-Query-Error", f.code+";"+side)
	send(w, f.status, cbor.Map{"__type": cbor.String(f.shape), "message": cbor.String(f.detail)})
}

func notImplemented(what string) *fault {
	detail := "The stand-in does not implement " + what + "."
	return &fault{http.StatusNotImplemented, "NotImplemented", "NotImplemented", detail}
}

func invalid(format string, args ...any) *fault {
	detail := fmt.Sprintf(format, args...)
	return &fault{http.StatusBadRequest, "InvalidParameterValueException", "InvalidParameterValue", detail}
}

func missing(name string) *fault {
	detail := "The parameter " + name + " is required."
	return &fault{http.StatusBadRequest, "MissingRequiredParameterException", "MissingParameter", detail}
}

func invalidNextToken() *fault {
	return &fault{http.StatusBadRequest, "InvalidNextToken", "InvalidNextToken", "The next token is not valid."}
}

func refusal(code string) *fault {
	status := http.StatusBadRequest
	switch {
	case strings.HasPrefix(code, "AccessDenied"):
		status = http.StatusForbidden
	case strings.HasPrefix(code, "Internal"):
		status = http.StatusInternalServerError
	}
	return &fault{status, code, code, "The stand-in was told to refuse."}
}

func send(w http.ResponseWriter, status int, body cbor.Map) {
	w.Header().Set("Content-Type", "application/cbor")
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.WriteHeader(status)
	_, _ = w.Write(cbor.Encode(body)) //nolint:gosec // CBOR is no page; a client that hung up does not matter
}

func reply(w http.ResponseWriter) func(cbor.Map, *fault) {
	return func(out cbor.Map, f *fault) {
		if f != nil {
			f.write(w)
			return
		}
		send(w, http.StatusOK, out)
	}
}

// read finds the operation and its input (smithy.io, "Smithy RPC v2 CBOR protocol").
func read(r *http.Request) (string, *input, *fault) {
	operation, ok := strings.CutPrefix(r.URL.Path, "/service/GraniteServiceVersion20100801/operation/")
	if !ok || r.Method != http.MethodPost || r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" {
		return "", nil, notImplemented("any protocol but RPCv2 CBOR")
	}
	malformed := &fault{
		http.StatusBadRequest, "SerializationException", "SerializationException", "The request is not a CBOR map.",
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", nil, malformed
	}
	if len(body) == 0 {
		return operation, &input{}, nil
	}
	value, err := cbor.Decode(body)
	if err != nil {
		return "", nil, malformed
	}
	fields, ok := value.(cbor.Map)
	if !ok {
		return "", nil, malformed
	}
	return operation, &input{fields: fields}, nil
}

// input reads the members of one structure. It keeps the first thing that was wrong, and a member that nobody read is
// wrong too: it would have been ignored silently.
type input struct {
	fields cbor.Map
	seen   []string
	wrong  *fault
}

func (in *input) member(name string) cbor.Value {
	in.seen = append(in.seen, name)
	value := in.fields[name]
	switch value.(type) {
	case *cbor.Nil, *cbor.Undefined:
		return nil
	default:
		return value
	}
}

func (in *input) fail(f *fault) {
	if in.wrong == nil {
		in.wrong = f
	}
}

func (in *input) text(name string) string {
	value := in.member(name)
	text, ok := value.(cbor.String)
	if value != nil && !ok {
		in.fail(invalid("%s is not a string.", name))
	}
	return string(text)
}

// number is the value of an integer, or fallback when there is none; outside of the range is wrong.
func (in *input) number(name string, fallback, low, high int64) int64 {
	value := in.member(name)
	if value == nil {
		return fallback
	}
	n, err := cbor.AsInt64(value)
	if err != nil || n < low || n > high {
		in.fail(invalid("%s is not a number from %d to %d.", name, low, high))
		return fallback
	}
	return n
}

func (in *input) instant(name string) time.Time {
	value := in.member(name)
	if value == nil {
		in.fail(missing(name))
		return time.Time{}
	}
	at, err := cbor.AsTime(value)
	// The years a timestamp of AWS can have; arithmetic with durations stays far from overflowing.
	if err != nil || at.Year() < 1971 || at.Year() > 2200 {
		in.fail(invalid("%s is not a timestamp.", name))
		return time.Time{}
	}
	return at.UTC()
}

func (in *input) flag(name string, fallback bool) bool {
	value := in.member(name)
	if value == nil {
		return fallback
	}
	flag, ok := value.(cbor.Bool)
	if !ok {
		in.fail(invalid("%s is not a boolean.", name))
	}
	return bool(flag)
}

func (in *input) texts(name string) []string {
	texts := []string{}
	for _, value := range in.list(name) {
		text, ok := value.(cbor.String)
		if !ok {
			in.fail(invalid("%s is not a list of strings.", name))
		}
		texts = append(texts, string(text))
	}
	return texts
}

func (in *input) structures(name string) []*input {
	all := []*input{}
	for _, value := range in.list(name) {
		all = append(all, in.nested(name, value))
	}
	return all
}

func (in *input) structure(name string) *input { return in.nested(name, in.member(name)) }

func (in *input) nested(name string, value cbor.Value) *input {
	fields, ok := value.(cbor.Map)
	if !ok {
		in.fail(invalid("%s is not a structure.", name))
	}
	return &input{fields: fields}
}

func (in *input) list(name string) cbor.List {
	value := in.member(name)
	list, ok := value.(cbor.List)
	if value != nil && !ok {
		in.fail(invalid("%s is not a list.", name))
	}
	return list
}

// done tells the first thing that was wrong.
func (in *input) done() *fault {
	if in.wrong != nil {
		return in.wrong
	}
	ignored := []string{}
	for name := range in.fields {
		if !slices.Contains(in.seen, name) {
			ignored = append(ignored, name)
		}
	}
	if len(ignored) > 0 {
		slices.Sort(ignored)
		return notImplemented("the parameter " + strings.Join(ignored, ", "))
	}
	return nil
}
