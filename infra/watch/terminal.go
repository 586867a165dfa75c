package watch

import (
	"io"
	"os"
)

// NewScreen is how to write there: a terminal gets lines that are drawn over, and colours unless NO_COLOR is set
// (https://no-color.org); anything else gets plain lines.
func NewScreen(out io.Writer) *Screen {
	screen := &Screen{Out: out}
	file, ok := out.(*os.File)
	if !ok || columns(file) == 0 || os.Getenv("TERM") == "dumb" { //nolint:forbidigo // the terminal's own settings
		return screen
	}
	screen.Terminal = true
	screen.Width = func() int { return columns(file) }
	screen.Colour = os.Getenv("NO_COLOR") == "" //nolint:forbidigo // the terminal's own settings
	return screen
}
