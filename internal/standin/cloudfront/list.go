package cloudfront

import (
	"bytes"
	"net/http"
	"strconv"
)

// listing is a page of a list: what it says of itself. Half of the lists have no Marker and no IsTruncated (API Reference,
// the …List types).
type listing struct {
	root, item  string // names of elements
	after, next string // markers of this page and of the next one
	limit       int
	quantity    int
	short       bool
}

// listReply renders a page of a list. Without items there is no Items.
func listReply[T any](l listing, shown []T, write func(*bytes.Buffer, T)) reply {
	var b bytes.Buffer
	openRoot(&b, l.root)
	if !l.short {
		element(&b, "Marker", l.after)
		element(&b, "IsTruncated", strconv.FormatBool(l.next != ""))
	}
	if l.next != "" {
		element(&b, "NextMarker", l.next)
	}
	element(&b, "MaxItems", strconv.Itoa(l.limit))
	element(&b, nameQuantity, strconv.Itoa(l.quantity))
	if len(shown) > 0 {
		b.WriteString("<Items>")
		for _, v := range shown {
			b.WriteString("<" + l.item + ">")
			write(&b, v)
			b.WriteString("</" + l.item + ">")
		}
		b.WriteString("</Items>")
	}
	closeRoot(&b, l.root)
	return reply{status: http.StatusOK, body: b.Bytes()}
}

// cutPage is the part of an ordered list that follows a marker, and the marker of the next part.
func cutPage[T any](all []T, after string, limit int, id func(T) string) (shown []T, next string) {
	from := len(all)
	for i, v := range all {
		if id(v) > after {
			from = i
			break
		}
	}
	shown = all[from:]
	if len(shown) > limit {
		shown = shown[:limit]
		next = id(shown[limit-1])
	}
	return shown, next
}
