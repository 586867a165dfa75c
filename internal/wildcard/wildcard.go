// Package wildcard matches patterns as IAM policies and CloudFront's path patterns have them.
package wildcard

import "strings"

// Match reports whether a text fits a pattern, in which * stands for any text, even none, and ? for exactly one byte; case
// counts. It goes back only to the last star, so that no pattern can make it slow. (IAM User Guide, "IAM JSON policy
// elements: Resource"; CloudFront Developer Guide, "Cache behavior settings", "Path pattern".)
func Match(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
