package main

import (
	"io"
	"os"

	"cloudfront-cd/infra/local/watch"
)

// newScreen is how to write there: a terminal gets lines that are drawn over, and colours unless NO_COLOR is set
// (https://no-color.org); anything else gets plain lines.
func newScreen(out io.Writer) *watch.Screen {
	screen := &watch.Screen{Out: out}
	file, ok := out.(*os.File)
	if !ok || columns(file) == 0 || os.Getenv("TERM") == "dumb" { //nolint:forbidigo // the terminal's own settings
		return screen
	}
	screen.Terminal = true
	screen.Width = func() int { return columns(file) }
	screen.Colour = os.Getenv("NO_COLOR") == "" //nolint:forbidigo // the terminal's own settings
	return screen
}

// fieldColumn is where the texts of the first and the last lines begin.
const fieldColumn = 11

func field(screen *watch.Screen, name, text string) {
	screen.Print(name, fieldColumn, text, watch.Plain)
}
