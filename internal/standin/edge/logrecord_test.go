package edge_test

import (
	"net/http"
	"strings"
	"testing"

	"cloudfront-cd/internal/standin/edge"
)

func TestALogLineHasTheFieldsOfItsHeader(t *testing.T) {
	w := build(t, byHeader(), nil)
	var got []edge.LogRecord
	w.Log = func(r edge.LogRecord) { got = append(got, r) }
	h := http.Header{"User-Agent": {"a browser/1.0"}, "X-Forwarded-For": {"192.0.2.1"}}
	w.one(t, edge.Request{Host: alias, Path: "/a%20b", Query: "c=\t", Header: h, Client: "198.51.100.7"})
	w.one(t, edge.Request{Host: alias, Path: "/", Header: toStaging()})
	if len(got) != 2 {
		t.Fatalf("got %d records", len(got))
	}
	lines := strings.Split(edge.LogHeader(), "\n")
	names := strings.Fields(strings.TrimPrefix(lines[1], "#Fields: "))
	field := func(r edge.LogRecord, name string) string {
		values := strings.Split(r.Line(), "\t")
		if len(values) != len(names) {
			t.Fatalf("got %d fields, want %d", len(values), len(names))
		}
		for i, n := range names {
			if n == name {
				return values[i]
			}
		}
		return "no field " + name
	}
	primary, _ := w.account.Live(primaryID)
	staging, _ := w.account.Live(stagingID)
	for name, want := range map[string][2]string{
		"date": {"2026-11-23", "2026-11-23"}, "time": {"09:00:00", "09:00:00"}, "x-edge-location": {w.account.POPs()[0], w.account.POPs()[0]},
		"c-ip": {"198.51.100.7", "-"}, "cs(Host)": {primary.DomainName, staging.DomainName}, "x-host-header": {alias, alias},
		"cs-uri-stem": {"/a%2520b", "/"}, "cs-uri-query": {"c=%09", "-"}, "cs(User-Agent)": {"a%20browser/1.0", "-"},
		"sc-status": {"200", "200"}, "x-edge-result-type": {"Miss", "Miss"}, "x-forwarded-for": {"192.0.2.1", "-"},
		"primary-distribution-id":       {"-", primaryID},
		"primary-distribution-dns-name": {"-", primary.DomainName},
	} {
		for i := range want {
			if value := field(got[i], name); value != want[i] {
				t.Errorf("record %d: got %s %q, want %q", i, name, value, want[i])
			}
		}
	}
	if got[0].DistributionID != primaryID || got[1].DistributionID != stagingID || got[0].RequestID == got[1].RequestID {
		t.Errorf("got %+v", got)
	}
}
