package release

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A content release brings a new build of a site that lies in S3. Each build has a side of its own, a prefix or a bucket; the
// pipeline uploads to the idle one, and the release points the origin at it.

// Side is where one build lies.
type Side struct {
	Bucket string `json:"bucket"`
	// Region is empty where the origin's domain name does not tell.
	Region string `json:"region,omitempty"`
	// Prefix is the origin's path: empty, or with a leading and no trailing slash.
	Prefix string `json:"prefix,omitempty"`
}

// Root is what the keys of the side begin with.
func (s Side) Root() string {
	if s.Prefix == "" {
		return ""
	}
	return strings.TrimPrefix(s.Prefix, "/") + "/"
}

// Key is the key of the object that CloudFront reads for a path, which begins with a slash and is not escaped.
func (s Side) Key(urlPath string) string { return s.Root() + strings.TrimPrefix(urlPath, "/") }

// String is the side as an S3 URI.
func (s Side) String() string { return "s3://" + s.Bucket + s.Prefix }

// Same reports whether two sides are the same objects.
func (s Side) Same(o Side) bool { return s.Bucket == o.Bucket && s.Prefix == o.Prefix }

// Within reports whether a side lies inside another one.
func (s Side) Within(o Side) bool {
	return s.Bucket == o.Bucket && s.Prefix != o.Prefix && strings.HasPrefix(s.Root(), o.Root())
}

// IsDocument reports whether the key, below its side, is a page: each side has its own, under the same name. So are the keys
// that the request names.
func (c Change) IsDocument(key string) bool {
	switch strings.ToLower(path.Ext(key)) {
	case ".html", ".htm":
		return true
	}
	return slices.Contains(c.Documents, "/"+key)
}

// Repoints reports whether the release points one origin of staging elsewhere.
func (c Change) Repoints() bool { return c.Kind == KindOrigin || c.Kind == KindContent }

// Target is the new OriginPath and DomainName of the repointed origin; nil keeps what is there.
func (c Change) Target() (originPath, domain *string) {
	if c.Kind == KindContent {
		return &c.Prefix, c.Domain
	}
	return c.Path, c.Domain
}

// Content is what Check Content found.
type Content struct {
	Passed   bool      `json:"passed"`
	Findings []Finding `json:"findings"`
	// New is the side of this release, Old the one that the primary serves.
	New Side `json:"new"`
	Old Side `json:"old"`
	// Same is true where the primary serves this side already: there is nothing to carry, and nothing to release.
	Same bool `json:"same,omitempty"`
	// Root is the path of the root document, References how many objects of the side it refers to.
	Root       string    `json:"root"`
	References int       `json:"references"`
	At         time.Time `json:"at"`
}

// Carry is how far Carry Assets has come. It goes over both sides twice in the order of their keys: once to compare, then to
// copy.
type Carry struct {
	// Exactly one of Done and Refused may be true, and then the loop is over.
	Done    bool `json:"done"`
	Refused bool `json:"refused"`
	// Copying is false while the sides are compared.
	Copying bool `json:"copying"`
	// After is the key, below either side, up to which this has been done.
	After string    `json:"after,omitempty"`
	Since time.Time `json:"since"`
	At    time.Time `json:"at"`
	Turns int       `json:"turns"`

	// Objects are those of the two sides, as they were compared.
	NewObjects int `json:"newObjects"`
	OldObjects int `json:"oldObjects"`
	// ToNew and ToOld are how many assets one side lacks of the other; Copied how many of them are there now.
	ToNew  int   `json:"toNew"`
	ToOld  int   `json:"toOld"`
	Copied int   `json:"copied"`
	Bytes  int64 `json:"bytes"`
	// LeftOut are assets of the primary's side that were carried there by earlier releases; they go no further.
	LeftOut int `json:"leftOut,omitempty"`
	// Records are the objects of the record bucket that name what was carried, by side.
	Records  []string  `json:"records,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
}

// CarriedKey is where the record bucket keeps what was carried to a side.
func CarriedKey(s Side) string { return "content/" + s.Bucket + s.Prefix + ".json" }

// Limits of a carry. A site has thousands of objects; the limit keeps a wrong prefix, such as one with all releases below it,
// from being copied.
const (
	MaxObjects  = 100_000   // of one side
	CarryWithin = time.Hour // from its first turn
)

// Invalidation is what was asked of both distributions' caches after the promotion. Error and Cause are set instead when that
// failed, which takes nothing back.
type Invalidation struct {
	// Over is true when both are completed, or not completed in time.
	Over      bool     `json:"over"`
	Completed bool     `json:"completed"`
	Paths     []string `json:"paths,omitempty"`
	// IDs are the invalidations by distribution.
	IDs      map[string]string `json:"ids,omitempty"`
	Since    time.Time         `json:"since,omitzero"`
	Deadline time.Time         `json:"deadline,omitzero"`
	At       time.Time         `json:"at,omitzero"`
	Error    string            `json:"Error,omitempty"`
	Cause    string            `json:"Cause,omitempty"`
}

// InvalidatedWithin bounds the wait for an invalidation; CloudFront takes a minute or two as a rule.
const InvalidatedWithin = 20 * time.Minute

const (
	maxInvalidate = 100 // of the 3,000 that may be under way (CloudFront Developer Guide, Quotas)
	maxWildcards  = 5   // of the 15 of those
	maxDocuments  = 50
	maxURLPath    = 1000
)

// The syntax of https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func (c *Change) fillInContent() {
	if c.Kind == KindContent && c.Invalidate == nil {
		c.Invalidate = []string{"/index.html", "/"}
	}
}

// refuseContentFields names what only a content release has.
func (c Change) refuseContentFields(r *refusals) {
	if c.Bucket != "" || c.Prefix != "" || c.Documents != nil || c.Invalidate != nil {
		r.add("change", fmt.Sprintf("of kind %q", c.Kind), "takes no bucket, prefix, documents or invalidate: those are of kind \"content\"")
	}
}

func (c Change) checkContent(r *refusals) {
	if c.Path != nil {
		r.add("change.path", quote(*c.Path), `is of kind "origin"; a content release has a prefix`)
	}
	if !bucketName.MatchString(c.Bucket) || strings.Contains(c.Bucket, "..") {
		r.add("change.bucket", quote(c.Bucket), "must be the name of the S3 bucket that the build was uploaded to")
	}
	if c.Domain == nil && c.Prefix == "" {
		r.add("change", `of kind "content"`, "needs a prefix, or a domain where each side is a bucket of its own")
	}
	if p := c.Prefix; p != "" && (!validPath(p) || !plainPath(p)) {
		r.add("change.prefix", quote(p), "must begin with / and not end with /, have no empty, . or .. part and nothing that a URL escapes")
	}
	if d := c.Domain; d != nil && !isEndpointOf(*d, c.Bucket) {
		r.add("change.domain", quote(*d), "must be the REST endpoint of change.bucket, such as "+c.Bucket+".s3.eu-central-1.amazonaws.com")
	}
	if len(c.Documents) > maxDocuments {
		r.add("change.documents", fmt.Sprintf("of %d", len(c.Documents)), fmt.Sprintf("must have at most %d", maxDocuments))
	}
	for i, d := range c.Documents {
		if !urlPath(d) || strings.ContainsAny(d, "*?#") {
			r.add(fmt.Sprintf("change.documents[%d]", i), quote(d), "must be the path of one object, beginning with /")
		}
	}
	c.checkInvalidate(r)
}

func (c Change) checkInvalidate(r *refusals) {
	wildcards := 0
	for i, p := range c.Invalidate {
		star := strings.IndexByte(p, '*')
		if !urlPath(p) || star >= 0 && star < len(p)-1 {
			r.add(fmt.Sprintf("change.invalidate[%d]", i), quote(p), "must be a path beginning with /, with a * at most at its end")
		}
		if star >= 0 {
			wildcards++
		}
	}
	if n := len(c.Invalidate); n == 0 || n > maxInvalidate || wildcards > maxWildcards {
		r.add("change.invalidate", fmt.Sprintf("of %d paths, %d of them with a *", n, wildcards),
			fmt.Sprintf("must have 1 to %d paths, at most %d of them with a *", maxInvalidate, maxWildcards))
	}
}

// isEndpointOf knows the REST endpoints of a bucket by their two ends; what is between is a region or nothing.
func isEndpointOf(domain, bucket string) bool {
	rest, ok := strings.CutPrefix(domain, bucket+".s3")
	return ok && validDomain(domain) && strings.HasPrefix(rest, ".") && (strings.HasSuffix(rest, ".amazonaws.com") || strings.HasSuffix(rest, ".amazonaws.com.cn"))
}

// urlPath is a path as a viewer sends it.
func urlPath(p string) bool {
	return strings.HasPrefix(p, "/") && len(p) <= maxURLPath && printable(p) && !strings.ContainsAny(p, `"<>\^{}|`+"`#")
}

// plainPath is one that means the same as a key and in a URL.
func plainPath(p string) bool {
	return path.Clean(p) == p && urlPath(p) && !strings.ContainsAny(p, "%*?+&=;:@$,")
}
