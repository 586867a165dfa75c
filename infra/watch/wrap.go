package watch

import (
	"strings"
	"unicode/utf8"
)

// wrap breaks a text at spaces; the first line may have another length than the rest. What people copy is left whole: a
// word that is too long for a line, such as an ARN, and a command, which gets a line to itself.
func wrap(text string, first, rest int) []string {
	var lines []string
	line, room := "", first
	end := func() {
		if line != "" {
			lines, line, room = append(lines, line), "", rest
		}
	}
	words := wordsOf(text)
	for i := 0; i < len(words); i++ {
		if n := command(words, i); n > 0 {
			end()
			line = strings.Join(words[i:i+n], " ")
			end()
			i += n - 1
			continue
		}
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(words[i]) > room {
			end()
		}
		if line != "" {
			line += " "
		}
		line += words[i]
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// wordsOf splits a text at its spaces, but for those between a number and its percent sign.
func wordsOf(text string) []string {
	var words []string
	for word := range strings.FieldsSeq(text) {
		if last := len(words) - 1; last >= 0 && strings.HasPrefix(word, "%") {
			words[last] += " " + word
			continue
		}
		words = append(words, word)
	}
	return words
}

// command is how many words from the ith on are a command of the AWS CLI: texts write it after a colon, and go on with a
// parenthesis or after a stop.
func command(words []string, i int) int {
	if words[i] != "aws" || i == 0 || !strings.HasSuffix(words[i-1], ":") {
		return 0
	}
	n := 1
	for ; i+n < len(words) && !strings.HasPrefix(words[i+n], "("); n++ {
		if strings.ContainsAny(words[i+n][len(words[i+n])-1:], ".;,") {
			return n + 1
		}
	}
	return n
}
