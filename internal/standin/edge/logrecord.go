package edge

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// LogRecord is what Count lines of a distribution's standard log say (Developer Guide, "Standard logging reference").
type LogRecord struct {
	// DistributionID is the distribution in whose log the record is; it is not a field of the line.
	DistributionID string
	Count          int64

	Time       time.Time
	POP        string
	Bytes      int
	Client     string
	Method     string
	Domain     string // the distribution's domain name, cs(Host)
	Path       string
	Status     int
	Referer    string
	UserAgent  string
	Query      string
	Cookie     string
	Result     string
	RequestID  string
	HostHeader string // what the viewer sent, x-host-header
	Protocol   string
	BytesIn    int
	Taken      time.Duration
	Forwarded  string // x-forwarded-for
	Type       string // sc-content-type
	Length     int    // sc-content-len
	// PrimaryID and PrimaryDomain are those of the primary that a staging distribution served for: its logs name them
	// (Developer Guide, "Monitor a staging distribution"). They are empty in the primary's own log.
	PrimaryID, PrimaryDomain string
}

// log reports every answer. A stand-in has no network: the times taken are of a plausible order, no more.
func (e *Edge) log(primary *node, r *Request, answers []Answer) {
	const near, far = time.Millisecond, 50 * time.Millisecond
	for i := range answers {
		a := &answers[i]
		rec := LogRecord{
			DistributionID: a.DistributionID, Count: a.Count,
			Time: e.clock.Now(), POP: primary.pop.name, Bytes: len(a.Body), Client: r.Client, Method: r.Method,
			Domain: primary.site.Domain(), Path: r.Path, Status: a.Status, Query: r.Query, Result: a.Result,
			RequestID: e.requestID(), HostHeader: r.Host, Protocol: "https", BytesIn: len(r.Body), Taken: far,
			Type: first(a.Header, "Content-Type"), Length: len(a.Body),
		}
		if a.Side == Staging {
			rec.PrimaryID, rec.PrimaryDomain = primary.id, primary.site.Domain()
			rec.Domain = primary.staging.site.Domain()
		}
		if a.Result == "Hit" {
			rec.Taken = near
		}
		if overHTTP(r.Header) {
			rec.Protocol = "http"
		}
		if r.Header != nil {
			rec.Referer, rec.UserAgent = first(r.Header, "Referer"), first(r.Header, "User-Agent")
			rec.Cookie, rec.Forwarded = strings.Join(r.Header["Cookie"], "; "), first(r.Header, "X-Forwarded-For")
		}
		e.Log(rec)
	}
}

// LogHeader is the two lines that a log file begins with. The last two fields are ours to place: the Developer Guide names
// them but not where they stand.
func LogHeader() string {
	return "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status " +
		"cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol " +
		"cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version " +
		"fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type " +
		"sc-content-len sc-range-start sc-range-end primary-distribution-id primary-distribution-dns-name\n"
}

// Line is the record as a line, without its end. A hyphen is a field without a value. cs-protocol-version, TLS, ports and
// field-level encryption are not simulated.
func (r LogRecord) Line() string {
	taken := strconv.FormatFloat(r.Taken.Seconds(), 'f', 3, 64)
	fields := []string{
		r.Time.Format("2006-01-02"), r.Time.Format("15:04:05"), r.POP, strconv.Itoa(r.Bytes), r.Client, r.Method, r.Domain,
		r.Path, strconv.Itoa(r.Status), r.Referer, r.UserAgent, r.Query, r.Cookie, r.Result, r.RequestID, r.HostHeader,
		r.Protocol, strconv.Itoa(r.BytesIn), taken, r.Forwarded, "", "", r.Result, "", "", "", "", taken, r.Result,
		r.Type, strconv.Itoa(r.Length), "", "", r.PrimaryID, r.PrimaryDomain,
	}
	for i := range fields {
		fields[i] = cmp.Or(escapeField(fields[i]), "-")
	}
	return strings.Join(fields, "\t")
}

// escapeField escapes what would break a line or a field; what arrived escaped is escaped again, as CloudFront does (same
// page, "Log file fields": characters outside 33 to 126, and a few within).
func escapeField(s string) string {
	const within = "<>\"#%{}|\\^~[]`'"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || strings.IndexByte(within, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
