package main_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	aws "cloudfront-cd/infra/aws"
)

// built is a folder in which every Lambda's bootstrap has this content.
func built(t *testing.T, content []byte) string {
	t.Helper()
	dir := t.TempDir()
	for _, folder := range aws.Folders() {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, folder, "bootstrap"), content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestAZipHasTheBootstrapAndNothingElse, so that the same content is the same zip on every machine and at any time.
func TestAZipHasTheBootstrapAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := built(t, []byte("a program"))
	if err := os.Chtimes(filepath.Join(dir, "promote", "bootstrap"), time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := aws.Pack(&table, dir); err != nil {
		t.Fatal(err)
	}
	one, other := read(t, dir, "promote.zip"), read(t, dir, "recover.zip")
	if !bytes.Equal(one, other) {
		t.Error("the same content makes different zips")
	}
	r, err := zip.NewReader(bytes.NewReader(one), int64(len(one)))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.File) != 1 || r.File[0].Name != "bootstrap" || r.File[0].Mode() != 0o755 {
		t.Fatalf("got %v", r.File)
	}
	file, err := r.Open("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(file); err != nil || string(content) != "a program" {
		t.Errorf("got %q, %v", content, err)
	}
	if lines := strings.Split(strings.TrimSpace(table.String()), "\n"); len(lines) != 1+len(aws.Folders()) {
		t.Errorf("got the table\n%s", &table)
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestALargeZipIsRefused(t *testing.T) {
	t.Parallel()
	dir := built(t, nil)
	noise := make([]byte, aws.Largest) // does not shrink
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "observe", "bootstrap"), noise, 0o755); err != nil {
		t.Fatal(err)
	}
	err := aws.Pack(io.Discard, dir)
	if err == nil || !strings.Contains(err.Error(), "the zip of observe has") || strings.Contains(err.Error(), "promote") {
		t.Errorf("got %v", err)
	}
}

func TestABootstrapThatWasNotBuiltIsNamed(t *testing.T) {
	t.Parallel()
	dir := built(t, nil)
	if err := os.Remove(filepath.Join(dir, "promote", "bootstrap")); err != nil {
		t.Fatal(err)
	}
	err := aws.Pack(io.Discard, dir)
	if err == nil || !strings.Contains(err.Error(), "the bootstrap of promote, which make build makes") {
		t.Errorf("got %v", err)
	}
}
