package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// largest is the most that a Lambda's zip may have, in bytes: a little above the largest of today, Preflight's with 4.2 MB.
// Lambda's own limit is 50 MB; a small one starts sooner, and one that grows says that a handler imports what it must not.
const largest = 4_500_000

// pack zips every bootstrap below dir and prints a table of the sizes. One that is too large is an error, after the table.
func pack(out io.Writer, dir string) error {
	say(out, "%-18s %10s\n", "Lambda", "zip, bytes")
	var wrong []error
	for _, f := range functions() {
		size, err := zipBootstrap(dir, f.folder)
		if err != nil {
			return err
		}
		say(out, "%-18s %10d\n", f.folder, size)
		if size > largest {
			wrong = append(wrong, fmt.Errorf("the zip of %s has %d bytes, and may have %d: what does it import?", f.folder, size, largest))
		}
	}
	return errors.Join(wrong...)
}

// archive is where the zip of a folder's bootstrap is.
func archive(dir, folder string) string { return filepath.Join(dir, folder+".zip") }

// zipBootstrap writes a zip that depends on nothing but the bootstrap's content, so that what has not changed is not
// deployed again, and returns its size.
func zipBootstrap(dir, folder string) (size int, err error) {
	bootstrap, err := os.ReadFile(filepath.Join(dir, folder, "bootstrap")) //nolint:gosec // the path is made of the build folder and a constant
	if err != nil {
		return 0, fmt.Errorf("read the bootstrap of %s, which make build makes: %w", folder, err)
	}
	var content bytes.Buffer
	w := zip.NewWriter(&content)
	// No time of modification, and no owner: only the mode that Lambda needs to run it.
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	file, err := w.CreateHeader(header)
	if err == nil {
		_, err = file.Write(bootstrap)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return 0, fmt.Errorf("zip the bootstrap of %s: %w", folder, err)
	}
	if err := os.WriteFile(archive(dir, folder), content.Bytes(), 0o600); err != nil {
		return 0, fmt.Errorf("write the zip of %s: %w", folder, err)
	}
	return content.Len(), nil
}
