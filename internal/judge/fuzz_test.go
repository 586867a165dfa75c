package judge_test

import (
	"encoding/binary"
	"math"
	"testing"

	"cloudfront-cd/internal/judge"
)

// decode makes three columns of any lengths and values from bytes.
func decode(name string, raw []byte) judge.Side {
	columns := [3][]int64{}
	for i := 0; len(raw) > 0; i++ {
		word := make([]byte, 8)
		n := copy(word, raw)
		raw = raw[n:]
		columns[i%3] = append(columns[i%3], int64(binary.LittleEndian.Uint64(word)))
	}
	return judge.Side{Name: name, Requests: columns[0], Errors4xx: columns[1], Errors5xx: columns[2]}
}

// sound reports whether a side could be a measurement, and how many requests it has.
func sound(s judge.Side) (requests int64, ok bool) {
	if len(s.Errors4xx) != len(s.Requests) || len(s.Errors5xx) != len(s.Requests) {
		return 0, false
	}
	for i, r := range s.Requests {
		e4, e5 := s.Errors4xx[i], s.Errors5xx[i]
		switch {
		case r == -1 && e4 == -1 && e5 == -1:
		case r < 0 || e4 < 0 || e5 < 0 || e4 > r || e5 > r:
			return 0, false
		default:
			requests += r
		}
	}
	return requests, true
}

func FuzzJudge(f *testing.F) {
	minute := func(counts ...int64) []byte {
		var raw []byte
		for _, c := range counts {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(c))
		}
		return raw
	}
	f.Add(minute(5000, 10, 2), minute(90_000, 100, 30), int64(1000), 1.0, 0.5, 0.001, 1.0, true, "OK")
	f.Add(minute(50_000, 10, 2), minute(90_000, 100, 30), int64(1000), 1.0, 0.5, 0.001, 1.0, false, "OK")
	f.Add(minute(5000, 5000, 5000), minute(5000, 5000, 5000), int64(1), 1.0, 0.5, 0.01, 5.0, true, "ALARM")
	f.Add(minute(-1, -1, -1), minute(-1, -1, -1), int64(0), 0.0, 0.0, 0.0, 0.0, true, "")
	f.Add(minute(1<<62, 0, 0, 1<<62, 0, 0), minute(1, 2), int64(-5), -1.0, 1e308, 1.0, math.NaN(), false, "INSUFFICIENT_DATA")
	f.Add(minute(1, 0, 0), minute(1_000_000_000_000, 1, 1), int64(1), 1e-300, 100.0, 1e-300, math.Inf(1), true, "OK")
	f.Fuzz(func(t *testing.T, canaryRaw, baselineRaw []byte, minimum int64, tolerance4xx, tolerance5xx, alpha, dispersion float64, same bool, state string) {
		canary, baseline := decode("staging", canaryRaw), decode("primary", baselineRaw)
		got := judge.Judge(judge.Evidence{
			Canary: canary, Baseline: baseline, SameMinutes: same,
			Gates: judge.Gates{
				MinimumRequests: minimum, Tolerance4xx: tolerance4xx, Tolerance5xx: tolerance5xx,
				Alpha: alpha, Dispersion4xx: dispersion, Dispersion5xx: dispersion,
			},
			Alarms: []judge.Alarm{{Name: "site", State: state}},
		})
		switch got.Verdict {
		case judge.Unhealthy, judge.Inconclusive:
			return
		case judge.Healthy:
		default:
			t.Fatalf("got verdict %q", got.Verdict)
		}
		canaryRequests, canarySound := sound(canary)
		baselineRequests, baselineSound := sound(baseline)
		if !canarySound || !baselineSound || canaryRequests < max(1, minimum) || baselineRequests < 1 || got.Minutes < 1 {
			t.Errorf("got healthy on %v against %v with a minimum of %d", canary, baseline, minimum)
		}
		if !(tolerance4xx > 0) || !(tolerance5xx > 0) || !(alpha > 0 && alpha < 1) {
			t.Errorf("got healthy with tolerances %v and %v, alpha %v", tolerance4xx, tolerance5xx, alpha)
		}
		for _, r := range got.Rates {
			if !(r.Interval.Upper < r.Tolerance) || !(r.Interval.Lower <= r.Interval.Estimate && r.Interval.Estimate <= r.Interval.Upper) ||
				r.Canary.Errors == r.Canary.Requests {
				t.Errorf("got healthy by %+v", r)
			}
		}
		if state != judge.StateOK && state != judge.StateInsufficientData {
			t.Errorf("got healthy with an alarm in state %q", state)
		}
	})
}
