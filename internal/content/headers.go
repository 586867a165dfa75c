package content

import (
	"mime"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Fits reports whether a Content-Type is one that a browser takes for the kind. A script or a style with another type is not
// run where X-Content-Type-Options says nosniff, and a page is never one of them.
func Fits(kind Kind, contentType string) bool {
	kindOf, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch kind {
	case Script:
		return strings.HasSuffix(kindOf, "javascript") || strings.HasSuffix(kindOf, "ecmascript")
	case Style:
		return kindOf == "text/css"
	case Image:
		return strings.HasPrefix(kindOf, "image/")
	case Font:
		return strings.HasPrefix(kindOf, "font/") || strings.HasPrefix(kindOf, "application/") && strings.Contains(kindOf, "font")
	case Media:
		return strings.HasPrefix(kindOf, "video/") || strings.HasPrefix(kindOf, "audio/") || kindOf == "application/vnd.apple.mpegurl"
	case Manifest:
		return strings.HasSuffix(kindOf, "json")
	case Other:
	}
	return !IsHTML(contentType)
}

// IsHTML reports whether a Content-Type is a page's.
func IsHTML(contentType string) bool {
	kindOf, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kindOf == "text/html" || kindOf == "application/xhtml+xml")
}

// Kept is for how long a shared cache may serve an object without asking again; known is false where the header does not say,
// and the distribution's cache policy decides (CloudFront Developer Guide, "Manage how long content stays in the cache").
func Kept(cacheControl string) (d time.Duration, known bool) {
	for directive := range strings.SplitSeq(strings.ToLower(cacheControl), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-cache", "no-store", "private":
			return 0, true
		case "s-maxage", "max-age":
			seconds, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 32)
			if err != nil || known && name == "max-age" { // s-maxage wins
				continue
			}
			d, known = time.Duration(seconds)*time.Second, true
			if name == "s-maxage" {
				return d, known
			}
		}
	}
	return d, known
}

// Hashed reports whether a name carries a hash of its content, as bundlers write it: main.3f2a9c1b.js, index-BkL8x_9a.css.
// Other bytes then have another name, and caches may keep them for ever.
func Hashed(key string) bool {
	name := strings.TrimSuffix(path.Base(key), path.Ext(key))
	for _, part := range regexp.MustCompile(`[.-][A-Za-z0-9_-]{8,64}`).FindAllString(name, -1) {
		if strings.ContainsAny(part, "0123456789") && strings.ContainsAny(strings.ToLower(part), "abcdefghijklmnopqrstuvwxyz") {
			return true
		}
	}
	return false
}
