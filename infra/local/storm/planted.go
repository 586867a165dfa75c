package storm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudformation"
	"cloudfront-cd/statemachine/golden"
)

// Bug is one that the storm must find: a mistake that somebody could make in a handler or in a definition.
type Bug struct {
	Name string
	// Says is the mistake.
	Says  string
	plant func(*storm)
}

// Bugs are the planted ones.
func Bugs() []Bug { //nolint:funlen,gocognit // a table
	return []Bug{
		{"no-etag-check", "Every write is sent with whatever ETag is current, not with the one that was read.", func(s *storm) {
			s.wrapCloudFront(func(next http.Handler, w http.ResponseWriter, r *http.Request) { s.freshen(r); next.ServeHTTP(w, r) })
		}},
		{"proof-skipped", "Prove Traffic says flowing whatever it sees.", func(s *storm) {
			s.editing([]string{"Prove Traffic", "Prove Traffic Again"}, func(part map[string]any) {
				part["flowing"], part["flowed"], part["verdict"] = true, true, release.Flowing
			})
		}},
		{"no-states-all", "The release's tasks catch the errors that have a name, and no others.", func(s *storm) {
			s.redefine(func(catch []any) []any {
				return slices.DeleteFunc(catch, func(c any) bool { return strings.Contains(fmt.Sprint(c), "States.ALL") })
			}, "")
		}},
		{"rollback-after-the-door", "A promotion whose answer is lost goes back as if it had not happened.", func(s *storm) {
			s.redefine(func(catch []any) []any {
				for _, c := range catch {
					if rule, ok := c.(map[string]any); ok && strings.Contains(fmt.Sprint(rule["ErrorEquals"]), "States.ALL") {
						rule["Next"], rule["ResultPath"] = "Stop Traffic", "$.failure"
					}
				}
				return catch
			}, "Promote")
		}},
		{"stale-lock-honoured", "A lock is honoured for ever, though its holder is dead.", func(s *storm) { s.w.StepFunctions.Lag = 1000 * time.Hour }},
		{"lock-released-by-others", "Release Lock deletes the lock, whoever holds it.", func(s *storm) {
			s.after([]string{"Release Lock"}, func(call asl.Call) { _ = s.w.S3.Delete(world.Bucket, record.LockKey(subjectOf(call))) })
		}},
		{"lock-kept", "Release Lock says that it has given the lock back, and has not.", func(s *storm) {
			s.calls = append(s.calls, func(call asl.Call, run func() asl.Result) asl.Result {
				if call.State != "Release Lock" {
					return run()
				}
				return asl.Result{Took: time.Second}
			})
		}},
		{"blind-create", "CopyDistribution is repeated with a new CallerReference.", func(s *storm) { s.wrapCloudFront(s.copyTwice) }},
		{"policy-id-omitted", "A config is written without its ContinuousDeploymentPolicyId.", func(s *storm) {
			s.wrapCloudFront(func(next http.Handler, w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/distribution/") && strings.HasSuffix(r.URL.Path, "/config") && !s.attaching() {
					rewrite(r, regexp.MustCompile(`<ContinuousDeploymentPolicyId>[^<]*</ContinuousDeploymentPolicyId>`), "")
				}
				next.ServeHTTP(w, r)
			})
		}},
		{"no-deadline", "A propagation is waited for as long as it takes.", func(s *storm) {
			s.calls = append(s.calls, func(_ asl.Call, run func() asl.Result) asl.Result {
				result := run()
				if result.Failure != nil && result.Failure.Error == "NotDeployed" {
					return asl.Result{Output: json.RawMessage(`{"deployed": false, "status": "InProgress"}`), Took: time.Second}
				}
				return result
			})
		}},
		{"wrong-side", "The judge compares the primary with itself.", func(s *storm) {
			s.editing([]string{"Observe"}, func(part map[string]any) {
				canary, _ := part["canary"].(map[string]any)
				baseline, _ := part["baseline"].(map[string]any)
				for _, counts := range []string{"requests", "errors4xx", "errors5xx"} {
					canary[counts] = baseline[counts]
				}
			})
		}},
		{"same-latencies", "The judge compares the primary's latencies with themselves.", func(s *storm) {
			s.editing([]string{"Observe"}, func(part map[string]any) {
				canary, _ := part["canary"].(map[string]any)
				baseline, _ := part["baseline"].(map[string]any)
				for _, percentile := range []string{"latencyP50", "latencyP95"} {
					canary[percentile] = baseline[percentile]
				}
			})
		}},
		{"cleanup-ignores-locks", "A cleanup takes the lock, whoever holds it.", func(s *storm) {
			s.calls = append(s.calls, func(call asl.Call, run func() asl.Result) asl.Result {
				if s.workflow(call.Execution) == release.Cleanup && slices.Contains([]string{"Find Orphans", "Acquire Lock"}, call.State) {
					_ = s.w.S3.Delete(world.Bucket, record.LockKey(s.w.Pair.PrimaryID))
				}
				return run()
			})
		}},
		{"lost-edit-on-412", "A write that is refused with 412 is sent again with the new ETag.", func(s *storm) { s.wrapCloudFront(s.sendAgain) }},
		{"stop-skipped", "Stop Traffic says that it has switched the policy off, and has not; Check Stop believes it.", func(s *storm) {
			s.editing([]string{"Check Stop"}, func(part map[string]any) { part["deployed"] = true })
			s.calls = append(s.calls, func(call asl.Call, run func() asl.Result) asl.Result {
				if call.State != "Stop Traffic" {
					return run()
				}
				now := s.w.Clock.Now()
				out, _ := json.Marshal(release.Write{Distribution: s.w.Pair.PrimaryID, At: now, Deadline: now.Add(time.Hour)})
				return asl.Result{Output: out, Took: time.Second}
			})
		}},
		{"no-fence", "A function takes every lock for its own before it writes.", (*storm).ownEveryLock},
		{"healthy-taken-apart", "Every pair of the account is taken for one whose stack was deleted.", func(s *storm) {
			for _, id := range s.w.CloudFront.Policies() {
				s.w.CloudFormation.Put(cloudformation.Stack{
					Name: "gone-" + id, ID: "arn:aws:cloudformation:us-east-1:123456789012:stack/gone/" + id, Status: "DELETE_COMPLETE",
					Deleted: s.w.Clock.Now().Add(-time.Hour), Resources: []cloudformation.Resource{{Physical: id}},
				})
			}
		}},
		{"no-waiting", "Every propagation is believed to be over at once.", func(s *storm) {
			s.editing([]string{"Check Staging", "Check Traffic", "Check Header", "Check Detach", "Check Policy", "Check Attachment", "Check Alignment"},
				func(part map[string]any) { part["deployed"] = true })
		}},
		{"nothing-carried", "Carry Assets says that it has copied everything, and has copied nothing.", func(s *storm) {
			s.calls = append(s.calls, func(call asl.Call, run func() asl.Result) asl.Result {
				if call.State != "Carry Assets" {
					return run()
				}
				return asl.Result{Output: json.RawMessage(`{"done": true}`), Took: time.Second}
			})
		}},
		{"record-forgets", "Finish writes into the record that everything was promoted.", func(s *storm) {
			s.after([]string{"Finish"}, func(call asl.Call) { s.forge(call.Execution) })
		}},
	}
}

func bugNamed(name string) Bug {
	all := Bugs()
	i := slices.IndexFunc(all, func(b Bug) bool { return b.Name == name })
	if i < 0 {
		panic("storm: there is no planted bug " + name)
	}
	return all[i]
}

// editing changes what the functions of some states answer.
func (s *storm) editing(states []string, change func(part map[string]any)) {
	s.calls = append(s.calls, func(call asl.Call, run func() asl.Result) asl.Result {
		result := run()
		var part map[string]any
		if !slices.Contains(states, call.State) || result.Failure != nil || json.Unmarshal(result.Output, &part) != nil {
			return result
		}
		change(part)
		result.Output, _ = json.Marshal(part) //nolint:errchkjson // it was JSON
		return result
	})
}

// after does something once the functions of some states have run.
func (s *storm) after(states []string, does func(asl.Call)) {
	s.calls = append(s.calls, func(call asl.Call, run func() asl.Result) asl.Result {
		result := run()
		if slices.Contains(states, call.State) {
			does(call)
		}
		return result
	})
}

// redefine changes the Catch lists of the release workflow's tasks, of one task alone if it is named.
func (s *storm) redefine(change func(catch []any) []any, only string) {
	var definition map[string]any
	if err := json.Unmarshal(golden.Release(), &definition); err != nil {
		panic(err)
	}
	states, _ := definition["States"].(map[string]any)
	for title, state := range states {
		fields, _ := state.(map[string]any)
		catch, ok := fields["Catch"].([]any)
		if !ok || only != "" && title != only {
			continue
		}
		if left := change(catch); len(left) > 0 {
			fields["Catch"] = left
		} else {
			delete(fields, "Catch")
		}
	}
	text, _ := json.Marshal(definition) //nolint:errchkjson // it was JSON
	machine, err := asl.Load(text)
	if err != nil {
		panic(err)
	}
	machine.ARN = s.w.Machines[release.Release].ARN
	s.w.Machines[release.Release] = machine
}

func (s *storm) wrapCloudFront(around func(next http.Handler, w http.ResponseWriter, r *http.Request)) {
	next := s.w.Transport.Hosts["cloudfront.amazonaws.com"]
	s.w.Transport.Hosts["cloudfront.amazonaws.com"] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { around(next, w, r) })
}

// freshen replaces a request's If-Match by what is current.
func (s *storm) freshen(r *http.Request) {
	if r.Header.Get("If-Match") == "" || r.Method == http.MethodPost {
		return
	}
	parts := strings.Split(r.URL.Path, "/")
	for i, part := range parts[:len(parts)-1] {
		id := parts[i+1]
		switch part {
		case "distribution":
			config, _ := s.w.CloudFront.Live(id)
			if config == nil {
				return
			}
			etag := config.ETag
			if staging, _ := s.w.CloudFront.Live(r.URL.Query().Get("StagingDistributionId")); staging != nil {
				etag += ", " + staging.ETag
			}
			r.Header.Set("If-Match", etag)
		case "continuous-deployment-policy":
			if policy, found := s.w.CloudFront.LivePolicy(id); found {
				r.Header.Set("If-Match", policy.ETag)
			}
		}
	}
}

// answer keeps a response back.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// sendAgain answers a 412 by sending the same again under the new ETag.
func (s *storm) sendAgain(next http.Handler, w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // in memory
	r.Body = io.NopCloser(bytes.NewReader(body))
	kept := &answer{header: http.Header{}, status: http.StatusOK}
	next.ServeHTTP(kept, r)
	if kept.status == http.StatusPreconditionFailed {
		s.freshen(r)
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
		return
	}
	maps.Copy(w.Header(), kept.header)
	w.WriteHeader(kept.status)
	_, _ = w.Write(kept.body.Bytes()) // in memory
}

// copyTwice makes a second copy under another reference.
func (s *storm) copyTwice(next http.Handler, w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/copy") {
		next.ServeHTTP(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body) // in memory
	r.Body = io.NopCloser(bytes.NewReader(body))
	next.ServeHTTP(w, r)
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	rewrite(again, regexp.MustCompile(`</CallerReference>`), "-again</CallerReference>")
	next.ServeHTTP(&answer{header: http.Header{}}, again)
}

func rewrite(r *http.Request, what *regexp.Regexp, by string) {
	body, _ := io.ReadAll(r.Body) // in memory
	body = what.ReplaceAll(body, []byte(by))
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

// attaching reports whether the call under way is to change which policy is attached.
func (s *storm) attaching() bool {
	return s.actor != nil && slices.Contains([]string{"Attach Policy", "Detach Policy"}, s.actor.call.State)
}

// ownEveryLock shows every lock with the name of whoever asks.
func (s *storm) ownEveryLock() {
	host := "s3.us-east-1.amazonaws.com"
	next := s.w.Transport.Hosts[host]
	s.w.Transport.Hosts[host] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fences := s.actor != nil && !slices.Contains([]string{"Acquire Lock", "Find Dead Run", "Recover", "Release Lock", "Find Orphans"}, s.actor.call.State)
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/locks/") || !fences {
			next.ServeHTTP(w, r)
			return
		}
		holder, _ := json.Marshal(record.Holder{Execution: s.actor.call.Execution.ARN(), Name: s.actor.call.Execution.Name(), At: s.start}) //nolint:errchkjson // strings and times
		w.Header().Set("ETag", `"made-up"`)
		_, _ = w.Write(holder) // in memory
	})
}

// forge makes a record say Promoted.
func (s *storm) forge(x *asl.Execution) {
	key, data, found := s.w.Evidence(x)
	var evidence record.Evidence
	if !found || json.Unmarshal(data, &evidence) != nil || evidence.Outcome == nil {
		return
	}
	evidence.Outcome.End = release.Promoted
	data, _ = json.Marshal(evidence)                       //nolint:errchkjson // it was JSON
	_ = s.w.S3.Put(world.Bucket, key, data, http.Header{}) // the bucket is there
}
