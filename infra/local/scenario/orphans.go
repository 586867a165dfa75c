package scenario

import (
	"encoding/json"
	"fmt"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/account"
	"cloudfront-cd/internal/record"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudformation"
	"cloudfront-cd/internal/standin/cloudfront"
)

// Account is an account with orphans in it, and what must become of everything.
type Account struct {
	// Healthy are the distributions whose configs must not change, as they were at the beginning.
	Healthy map[string]*cloudfront.Config
	// Gone are the ids of policies and distributions that must not exist after a cleanup, Stay of those that must.
	Gone, Stay []string
	// Off are policies that must be switched off and stay.
	Off []string
	// Free are the subjects of locks that must be free.
	Free []string
	// Kinds counts the orphans of each kind.
	Kinds map[string]int

	w *world.World
}

// Orphans is how many there are of each kind in a scenario: 20 in all.
func Orphans() []string {
	return []string{
		release.OrphanStagingGone, release.OrphanStagingGone, release.OrphanStagingGone,
		release.OrphanStagingDisabled, release.OrphanStagingDisabled,
		release.OrphanStackDeleted, release.OrphanStackDeleted, release.OrphanStackDeleted,
		release.OrphanUnattached, release.OrphanUnattached, release.OrphanUnattached,
		release.OrphanNoPolicy, release.OrphanNoPolicy, release.OrphanNoPolicy, release.OrphanNoPolicy,
		release.OrphanLeftOn, release.OrphanLeftOn,
		release.OrphanDeadLock, release.OrphanDeadLock,
		release.OrphanUnfinished,
	}
}

// NewAccount adds healthy distributions to a world, every tenth of the first hundred with a pair, the orphans, and what looks
// like an orphan and is none; two days pass.
func NewAccount(w *world.World, healthy int, kinds []string) (*Account, error) {
	a := &Account{w: w, Healthy: map[string]*cloudfront.Config{}, Kinds: map[string]int{}}
	for i := range healthy {
		if err := a.addHealthy(i); err != nil {
			return nil, err
		}
	}
	for i, kind := range kinds {
		if err := a.add(kind, i); err != nil {
			return nil, fmt.Errorf("add an orphan of kind %s: %w", kind, err)
		}
		a.Kinds[kind]++
	}
	if err := a.addSpared(); err != nil {
		return nil, err
	}
	w.Clock.Advance(48 * time.Hour)
	for id := range a.Healthy {
		a.Healthy[id], _ = w.CloudFront.Live(id)
	}
	return a, nil
}

// site is a config like that of the world's own primary, without its aliases.
func (a *Account) site() *cloudfront.Node {
	tree := a.w.Pair.Primary.Clone()
	tree.Put(cloudfront.List("Aliases"))
	tree.Set("CallerReference", "")
	return tree
}

func (a *Account) addHealthy(i int) error {
	id := fmt.Sprintf("E1SITE%04d", i)
	if i%10 != 0 || i >= 100 {
		_, err := a.w.CloudFront.AddDistribution(id, a.site())
		a.Healthy[id] = nil
		return err
	}
	p, err := a.pair(id, fmt.Sprintf("E2SITE%04d", i), nil, false)
	a.Healthy[id], a.Healthy[p.StagingID] = nil, nil
	a.Stay = append(a.Stay, p.Policy.ID)
	return err
}

// pair is a primary with its staging distribution and policy.
func (a *Account) pair(primary, staging string, change func(staging *cloudfront.Node), on bool) (cloudfront.Pair, error) {
	tree := a.site()
	if change != nil {
		change(tree)
	}
	return a.w.CloudFront.AddPair(cloudfront.Pair{
		PrimaryID: primary, StagingID: staging, Primary: a.site(), Staging: tree,
		Policy: cloudfront.Policy{Enabled: on, Type: cloudfront.SingleWeight, Weight: 0.05},
	})
}

func (a *Account) stagingAlone(id string) (*cloudfront.Config, error) {
	tree := a.site()
	tree.Set("Staging", "true")
	return a.w.CloudFront.AddDistribution(id, tree)
}

// add makes an orphan. The primary of one stays.
func (a *Account) add(kind string, i int) error {
	primary, staging := fmt.Sprintf("E1LOST%04d", i), fmt.Sprintf("E2LOST%04d", i)
	switch kind {
	case release.OrphanStagingGone:
		p, err := a.pair(primary, staging, nil, i%2 == 1)
		if err != nil {
			return err
		}
		a.w.CloudFront.Vanish(staging)
		a.lost(p)
	case release.OrphanStagingDisabled:
		p, err := a.pair(primary, staging, func(n *cloudfront.Node) { n.Set("Enabled", "false") }, false)
		if err != nil {
			return err
		}
		a.lost(p)
	case release.OrphanStackDeleted:
		p, err := a.pair(primary, staging, nil, i%2 == 1)
		if err != nil {
			return err
		}
		a.putStack("deleted-"+primary, "DELETE_COMPLETE", p.Policy.ID, staging)
		a.lost(p)
	case release.OrphanUnattached:
		return a.addUnattached(staging, i%2 == 1)
	case release.OrphanNoPolicy:
		_, err := a.stagingAlone(staging)
		a.Gone = append(a.Gone, staging)
		return err
	case release.OrphanUnfinished:
		return a.addUnfinished(primary, staging)
	case release.OrphanLeftOn, release.OrphanDeadLock:
		return a.addUnreleased(kind, primary, staging)
	}
	return nil
}

func (a *Account) lost(p cloudfront.Pair) {
	a.Gone = append(a.Gone, p.Policy.ID, p.StagingID)
	a.Stay = append(a.Stay, p.PrimaryID)
}

func (a *Account) addUnattached(staging string, on bool) error {
	config, err := a.stagingAlone(staging)
	if err != nil {
		return err
	}
	policy, err := a.w.CloudFront.AddPolicy(cloudfront.Policy{
		StagingDomain: config.DomainName, Enabled: on, Type: cloudfront.SingleWeight, Weight: 0.05,
	})
	a.Gone = append(a.Gone, policy.ID, staging)
	return err
}

// addUnfinished is a pair that a retire had detached when it died.
func (a *Account) addUnfinished(primary, staging string) error {
	if _, err := a.w.CloudFront.AddDistribution(primary, a.site()); err != nil {
		return err
	}
	a.Stay = append(a.Stay, primary)
	if err := a.addUnattached(staging, false); err != nil {
		return err
	}
	policy := a.Gone[len(a.Gone)-2]
	a.Free = append(a.Free, primary)
	return a.died(primary, record.Evidence{Parts: &release.Parts{Primary: primary, PolicyID: policy, Staging: staging}})
}

// addUnreleased is a pair whose release has died: with its lock, or without it and with its policy on.
func (a *Account) addUnreleased(kind, primary, staging string) error {
	p, err := a.pair(primary, staging, nil, true)
	if err != nil {
		return err
	}
	a.Off = append(a.Off, p.Policy.ID)
	a.Stay = append(a.Stay, p.Policy.ID, primary, staging)
	a.Free = append(a.Free, primary)
	evidence := record.Evidence{Preflight: &release.Preflight{PolicyID: p.Policy.ID, Staging: release.Distribution{ID: staging}}}
	if err := a.died(primary, evidence); err != nil {
		return err
	}
	if kind == release.OrphanLeftOn {
		return a.w.S3.Delete(world.Bucket, record.LockKey(primary))
	}
	return nil
}

// died leaves a lock and a record of an execution that Step Functions does not know any more.
func (a *Account) died(subject string, evidence record.Evidence) error {
	at := a.w.Clock.Now().Add(-time.Minute)
	x := release.Execution{ARN: "arn:aws:states:us-east-1:123456789012:execution:cloudfront-cd-release:died", Name: "died", StartTime: at}
	holder := record.Holder{Execution: x.ARN, Name: x.Name, StartTime: at, At: at}
	evidence.Execution, evidence.Plan = x, release.Plan{Primary: subject}
	if err := a.put(record.KeyOf(subject, holder), evidence); err != nil {
		return err
	}
	return a.put(record.LockKey(subject), holder)
}

func (a *Account) put(key string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return a.w.S3.Put(world.Bucket, key, data, nil)
}

func (a *Account) putStack(name, status string, resources ...string) {
	stack := cloudformation.Stack{Name: name, Status: status}
	if status == "DELETE_COMPLETE" {
		stack.Deleted = a.w.Clock.Now()
	}
	for _, id := range resources {
		stack.Resources = append(stack.Resources, cloudformation.Resource{Logical: "R" + id, Physical: id, Type: "AWS::CloudFront::Distribution", Status: "CREATE_COMPLETE"})
	}
	a.w.CloudFormation.Put(stack)
}

// addSpared is what looks like an orphan and is none: it is tagged, on the list, held, or owned by a stack that exists.
func (a *Account) addSpared() error {
	if err := a.addUnattached("E2KEPT0001", false); err != nil {
		return err
	}
	a.w.CloudFront.Tag("E2KEPT0001", account.KeepTag, "until the audit")
	if err := a.addUnattached("E2KEPT0002", false); err != nil {
		return err
	}
	if err := a.put(record.KeepKey, record.KeepList{Policies: []string{a.Gone[len(a.Gone)-2]}}); err != nil {
		return err
	}
	if err := a.addUnattached("E2KEPT0003", true); err != nil {
		return err
	}
	a.putStack("alive", "UPDATE_COMPLETE", a.Gone[len(a.Gone)-2])
	kept := len(a.Gone) - 6
	a.Stay = append(a.Stay, a.Gone[kept:]...)
	a.Gone = a.Gone[:kept]
	if _, err := a.stagingAlone("E2KEPT0004"); err != nil {
		return err
	}
	a.putStack("alive-too", "CREATE_COMPLETE", "E2KEPT0004")
	a.Stay = append(a.Stay, "E2KEPT0004")
	p, err := a.pair("E1KEPT0005", "E2KEPT0005", func(n *cloudfront.Node) { n.Set("Enabled", "false") }, false)
	if err != nil {
		return err
	}
	a.Stay = append(a.Stay, p.Policy.ID, "E1KEPT0005", "E2KEPT0005")
	return a.put(record.HoldKey("E1KEPT0005"), record.Hold{Cause: "an operator looks into it"})
}

// CheckHealthy says which healthy distribution was changed: it has another config or another ETag.
func (a *Account) CheckHealthy() error {
	for id, before := range a.Healthy {
		if now, found := a.w.CloudFront.Live(id); !found || now != before {
			return fmt.Errorf("the healthy distribution %s was changed", id)
		}
	}
	return nil
}

// CheckClean says what is not as it must be after a cleanup.
func (a *Account) CheckClean() error {
	if err := a.CheckHealthy(); err != nil {
		return err
	}
	for _, id := range a.Gone {
		if a.exists(id) {
			return fmt.Errorf("%s is left", id)
		}
	}
	for _, id := range a.Stay {
		if !a.exists(id) {
			return fmt.Errorf("%s is gone, and was no orphan", id)
		}
	}
	for _, id := range a.Off {
		if policy, _ := a.w.CloudFront.LivePolicy(id); policy.Enabled {
			return fmt.Errorf("the policy %s is on", id)
		}
	}
	if keys := a.w.S3.Keys(world.Bucket, "locks/"); len(keys) > 0 {
		return fmt.Errorf("the locks %v are held", keys)
	}
	return nil
}

// CheckUntouched says what a dry run has touched.
func (a *Account) CheckUntouched() error {
	if err := a.CheckHealthy(); err != nil {
		return err
	}
	if n := len(a.w.CloudFront.Log()); n > 0 {
		return fmt.Errorf("%d writes were made at CloudFront", n)
	}
	return nil
}

func (a *Account) exists(id string) bool {
	_, distribution := a.w.CloudFront.Live(id)
	_, policy := a.w.CloudFront.LivePolicy(id)
	return distribution || policy
}
