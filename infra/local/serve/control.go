package serve

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
)

// controlPath begins with an underscore, which neither a bucket's name nor a path of CloudFront's API can.
const controlPath = "/_standin/"

// command is one thing that can be done to the stand-ins from outside.
type command struct {
	usage string
	// parameters are the ones it takes.
	parameters []string
	do         func(*Account, url.Values) (string, error)
}

// commands by method and path.
func commands() map[string]command {
	return map[string]command{
		"GET ":            {"", nil, (*Account).state},
		"POST override":   {"pop=<name>|all&for=10m", []string{"pop", "for"}, (*Account).override},
		"DELETE override": {"", nil, (*Account).endOverrides},
		"GET switches":    {"", nil, (*Account).listSwitches},
		"POST switches":   {"name=<name>&on=true|false", []string{"name", "on"}, (*Account).turn},
		"DELETE switches": {"", nil, (*Account).turnBack},
		"POST throttle":   {"burst=<requests>&per-second=<requests>", []string{"burst", "per-second"}, (*Account).throttle},
		"DELETE throttle": {"", nil, (*Account).endThrottle},
		"POST read-lag":   {"for=30s", []string{"for"}, (*Account).readLag},
		"DELETE read-lag": {"", nil, (*Account).endReadLag},
	}
}

// control answers below controlPath, in sentences for people.
func (a *Account) control(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	all := commands()
	name := strings.TrimPrefix(r.URL.Path, controlPath)
	c, ok := all[r.Method+" "+name]
	if !ok {
		status := http.StatusNotFound
		for key := range all {
			if _, path, _ := strings.Cut(key, " "); path == name {
				status = http.StatusMethodNotAllowed
			}
		}
		w.WriteHeader(status)
		say(w, "There is no %s %s. There is:\n%s", r.Method, r.URL.Path, help(r.Host))
		return
	}
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err == nil {
		err = only(parameters, c.parameters)
	}
	text := ""
	if err == nil {
		text, err = c.do(a, parameters)
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		say(w, "%s\nUsage: curl -X %s 'http://%s%s?%s'\n", err, r.Method, r.Host, r.URL.Path, c.usage)
		return
	}
	if name == "" {
		text += "\nCommands\n" + help(r.Host)
	}
	say(w, "%s", text)
}

func help(host string) string {
	var b strings.Builder
	for _, key := range []string{
		"POST override", "DELETE override", "GET switches", "POST switches", "DELETE switches",
		"POST throttle", "DELETE throttle", "POST read-lag", "DELETE read-lag",
	} {
		method, path, _ := strings.Cut(key, " ")
		if method = "-X " + method; method == "-X GET" {
			method = ""
		}
		if usage := commands()[key].usage; usage != "" {
			path += "?" + usage
		}
		say(&b, "  curl %-9s 'http://%s%s%s'\n", method, host, controlPath, path)
	}
	return b.String()
}

// only wants each of the parameters once, and no other.
func only(given url.Values, wanted []string) error {
	for name, values := range given {
		if !slices.Contains(wanted, name) {
			return fmt.Errorf("there is no parameter %q", name)
		}
		if len(values) != 1 {
			return fmt.Errorf("%s is given %d times", name, len(values))
		}
	}
	for _, name := range wanted {
		if given.Get(name) == "" {
			return fmt.Errorf("%s is missing", name)
		}
	}
	return nil
}

// during is a span of simulated time.
func during(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > 24*time.Hour {
		return 0, fmt.Errorf("for=%s: must be a duration up to 24h such as 30s or 10m, in simulated time", text)
	}
	return d, nil
}

func (a *Account) override(p url.Values) (string, error) {
	d, err := during(p.Get("for"))
	if err != nil {
		return "", err
	}
	pop, name := edge.AllPOPs, "every point of presence"
	if asked := p.Get("pop"); asked != "all" {
		pop, name = slices.Index(a.CloudFront.POPs(), asked), asked
		if pop < 0 {
			return "", fmt.Errorf("pop=%s: must be all or one of %s", asked, strings.Join(a.CloudFront.POPs(), ", "))
		}
	}
	now := a.clock.Now()
	a.Edge.Override(pop, now, now.Add(d))
	return fmt.Sprintf("Until %s, %s sends everybody to the primary.\n", now.Add(d).Format(clockTime), name), nil
}

func (a *Account) endOverrides(url.Values) (string, error) {
	a.Edge.EndOverrides()
	return "No override is left.\n", nil
}

func (a *Account) throttle(p url.Values) (string, error) {
	burst, err := strconv.ParseFloat(p.Get("burst"), 64)
	perSecond, err2 := strconv.ParseFloat(p.Get("per-second"), 64)
	if errors.Join(err, err2) != nil || !(burst >= 1 && burst <= 1e6) || !(perSecond > 0 && perSecond <= 1e6) {
		return "", fmt.Errorf("burst=%s, per-second=%s: must be numbers, at least 1 and above 0", p.Get("burst"), p.Get("per-second"))
	}
	a.CloudFront.Throttle = cloudfront.Throttle{Burst: burst, PerSecond: perSecond}
	return fmt.Sprintf("CloudFront's API takes %g requests at once, then %g per simulated second.\n", burst, perSecond), nil
}

func (a *Account) endThrottle(url.Values) (string, error) {
	a.CloudFront.Throttle = cloudfront.Throttle{}
	return "CloudFront's API takes any number of requests.\n", nil
}

func (a *Account) readLag(p url.Values) (string, error) {
	d, err := during(p.Get("for"))
	if err != nil {
		return "", err
	}
	a.CloudFront.ReadLag = d
	return fmt.Sprintf("CloudFront's Get and List operations answer with the state of %s ago.\n", d), nil
}

func (a *Account) endReadLag(url.Values) (string, error) {
	a.CloudFront.ReadLag = 0
	return "CloudFront's Get and List operations answer with the newest state.\n", nil
}
