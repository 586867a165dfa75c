package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExamplesRun: every request of the examples comes to its end with the pair that it is for.
func TestExamplesRun(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		want []string
	}{
		"the app's new path": {
			slices.Concat(pair("spa"), []string{"--request", examples + "request.json"}), 0,
			[]string{"\nPROMOTED: ", `origin "site" of E1PRIMARY gets path /green`},
		},
		"the API's new domain": {
			slices.Concat(pair("api"), []string{"--request", examples + "request.domain.json"}), 0,
			[]string{"\nPROMOTED: ", `origin "api" of E1PRIMARY gets domain api-green.shop.example.com and path /v42`, "block staging-carries-other-changes (acknowledged)"},
		},
		"what the API's staging has": {
			slices.Concat(pair("api"), []string{"--request", examples + "request.staged.json"}), 0,
			[]string{"\nPROMOTED: ", "Origins[api].OriginPath", "alarm site-checkout-errors: OK → healthy"},
		},
		"what the app's staging has, which is nothing": {
			slices.Concat(pair("spa"), []string{"--request", examples + "request.staged.json"}), 0,
			[]string{"\nNOTHING TO RELEASE: ", "nothing, they are equal"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := demo(t, c.args...)
			r.wantCode(t, c.code)
			wantContains(t, r.out, c.want...)
			wantContains(t, r.out, "Yours      the pair's configs", "Made up    the pair's ids and policy; the viewers; the site")
		})
	}
}

// TestRehearsalOnAnOwnPair: without a request a pair is released as it is staged. The example has custom error responses,
// which have to be acknowledged; the output says how, and doing so leads to the end.
func TestRehearsalOnAnOwnPair(t *testing.T) {
	first := demo(t, pair("api")...)
	first.wantCode(t, 3)
	wantLines(t, first.out,
		"                              warn custom-error-responses",
		"                              note edge-function-shared",
		"To do      mend custom-error-responses; or accept by name, with this request in a file:",
		"           and then:",
		"           build/local demo --request FILE --primary ../../examples/api.primary.json --staging ../../examples/api.staging.json",
	)
	wantContains(t, first.out, "why  together they gave one user", "do   take them off for the release")
	var request string
	for line := range strings.SplitSeq(first.out, "\n") {
		if text := strings.TrimSpace(line); strings.HasPrefix(text, "{") && json.Valid([]byte(text)) {
			request = text
		}
	}
	second := demo(t, append(pair("api"), "--request", write(t, "request.json", request))...)
	second.wantCode(t, 0)
	wantContains(t, second.out, "custom-error-responses (acknowledged)", "\nPROMOTED: ")
}

// TestRehearsalNamesEveryFinding with what cannot be acknowledged apart from what can.
func TestRehearsalNamesEveryFinding(t *testing.T) {
	primary := edited(t, "api.primary.json", `"HttpVersion": "http2"`, `"HttpVersion": "http2and3"`)
	staging := edited(t, "api.staging.json", `"PriceClass": "PriceClass_100"`, `"PriceClass": "PriceClass_All"`)
	r := demo(t, "--primary", primary, "--staging", staging)
	r.wantCode(t, 3)
	wantContains(t, r.out, "block http3", "block illegal-difference", "PriceClass_100 → PriceClass_All", "warn custom-error-responses",
		"To do      mend http3, illegal-difference: Preflight says above", "To do      mend custom-error-responses; or accept by name",
		`'`+strings.ReplaceAll(primary, `'`, `'\''`)+`'`)
}

// TestAnotherPrimary: the request says which id the primary has.
func TestAnotherPrimary(t *testing.T) {
	request := write(t, "request.json", `{"primary": "E2QWRUHAPOMQZL", "change": {"kind": "origin", "origin": "site", "path": "/green"}, "acknowledge": ["custom-error-responses"]}`)
	r := demo(t, "--request", request)
	r.wantCode(t, 0)
	wantContains(t, r.out, "primary E2QWRUHAPOMQZL, staging E2STAGING", "locks/E2QWRUHAPOMQZL.json", "E2QWRUHAPOMQZL has the judged config")
}

// edited is an example with one text replaced, in a file whose name a shell has to quote.
func edited(t *testing.T, name, from, to string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(examples, name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), from) {
		t.Fatalf("%s has no %s", name, from)
	}
	return write(t, "it's "+name, strings.Replace(string(data), from, to, 1))
}
