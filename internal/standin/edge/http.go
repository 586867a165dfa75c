package edge

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// POPHeader is the request header that picks the POP by its name, as the answer's header of that name reports it. Instead of
// it a path may begin with /pop:NAME/ where NAME is that of a POP; any other path is the site's own. Without either the
// client's address decides, so that the same client comes to the same POP.
const POPHeader = "X-Amz-Cf-Pop"

// Limits of a request: "The maximum length of a request, including the path, the query string (if any), and headers, is
// 20,480 bytes", of a URL 8,192; beyond that CloudFront answers 413 (Developer Guide, "Request and response behavior for
// custom origins", as of 2023). The limit of a body is ours.
const (
	maxURL     = 8192
	maxRequest = 20480
	maxBody    = 1 << 20
)

var errRefused = errors.New("refused")

// ServeHTTP lets browsers and curl be viewers. The host is a domain name or an alias, with or without .localhost behind it.
// Like Serve it belongs on the clock's goroutine.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, status, err := e.requestOf(w, r)
	var answers []Answer
	if err != nil {
		e.serial++
		text := malformed
		if status == http.StatusRequestEntityTooLarge {
			text = tooLarge
		}
		answers = e.stranger(&Request{Method: r.Method, Count: 1}, e.popAt(req.POP), status, text)
	} else {
		answers = e.Serve(req)
	}
	e.write(w, r, &answers[0])
}

func (e *Edge) write(w http.ResponseWriter, r *http.Request, a *Answer) {
	h := w.Header()
	maps.Copy(h, a.Header)
	h["X-Amz-Cf-Id"] = []string{e.requestID()}
	h["Date"] = []string{e.clock.Now().Format(http.TimeFormat)}
	if a.Age > 0 {
		h["Age"] = []string{strconv.Itoa(int(a.Age / time.Second))}
	}
	if value := cookieOf(a.Session); value != "" {
		c := http.Cookie{Name: SessionCookie, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
		h["Set-Cookie"] = append(h["Set-Cookie"][:len(h["Set-Cookie"]):len(h["Set-Cookie"])], c.String())
	}
	if r.Method != http.MethodHead && a.Status != http.StatusNotModified {
		h["Content-Length"] = []string{strconv.Itoa(len(a.Body))}
	}
	w.WriteHeader(a.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.Body) // the viewer may have gone
	}
}

// requestOf reads an HTTP request strictly; what no viewer's client would send is an error, with the status to answer.
func (e *Edge) requestOf(w http.ResponseWriter, r *http.Request) (Request, int, error) {
	req := Request{Method: r.Method, Header: r.Header, Query: r.URL.RawQuery, Count: 1, Client: clientOf(r)}
	host, ok := hostOf(r.Host)
	path := r.URL.EscapedPath()
	if !ok || !cleanPath(path) || !cleanText(req.Query) {
		return req, http.StatusBadRequest, errRefused
	}
	if len(path)+len(req.Query) > maxURL || len(path)+len(req.Query)+sizeOf(r.Header) > maxRequest {
		return req, http.StatusRequestEntityTooLarge, errRefused
	}
	if req.POP, path, ok = e.pick(r, path); !ok {
		return req, http.StatusBadRequest, errRefused
	}
	req.Host, req.Path = host, path
	req.Session = sessionFrom(r)
	if r.Body == nil {
		return req, 0, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return req, http.StatusRequestEntityTooLarge, err
	}
	if len(body) > 0 && r.Method == http.MethodGet {
		// "If a viewer GET request includes a body, CloudFront returns an HTTP status code 403" (Developer Guide, "Request and
		// response behavior for custom origins").
		return req, http.StatusForbidden, errRefused
	}
	req.Body = body
	return req, 0, nil
}

// hostOf is the host without port, final dot and .localhost, in lower case.
func hostOf(host string) (string, bool) {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	host = strings.TrimSuffix(host, ".localhost")
	const longest = 253
	if host == "" || len(host) > longest {
		return "", false
	}
	for i := range len(host) {
		if c := host[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
			return "", false
		}
	}
	return host, true
}

// cleanPath refuses paths that climb, in plain or escaped form, and control characters. That CloudFront answers a climbing
// path with 400 is assumed; behind it stand origins that must never see one.
func cleanPath(escaped string) bool {
	plain, err := url.PathUnescape(escaped)
	if err != nil || !strings.HasPrefix(escaped, "/") || !cleanText(escaped) || !cleanText(plain) {
		return false
	}
	for segment := range strings.FieldsFuncSeq(plain, func(c rune) bool { return c == '/' || c == '\\' }) {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return true
}

// cleanText refuses control characters; the bytes of other scripts are fine.
func cleanText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

func sizeOf(h http.Header) (n int) {
	for name, values := range h {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}

// pick finds the POP, and the path without what picked it.
func (e *Edge) pick(r *http.Request, path string) (pop int, rest string, ok bool) {
	if name := r.Header.Get(POPHeader); name != "" {
		i := e.numberOf(name)
		return max(i, 0), path, i >= 0
	}
	if after, found := strings.CutPrefix(path, "/pop:"); found {
		name, rest, _ := strings.Cut(after, "/")
		if i := e.numberOf(name); i >= 0 {
			return i, "/" + rest, true
		}
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(clientOf(r)))
	e.popAt(0)
	return int(h.Sum32() % uint32(len(e.pops))), path, true //nolint:gosec // there are few POPs
}

func (e *Edge) numberOf(name string) int {
	e.popAt(0)
	for i := range e.pops {
		if strings.EqualFold(e.pops[i].name, name) {
			return i
		}
	}
	return -1
}

// clientOf is the client's address without its port, which changes with every connection.
func clientOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

// requestID looks like those of X-Amz-Cf-Id and is the same for the same call of the same run.
func (e *Edge) requestID() string {
	const word, tail = 8, 8
	var in [2 * word]byte
	binary.BigEndian.PutUint64(in[:], e.seed)
	binary.BigEndian.PutUint64(in[word:], e.serial)
	sum := sha256.Sum256(in[:])
	return base64.URLEncoding.EncodeToString(append(sum[:], sum[:tail]...))
}
