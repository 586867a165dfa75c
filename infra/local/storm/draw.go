package storm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/edge"
	"cloudfront-cd/statemachine/golden"
)

// subject is a workflow that a storm may be about. What belongs to a new one is its entry alone.
type subject struct {
	workflow string
	weight   int
	draw     func(*drawer)
}

func subjects() []subject {
	return []subject{
		{release.Release, 12, drawRelease},
		{release.Enroll, 3, drawEnroll},
		{release.Maintenance, 3, drawMaintenance},
		{release.Retire, 3, drawRetire},
		{release.Cleanup, 3, drawCleanup},
	}
}

// Workflows are those that a storm may be about.
func Workflows() []string {
	var names []string
	for _, s := range subjects() {
		names = append(names, s.workflow)
	}
	return names
}

// Draw makes the plan of a seed: of one workflow, or of any if it is empty.
func Draw(seed uint64, workflow string) Plan {
	plan := Plan{Seed: seed}
	d := &drawer{rand.New(rand.NewPCG(seed, 0x5707)), &plan}
	plan.Weather = d.weather()
	if seed%aimAtEvery == 0 {
		d.aimed(workflow)
		return plan
	}
	all := subjects()
	if workflow != "" {
		all = slices.DeleteFunc(all, func(s subject) bool { return s.workflow != workflow })
	}
	s := all[d.weighted(len(all), func(i int) int { return all[i].weight })]
	plan.Workflow = s.workflow
	s.draw(d)
	if plan.Workflow == release.Release && d.IntN(3) == 0 {
		d.atTheDoor()
		return plan
	}
	d.faults()
	return plan
}

// atTheDoor is a healthy release to which one thing happens late: with faults all the way few releases come so far.
func (d *drawer) atTheDoor() {
	const afterLooks = 12
	w := &d.plan.Weather
	w.Change, w.StackDeleted = d.oneOf(Healthy, Healthy, Overload), false
	d.plan.Runs = []Start{{Workflow: release.Release, Name: "release", Request: d.requestOfRelease()}}
	atPromote := []string{"edit-under-a-write", "answer-lost", "request-lost", "request-late", "precondition-failed"}
	inTask := []string{"function-dies-after", "function-fails-before", "function-writes-late", "function-runs-interleaved", "function-runs-twice", "function-fails-for-good"}
	anywhere := []string{"override", "viewers-vanish", "edit-staging", "edit-primary", "edit-policy", "stopped", "stopped-and-redriven", "runtime-error", "reads-lag"}
	kind := d.oneOf(slices.Concat(atPromote, atPromote, inTask, anywhere)...)
	f := kindNamed(kind).draw(d)
	f.Kind = kind
	switch {
	case slices.Contains(atPromote, kind):
		if d.IntN(2) == 0 {
			w.Turns = []string{"promote while InProgress"} // the ETag alone stands in the way then
		}
		f.Target, f.Workflow, f.State, f.At, f.Nth = promoteCall, "", "", 0, 0
	case slices.Contains(inTask, kind):
		f.Workflow, f.Nth = release.Release, 1
		f.State = d.oneOf("Prove Traffic Again", "Promote", "Promote", "Confirm Promotion", "Stop Traffic After Promotion", "Restore Primary", "Judge Primary", "Finish")
	case kind == "override":
		// One point of presence goes on: what can be judged looks healthy, and is not the weight.
		w.POPs = 6
		f.Workflow, f.State, f.Nth, f.At = release.Release, "Wait For Viewers", 1+d.IntN(2), 0
		f.Size, f.For = float64(w.POPs-1), time.Hour
	default:
		f.Workflow, f.State, f.Nth, f.At = release.Release, "Wait For Viewers", 1+d.IntN(afterLooks), time.Duration(d.IntN(60))*time.Second
		if d.IntN(3) == 0 {
			f.State, f.Nth = d.oneOf("Promote", "Confirm Promotion", "Wait For Primary", "Bake", "Restore Primary"), 1
		}
	}
	d.plan.Faults = []Fault{f}
}

// weighted draws one of n by its weight.
func (d *drawer) weighted(n int, weight func(int) int) int {
	total := 0
	for i := range n {
		total += weight(i)
	}
	at := d.IntN(total)
	for i := range n {
		if at -= weight(i); at < 0 {
			return i
		}
	}
	return n - 1
}

func (d *drawer) weather() Weather {
	w := Weather{
		POPs: 2 + d.IntN(5), Rate: float64(40_000 + d.IntN(60_000)), Propagation: time.Duration(60+d.IntN(400)) * time.Second,
		Change: d.oneOf(Healthy, Healthy, Healthy, Bad, BadAtSomePOPs, Overload),
		Header: d.IntN(8) == 0, Repaired: d.IntN(2) == 0, AdditionalMetrics: d.IntN(4) == 0,
	}
	if w.AdditionalMetrics && d.IntN(2) == 0 {
		w.Change = Slow
	}
	if d.IntN(6) == 0 {
		w.Behaviors = d.IntN(20)
	}
	for d.IntN(2) == 0 {
		names := switches()
		if name := names[d.IntN(len(names))]; !slices.Contains(w.Turns, name) {
			w.Turns = append(w.Turns, name)
		}
	}
	return w
}

// switches are the names of all turns of the stand-ins' switches.
func switches() []string {
	var names []string
	for _, t := range cloudfront.Turns() {
		names = append(names, t.Name)
	}
	for _, t := range edge.Turns() {
		names = append(names, t.Name)
	}
	return names
}

// faults are few most of the time: what a few do together is what nobody has thought of.
func (d *drawer) faults() {
	n := 0
	for n < 8 && d.IntN(10) < 7 {
		n++
	}
	all := kinds()
	for range n {
		k := all[d.weighted(len(all), func(i int) int { return all[i].weight })]
		f := k.draw(d)
		f.Kind = k.name
		d.plan.Faults = append(d.plan.Faults, f)
	}
}

func (d *drawer) add(workflow, name, request string, at time.Duration) {
	d.plan.Runs = append(d.plan.Runs, Start{Workflow: workflow, Name: name, Request: request, At: at})
}

// another is, now and then, an execution of any workflow that comes in between.
func (d *drawer) another(workflows ...string) {
	for n := 2; d.IntN(4) == 0; n++ {
		workflow := d.oneOf(workflows...)
		d.add(workflow, fmt.Sprintf("%s-%d", workflow, n), d.requestOf(workflow), d.sometime())
	}
}

func drawRelease(d *drawer) {
	d.add(release.Release, "release", d.requestOfRelease(), 0)
	d.another(release.Release, release.Release, release.Recover, release.Retire, release.Cleanup, release.Maintenance)
	if d.plan.Weather.StackDeleted = d.IntN(8) == 0; d.plan.Weather.StackDeleted {
		d.add(release.Cleanup, "cleanup", d.requestOf(release.Cleanup), d.sometime()/2) // the release's lock alone keeps it away
	}
}

func drawEnroll(d *drawer) {
	d.plan.Weather.Rate, d.plan.Weather.Alone, d.plan.Weather.Header = 0, true, false
	d.add(release.Enroll, "enroll", d.requestOf(release.Enroll), 0)
	d.another(release.Enroll, release.Enroll, release.Recover, release.Cleanup, release.Retire)
}

func drawMaintenance(d *drawer) {
	d.plan.Weather.Rate = 0
	d.add(release.Maintenance, "maintenance", d.requestOf(release.Maintenance), 0)
	d.another(release.Maintenance, release.Recover, release.Cleanup, release.Enroll)
}

func drawRetire(d *drawer) {
	d.plan.Weather.Rate = 0
	d.add(release.Retire, "retire", d.requestOf(release.Retire), 0)
	d.another(release.Retire, release.Retire, release.Recover, release.Cleanup)
}

// drawCleanup is an account of some healthy distributions and some orphans, the pair among either.
func drawCleanup(d *drawer) {
	w := &d.plan.Weather
	w.Rate, w.StackDeleted = 0, d.IntN(2) == 0
	for range d.IntN(4) {
		w.Orphans = append(w.Orphans, d.oneOf(orphanKinds()...))
	}
	d.add(release.Cleanup, "cleanup", d.requestOf(release.Cleanup), 0)
	d.another(release.Cleanup, release.Cleanup, release.Recover, release.Retire)
}

func orphanKinds() []string {
	return []string{
		release.OrphanStagingGone, release.OrphanStagingDisabled, release.OrphanStackDeleted, release.OrphanUnattached,
		release.OrphanNoPolicy, release.OrphanLeftOn, release.OrphanDeadLock, release.OrphanUnfinished,
	}
}

// machines are the golden definitions, loaded once.
var machines = sync.OnceValue(func() map[string]*asl.Machine { //nolint:gochecknoglobals // read only, and the same for every storm
	all := map[string]*asl.Machine{}
	for name, definition := range golden.All() {
		m, err := asl.Load(definition)
		if err != nil {
			panic(err)
		}
		all[name] = m
	}
	return all
})

// pivots are the tasks of a workflow that change something: there failures hurt.
func pivots(workflow string) []string {
	var titles []string
	for _, title := range statesOf(workflow, true) {
		if !slices.ContainsFunc([]string{"Check ", "Announce", "Observe", "Judge", "Prove", "Preflight", "Validate", "Examine"}, func(p string) bool { return strings.HasPrefix(title, p) }) {
			titles = append(titles, title)
		}
	}
	return titles
}

// statesOf are the titles of a workflow's states, of its tasks alone if wanted.
func statesOf(workflow string, tasksOnly bool) []string {
	var titles []string
	for _, info := range machines()[workflow].States() {
		if info.Type == "Task" || !tasksOnly {
			titles = append(titles, info.Name)
		}
	}
	return titles
}
