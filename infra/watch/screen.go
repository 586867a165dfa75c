package watch

import (
	"io"
	"strings"
	"unicode/utf8"
)

// PlainWidth is how long a line of text gets where nobody says how wide the screen is.
const PlainWidth = 120

// Screen is where lines go: a terminal, or a file or pipe, which gets the same lines without colours and without any that
// is drawn over.
type Screen struct {
	Out io.Writer
	// Terminal says that a line can be drawn over.
	Terminal bool
	// Colour says that a person sees it who wants colours.
	Colour bool
	// Width is how many columns there are now; nil, or an answer of 0, stands for PlainWidth.
	Width func() int

	drawn bool
}

// Style is the colour of a line's text, as the parameters of the terminal's SGR control sequence (ECMA-48, 8.3.117).
type Style string

// The styles.
const (
	Plain Style = ""
	Good  Style = "32"
	Bad   Style = "31"
	Doubt Style = "33"
)

func (s *Screen) paint(text string, style Style) string {
	if !s.Colour || style == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}

func (s *Screen) width() int {
	if s.Width != nil {
		if w := s.Width(); w > 0 {
			return w
		}
	}
	return PlainWidth
}

// leastText is how wide a column of text must at least be to be read with ease.
const leastText = 40

// room is the column at which text that belongs at a column really starts, and how much of it fits into a line.
func (s *Screen) room(column int) (start, room int) {
	width := s.width()
	if width-column < leastText {
		column = min(column, 10)
	}
	return column, max(width-column, 20)
}

// Print writes a head and the text beside it, from a column on; a text that is too long goes on below itself.
func (s *Screen) Print(head string, column int, text string, style Style) {
	start, room := s.room(column)
	// The head may be longer than the column, where that has moved to the left or the head is unusually long.
	first := head + strings.Repeat(" ", max(start-utf8.RuneCountInString(head), 2))
	if head == "" {
		first = strings.Repeat(" ", start)
	}
	lines := wrap(text, s.width()-utf8.RuneCountInString(first), room)
	s.end()
	for i, line := range lines {
		if i > 0 {
			first = strings.Repeat(" ", start)
		}
		s.write(strings.TrimRight(first+s.paint(line, style), " ") + "\n")
	}
}

// FieldColumn is where the texts of named facts begin.
const FieldColumn = 11

// Field writes a named fact, such as those before and after a run; an empty name goes on with the one before.
func (s *Screen) Field(name, text string) { s.Print(name, FieldColumn, text, Plain) }

// Fits reports whether a text beside a column needs no breaking. A file has no width.
func (s *Screen) Fits(column int, text string) bool {
	return !s.Terminal || column+utf8.RuneCountInString(text) <= s.width()
}

// Whole is Print for a line of figures: a file gets it unbroken, and where it fits its blanks stay.
func (s *Screen) Whole(head string, column int, text string, style Style) {
	if !s.Fits(column, text) {
		s.Print(head, column, text, style)
		return
	}
	s.end()
	s.write(padded(head, column) + s.paint(text, style) + "\n")
}

// Draw writes a line that the next one, drawn or printed, replaces. Only a terminal gets it.
func (s *Screen) Draw(head string, column int, text string) {
	if !s.Terminal {
		return
	}
	line := []rune(padded(head, column) + text)
	// A line that fills the last column would wrap, and could not be drawn over.
	line = line[:min(len(line), s.width()-1)]
	s.write(erase + string(line))
	s.drawn = true
}

// Keep ends a drawn line without replacing it.
func (s *Screen) Keep() {
	if s.drawn {
		s.write("\n")
		s.drawn = false
	}
}

// Blank is an empty line.
func (s *Screen) Blank() {
	s.end()
	s.write("\n")
}

// end takes a drawn line away.
func (s *Screen) end() {
	if s.drawn {
		s.write(erase)
		s.drawn = false
	}
}

// erase takes back what the terminal's present line has.
const erase = "\r\x1b[K"

// write drops what cannot be written: a run goes on without its screen.
func (s *Screen) write(text string) { _, _ = io.WriteString(s.Out, text) }

func padded(head string, column int) string {
	return head + strings.Repeat(" ", max(column-utf8.RuneCountInString(head), 0))
}
