package judge

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// grouped writes a count with commas: 56,004.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// signed writes percentage points with their sign: +0.15, or −0.02 with a true minus.
func signed(points float64) string {
	sign := "+"
	if points < 0 {
		sign = "−"
	}
	return sign + fmt.Sprintf("%.2f", math.Abs(points))
}

// points writes a tolerance with two decimals, or with as many as it has.
func points(tolerance float64) string {
	short := strconv.FormatFloat(tolerance, 'f', 2, 64)
	if back, err := strconv.ParseFloat(short, 64); err == nil && back != tolerance && !math.IsNaN(tolerance) {
		return strconv.FormatFloat(tolerance, 'f', -1, 64)
	}
	return short
}

// short writes a number with as many decimals as it needs.
func short(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
