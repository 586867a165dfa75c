package judge_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"cloudfront-cd/internal/judge"
)

// latencies makes two columns of any floats from bytes: NaN, infinite and negative ones too. They are kept short: beyond fifty
// minutes the test is a formula, and before that it is slow.
func latencies(raw []byte) (columns [2][]float64) {
	const most = 2 * 60 * 8
	raw = raw[:min(len(raw), most)]
	for i := 0; len(raw) > 0; i++ {
		word := make([]byte, 8)
		n := copy(word, raw)
		raw = raw[n:]
		columns[i%2] = append(columns[i%2], math.Float64frombits(binary.LittleEndian.Uint64(word)))
	}
	return columns
}

func FuzzLatencies(f *testing.F) {
	minutes := func(values ...float64) []byte {
		var raw []byte
		for _, v := range values {
			raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
		}
		return raw
	}
	f.Add(minutes(100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115), 30.0, 0.001)
	f.Add(minutes(7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7), 20.0, 0.01)
	f.Add(minutes(math.NaN(), math.Inf(1), -1, 0, -7, 5e-324), math.NaN(), math.Inf(-1))
	f.Add(minutes(1, 2, 3), -1.0, 2.0)
	f.Fuzz(func(t *testing.T, raw []byte, tolerance, alpha float64) {
		columns := latencies(raw)
		e := judge.Latencies{
			Canary: "staging", Baseline: "primary", Alpha: alpha,
			Percentiles: []judge.Percentile{{Name: "p95", Canary: columns[0], Baseline: columns[1], Tolerance: tolerance}},
		}
		verdict, reasons := judge.CompareLatencies(e)
		if len(reasons) != 1 || !strings.HasSuffix(reasons[0], "→ "+string(verdict)) {
			t.Fatalf("got %q with reasons %q", verdict, reasons)
		}
		judge.DescribeLatency(e)
		if verdict == judge.Inconclusive {
			return
		}
		if !(tolerance > 0) || !(alpha > 0 && alpha < 1) || len(columns[0]) != len(columns[1]) {
			t.Fatalf("got %s with tolerance %v, alpha %v on %v", verdict, tolerance, alpha, columns)
		}
		both := 0
		for i, c := range columns[0] {
			b := columns[1][i]
			if c != -1 && !(c > 0 && c < math.Inf(1)) || b != -1 && !(b > 0 && b < math.Inf(1)) {
				t.Fatalf("got %s on %v", verdict, columns)
			}
			if c != -1 && b != -1 {
				both++
			}
		}
		if both < judge.LatencyMinutes(alpha) {
			t.Fatalf("got %s on %d minutes of the %d needed", verdict, both, judge.LatencyMinutes(alpha))
		}
	})
}
