package serve

import "io"

// LogTo is for tests, which build an account without the command around it.
func (a *Account) LogTo(w io.Writer) { a.log = w }
