package content_test

import (
	"testing"
	"time"

	"cloudfront-cd/internal/content"
)

func TestAContentTypeFitsWhatItIsUsedAs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind        content.Kind
		contentType string
		want        bool
	}{
		{content.Script, "text/javascript", true},
		{content.Script, "application/javascript; charset=utf-8", true},
		{content.Script, "text/plain", false},
		{content.Script, "text/html", false},
		{content.Script, "", false},
		{content.Style, "text/css", true},
		{content.Style, "binary/octet-stream", false},
		{content.Image, "image/svg+xml", true},
		{content.Image, "text/html", false},
		{content.Font, "font/woff2", true},
		{content.Font, "application/font-woff", true},
		{content.Font, "text/css", false},
		{content.Media, "video/mp4", true},
		{content.Media, "image/png", false},
		{content.Manifest, "application/manifest+json", true},
		{content.Manifest, "text/html", false},
		{content.Other, "application/wasm", true},
		{content.Other, "text/html; charset=utf-8", false},
	} {
		if got := content.Fits(c.kind, c.contentType); got != c.want {
			t.Errorf("%q as %q: got %t", c.contentType, c.kind, got)
		}
	}
}

func TestForHowLongAHeaderLetsAnObjectBeKept(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]struct {
		d     time.Duration
		known bool
	}{
		"": {0, false}, "public": {0, false}, "no-cache": {0, true}, "max-age=60": {time.Minute, true}, "Max-Age = 60": {0, false},
		"public, max-age=31536000, immutable": {8760 * time.Hour, true}, "max-age=60, s-maxage=3600": {time.Hour, true},
		"s-maxage=3600, max-age=60": {time.Hour, true}, "max-age=600, no-store": {0, true}, "max-age=x": {0, false},
	} {
		if d, known := content.Kept(header); d != want.d || known != want.known {
			t.Errorf("%q: got %s %t, want %s %t", header, d, known, want.d, want.known)
		}
	}
}

func TestNamesWithAHash(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"assets/main.3f2a9c1b.js": true, "index-BkL8x_9a.css": true, "a/b.0123abcd.woff2": true,
		"index.html": false, "main.js": false, "robots.txt": false, "my-component.js": false, "jquery-3.7.1.min.js": false, "a.3f2a.js": false,
	} {
		if got := content.Hashed(key); got != want {
			t.Errorf("%s: got %t", key, got)
		}
	}
}
