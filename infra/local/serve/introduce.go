package serve

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
)

// introduce says what is where, and three things to try.
func introduce(out io.Writer, address string, speed float64) {
	say(out, introduction, address, pace(speed), port(address))
}

// introduction fits a terminal of 80 columns.
const introduction = `CloudFront to try things on: %[2]s.
Ctrl-C ends it; nothing is kept.

  CloudFront, S3, CloudWatch   http://%[1]s
  Viewers                      http://<domain name>.localhost:%[3]s
  State, faults, overrides     http://%[1]s/_standin/

Any credentials will do, the region is us-east-1. Try:
  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any
  export AWS_DEFAULT_REGION=us-east-1
  aws --endpoint-url http://%[1]s s3 ls --recursive s3://example-site
  aws --endpoint-url http://%[1]s cloudfront create-distribution \
    --origin-domain-name api.example.com

`

func pace(speed float64) string {
	if speed == 1 {
		return "time passes as it does for you"
	}
	return "a second of yours is " + strconv.FormatFloat(speed, 'g', -1, 64) + " seconds here"
}

// port is the port in an address or a Host header.
func port(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return "80"
	}
	return port
}

// note tells of every write to CloudFront, of faults, and of what was asked in vain. Reads would only be noise.
func (a *Account) note(to destination, r *http.Request, body []byte, out *answer) string {
	told := out.status >= http.StatusBadRequest || r.Method != http.MethodGet && r.Method != http.MethodHead
	if !told || to.name == toEdge {
		return ""
	}
	what := asked(r, body)
	if what == "" {
		what = r.Method + " " + r.URL.RequestURI()
	}
	return fmt.Sprintf("%s  %-10s  %d  %s\n", a.clock.Now().Format(clockTime), to.name, out.status, printable(what))
}

// printable is a text of a client's that a terminal can be given: nothing in it moves the cursor or begins a line.
func printable(s string) string {
	const longest = 200
	quoted := strconv.Quote(s)
	s = quoted[1 : len(quoted)-1]
	if len(s) > longest {
		s = s[:longest] + "…"
	}
	return s
}

func (a *Account) tell(text string) {
	if text == "" {
		return
	}
	a.logMu.Lock()
	defer a.logMu.Unlock()
	say(a.log, "%s", text)
}
