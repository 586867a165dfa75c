package content_test

import (
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/content"
)

func own(host string) bool { return host == "www.example.com" }

func references(t *testing.T, document, path string) []string {
	t.Helper()
	found, err := content.References([]byte(document), path, own)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, r := range found {
		texts = append(texts, strings.TrimSpace(r.Path+" "+string(r.Kind)))
	}
	return texts
}

func TestEverythingThatAPageLoadsFromItsSiteIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ document, want string }{
		"scripts":                     {`<script src="/a.js"></script><script>1</script><script type="module" src=/b.mjs>`, "/a.js script|/b.mjs script"},
		"styles":                      {`<link rel="alternate stylesheet" href="/a.css"><LINK REL=StyleSheet HREF=/b.css>`, "/a.css style|/b.css style"},
		"preloads by what they are":   {`<link rel=preload as=font href=/a.woff2><link rel=modulepreload href=/b.js><link rel=prefetch href=/c>`, "/a.woff2 font|/b.js script|/c"},
		"images in all sizes":         {`<img src=a.png srcset="b.png 1x, c,d.png 2x"><source srcset="/e.webp 100w,  /f.webp">`, "/a.png image|/b.png image|/c,d.png image|/e.webp image|/f.webp image"},
		"media":                       {`<video src=/a.mp4 poster=/b.jpg><track src=/c.vtt></video><audio src=/d.mp3>`, "/a.mp4 media|/b.jpg image|/c.vtt|/d.mp3 media"},
		"icons and the manifest":      {`<link rel="shortcut icon" href=/a.ico><link rel=manifest href=/m.webmanifest>`, "/a.ico image|/m.webmanifest manifest"},
		"what noscript has":           {`<noscript><img src=/a.png></noscript>`, "/a.png image"},
		"the site's own host":         {`<script src="https://www.example.com/a.js"></script><script src="//www.example.com/b.js"></script>`, "/a.js script|/b.js script"},
		"a query and a fragment":      {`<script src="/a.js?v=1#x"></script>`, "/a.js script"},
		"escapes":                     {`<img src="/a%20b.png">`, "/a b.png image"},
		"each once":                   {`<img src=/a.png><img src=/a.png>`, "/a.png image"},
		"tags that nobody has closed": {`<div><p><script src=/a.js></script><b><img src=/b.png`, "/a.js script"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(references(t, c.document, "/index.html"), "|"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestWhatAPageDoesNotLoadFromItsSiteIsLeftOut(t *testing.T) {
	t.Parallel()
	document := `<a href="/page.html"></a><link rel="canonical" href="/c"><link rel="next" href="/n"><form action="/f"></form>
		<script src="https://cdn.example.net/x.js"></script><img src="data:image/png;base64,AAAA"><img src=""><script src="%zz"></script>
		<!-- <img src="/commented.png"> --><script>document.write('<img src="/written.png">')</script><template>x</template>`
	if got := references(t, document, "/index.html"); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestPathsAreRelativeToTheBase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ document, path, want string }{
		"of the page":         {`<img src=a.png>`, "/shop/index.html", "/shop/a.png image"},
		"that the page names": {`<img src=a.png><base href="/v2/"><base href="/v3/">`, "/index.html", "/v2/a.png image"},
		"relative itself":     {`<base href="assets/"><img src=../a.png>`, "/shop/index.html", "/shop/a.png image"},
		"on another host":     {`<base href="https://cdn.example.net/"><img src=a.png>`, "/index.html", ""},
		"without href":        {`<base target=_blank><img src=a.png>`, "/index.html", "/a.png image"},
	} {
		if got := strings.Join(references(t, c.document, c.path), "|"); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func FuzzReferences(f *testing.F) {
	f.Add(`<base href="x"><img srcset=", ,a 1x,b"><link rel=preload as=font href=?>`)
	f.Fuzz(func(t *testing.T, document string) {
		found, err := content.References([]byte(document), "/index.html", own)
		if err != nil {
			return
		}
		for i, r := range found {
			if !strings.HasPrefix(r.Path, "/") || slices.Contains(found[:i], r) {
				t.Errorf("got %+v", r)
			}
		}
	})
}
