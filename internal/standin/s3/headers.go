package s3

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// packed is the one header in which all of an object's own headers are handed to gofakes3. It keeps X-Amz- headers
// only, and merges those of an overwritten object with the new ones: with a single name, the new one always wins.
const packed = "X-Amz-Standin-Headers"

// objectHeaders picks the headers that belong to the object and not to the request.
func objectHeaders(all http.Header) http.Header {
	own := http.Header{}
	for name, values := range all {
		name = http.CanonicalHeaderKey(name)
		switch name {
		case "Content-Type", "Content-Disposition", "Content-Language", "Cache-Control", "Expires":
			own[name] = values
		case "Content-Encoding":
			if kept := withoutChunked(values); len(kept) > 0 {
				own[name] = kept
			}
		default:
			if strings.HasPrefix(name, "X-Amz-Meta-") || isChecksum(name) {
				own[name] = values
			}
		}
	}
	return own
}

// withoutChunked drops aws-chunked, which is about the transfer; S3 does not store it.
func withoutChunked(values []string) []string {
	codings := strings.Split(strings.Join(values, ","), ",")
	codings = slices.DeleteFunc(codings, func(c string) bool {
		c = strings.TrimSpace(c)
		return c == "" || c == "aws-chunked"
	})
	if len(codings) == 0 {
		return nil
	}
	return []string{strings.Join(codings, ",")}
}

func pack(headers http.Header) string {
	text, err := json.Marshal(headers)
	if err != nil {
		return "" // a map of strings always marshals
	}
	return string(text)
}

// unpack gives an answer the object's headers back. Checksums are returned only when the client asks for them.
func unpack(h http.Header, checksums bool) {
	own := http.Header{}
	if text := h.Get(packed); text != "" {
		if json.Unmarshal([]byte(text), &own) != nil {
			own = http.Header{}
		}
	}
	h.Del(packed)
	h.Del("X-Amz-Copy-Source")
	for name, values := range own {
		if h.Get(name) == "" && (checksums || !isChecksum(name)) {
			h[http.CanonicalHeaderKey(name)] = values
		}
	}
	if h.Get("Content-Type") == "" && h.Get("ETag") != "" {
		h.Set("Content-Type", "binary/octet-stream") // S3's default
	}
}
