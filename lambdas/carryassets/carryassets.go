// Package carryassets gives each side of a content release the assets that only the other one has.
//
// Viewers of the old page go on asking for its assets after the promotion, and while traffic is shifted a new page's assets
// may be asked from the primary: sessions expire, and need not stick at all. Pages are not carried, because each side has its
// own; nothing is overwritten; and what was carried to a side before goes no further, or every release would have the assets
// of all before it.
package carryassets

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudfront-cd/internal/content"
	"cloudfront-cd/internal/distribution"
	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
)

type objects interface {
	content.Getter
	content.Lister
	CopyObject(context.Context, *s3.CopyObjectInput, ...func(*s3.Options)) (*s3.CopyObjectOutput, error)
}

// Handler has everything the step needs.
type Handler struct {
	Objects objects
	Records record.ReadWriter
	Bucket  string
	Now     func() time.Time
	// Parallel is how many objects are copied or read at once; 0 means one.
	Parallel int
}

// Handle is one turn of the loop. A turn that is called again after a lost answer finds what it has copied on both sides, and
// copies the rest: no copy replaces an object. What it is going to copy it names in the record bucket first, so that the
// record never lacks anything; whoever reads it takes for carried only what is there.
func (h Handler) Handle(ctx context.Context, in release.Input) (release.Carry, error) {
	doc := in.Document
	if err := record.Fence(ctx, h.Records, h.Bucket, doc); err != nil {
		return release.Carry{}, err
	}
	t := turn{Handler: h, change: doc.Plan.Change, new: doc.Content.New, old: doc.Content.Old, begun: h.Now()}
	if doc.Carry != nil {
		t.part = *doc.Carry
	} else {
		t.part.Since = t.begun
	}
	t.part.Findings = slices.Clone(t.part.Findings)
	t.part.At, t.part.Turns = t.begun, t.part.Turns+1
	switch {
	case doc.Content.Same:
		t.part.Done = true
	case t.begun.Sub(t.part.Since) > release.CarryWithin:
		t.refuse(release.TooManyObjects, fmt.Sprintf("the assets could not be carried within %s: %d of %d are", release.Duration(release.CarryWithin), t.part.Copied, t.part.ToNew+t.part.ToOld),
			"the release waits for them, and its plan has no more time", "start again: what is carried stays, and the rest follows; or keep less on the two sides")
	default:
		if err := t.run(ctx); err != nil {
			return release.Carry{}, err
		}
	}
	return t.part, nil
}

// turn is one call.
type turn struct {
	Handler

	change   release.Change
	new, old release.Side
	begun    time.Time
	part     release.Carry
	// carried is what earlier releases have put on either side.
	carriedNew, carriedOld carried
	conflicts              []string
}

func (t *turn) run(ctx context.Context) error {
	var err error
	if t.carriedNew, err = t.readCarried(ctx, t.new); err != nil {
		return err
	}
	if t.carriedOld, err = t.readCarried(ctx, t.old); err != nil {
		return err
	}
	if t.part.Copying {
		return t.copyPage(ctx)
	}
	for range release.ComparePages {
		over, err := t.comparePage(ctx)
		if err != nil {
			return err
		}
		if over || t.late() {
			break
		}
	}
	return nil
}

// late is when the rest is left to the next turn.
func (t *turn) late() bool { return t.Now().Sub(t.begun) >= release.CarryTurn }

// comparePage counts what is to be carried, and says in the end what speaks against it: nothing has been copied by then.
func (t *turn) comparePage(ctx context.Context) (over bool, err error) {
	page, more, err := t.next(ctx)
	if err != nil {
		return false, err
	}
	for _, e := range page {
		t.count(e)
	}
	if err := t.compare(ctx, page); err != nil {
		return false, err
	}
	t.sayConflicts()
	if n := max(t.part.NewObjects, t.part.OldObjects); n > release.MaxObjects {
		t.refuse(release.TooManyObjects, fmt.Sprintf("a side has more than %d objects: %s %d, %s %d, as far as was counted", release.MaxObjects, t.new, t.part.NewObjects, t.old, t.part.OldObjects),
			"a side is one build of one site; this looks like a prefix with several releases below it", "correct change.prefix, or delete builds that nobody serves any more")
		return true, nil
	}
	if len(page) > 0 {
		t.part.After = page[len(page)-1].key
	}
	if more {
		return false, nil
	}
	t.part.After = ""
	t.part.Refused = len(t.part.Findings) > 0
	t.part.Done = !t.part.Refused && t.part.ToNew+t.part.ToOld == 0
	t.part.Copying = !t.part.Refused && !t.part.Done
	return true, nil
}

func (t *turn) count(e entry) {
	if e.new != nil {
		t.part.NewObjects++
	}
	if e.old != nil {
		t.part.OldObjects++
	}
	switch t.way(e) {
	case toOld:
		t.part.ToOld++
	case toNew:
		t.part.ToNew++
	case stays:
		if e.new == nil && !t.change.IsDocument(e.key) {
			t.part.LeftOut++
		}
	}
}

// copyPage copies what a page of both sides lacks.
func (t *turn) copyPage(ctx context.Context) error {
	page, more, err := t.next(ctx)
	if err != nil {
		return err
	}
	// Somebody may have uploaded since the sides were compared.
	if err := t.compare(ctx, page); err != nil {
		return err
	}
	if t.sayConflicts(); len(t.part.Findings) > 0 {
		t.part.Refused = true
		return nil
	}
	var todo []entry
	for _, e := range page {
		if t.way(e) != stays {
			todo = append(todo, e)
		}
	}
	if err := t.announce(ctx, todo); err != nil {
		return err
	}
	if late, err := t.copyAll(ctx, todo); late || err != nil {
		return err
	}
	if len(page) > 0 {
		t.part.After = page[len(page)-1].key
	}
	if !more {
		t.part.Done, t.part.After = true, ""
	}
	return nil
}

// copyAll copies in the order of the keys, until it is late.
func (t *turn) copyAll(ctx context.Context, todo []entry) (late bool, err error) {
	const atOnce = 100
	for chunk := range slices.Chunk(todo, atOnce) {
		if err := t.eachOf(len(chunk), func(i int) error { return t.copyOne(ctx, chunk[i]) }); err != nil {
			return false, err
		}
		for _, e := range chunk {
			t.part.Copied++
			t.part.Bytes += e.object().Size
		}
		if t.part.After = chunk[len(chunk)-1].key; t.late() {
			return true, nil
		}
	}
	return false, nil
}

func (t *turn) refuse(name, fact, why, do string) {
	t.part.Refused = true
	t.part.Findings = append(t.part.Findings, release.Finding{Level: release.Block, Name: name, Fact: fact, Why: why, Do: do})
}

// sayConflicts keeps one finding for all of them.
func (t *turn) sayConflicts() {
	const most, mostText = 20, 3000
	if len(t.conflicts) == 0 {
		return
	}
	i := slices.IndexFunc(t.part.Findings, func(f release.Finding) bool { return f.Name == release.AssetConflict })
	if i < 0 {
		i = len(t.part.Findings)
		t.part.Findings = append(t.part.Findings, release.Finding{
			Level: release.Block, Name: release.AssetConflict, Fact: "both sides have these, with other bytes:",
			Why: "an asset is carried to the other side under its own name, and there it would have to replace another one that viewers' pages ask for",
			Do: "put a hash of its content into the name of every asset; where each side is to have its own, as of /robots.txt, name it under change.documents;" +
				" nothing was overwritten",
		})
	}
	f := &t.part.Findings[i]
	for _, key := range t.conflicts {
		if n := strings.Count(f.Fact, " /"); n < most {
			f.Fact = distribution.Shorten(f.Fact+" /"+key, mostText)
		} else if n == most {
			f.Fact += " / and more"
		}
	}
	t.conflicts = nil
}

// unavailable is for what a look again mends.
func unavailable(format string, args ...any) error {
	return fault.Errorf(fault.Unavailable, format, args...)
}
