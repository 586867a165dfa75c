package distribution_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
)

const rounds = 200

func TestFingerprintsAreEqualExactlyIfDiffIsEmpty(t *testing.T) {
	equal := 0
	for n := range 4 * rounds {
		r := seeded(n)
		a := random(r)
		b := distribution.Clone(a)
		shuffle(r, reflect.ValueOf(b))
		for range r.IntN(3) {
			all := leavesOf(b)
			fillMaybe := all[r.IntN(len(all))].value
			fill(r, fillMaybe) // often the value that it had, or one that means the same
		}
		same := distribution.Fingerprint(a) == distribution.Fingerprint(b)
		if diff := distribution.Diff(a, b); same != (len(diff) == 0) {
			t.Fatalf("round %d: fingerprints equal %v, but the differences are %v", n, same, diff)
		}
		if same {
			equal++
		}
	}
	if equal < rounds || equal > 3*rounds {
		t.Errorf("got %d of %d pairs equal: the test lost its balance", equal, 4*rounds)
	}
}

func TestUnrelatedConfigsDiffer(t *testing.T) {
	for n := range rounds {
		wantDifferent(t, random(seeded(n)), random(seeded(n+1)))
	}
}

func TestDiffIsSymmetric(t *testing.T) {
	for n := range rounds {
		a, b := random(seeded(n)), random(seeded(n+1))
		forth, back := distribution.Diff(a, b), distribution.Diff(b, a)
		for i := range back {
			back[i].A, back[i].B = back[i].B, back[i].A
		}
		if !reflect.DeepEqual(forth, back) {
			t.Fatalf("round %d: got %v one way, %v the other", n, forth, back)
		}
	}
}

func TestDiffPathsAreUnique(t *testing.T) {
	for n := range rounds {
		seen := make(map[string]bool)
		for _, d := range distribution.Diff(random(seeded(n)), random(seeded(n+1))) {
			if seen[d.Path] {
				t.Fatalf("round %d: path %q twice", n, d.Path)
			}
			seen[d.Path] = true
			if d.A == d.B && !strings.Contains(d.A, "(hidden)") {
				t.Fatalf("round %d: %s has the same value twice", n, d)
			}
		}
	}
}

func TestEveryPromotedFieldOfTheSDKCounts(t *testing.T) {
	base := full()
	total := 0
	for i, l := range leavesOf(base) {
		changed := distribution.Clone(base)
		leavesOf(changed)[i].change()
		t.Run(l.path, func(t *testing.T) {
			if !l.promoted() {
				wantSame(t, base, changed)
				return
			}
			wantDifferent(t, base, changed)
		})
		total++
	}
	if total < 150 {
		t.Errorf("got %d fields, want the 150 or more of the SDK", total)
	}
}

func TestOneChangedLeafOfARandomConfigCounts(t *testing.T) {
	for n := range rounds {
		r := seeded(n)
		a := random(r)
		b := distribution.Clone(a)
		all := leavesOf(b)
		l := all[r.IntN(len(all))]
		l.change()
		if l.promoted() {
			wantDifferent(t, a, b)
		} else {
			wantSame(t, a, b)
		}
		if t.Failed() {
			t.Fatalf("round %d: %s", n, l.path)
		}
	}
}

func TestOrderOfSetsDoesNotCount(t *testing.T) {
	for n := range rounds {
		a := random(seeded(n))
		b := distribution.Clone(a)
		shuffle(seeded(n), reflect.ValueOf(b))
		wantSame(t, a, b)
	}
}

// A list that a newer SDK brings keeps its order until rules.go says that it is a set: this test asks for the decision.
func TestEveryListOfTheSDKIsASetOrKnownToBeOrdered(t *testing.T) {
	for path, list := range listsOf("", reflect.ValueOf(full()).Elem()) {
		t.Run(path, func(t *testing.T) {
			c := full()
			items := listsOf("", reflect.ValueOf(c).Elem())[path]
			items.Set(reflect.MakeSlice(list.Type(), 2, 2))
			fillFully(items.Index(0))
			fillFully(items.Index(1))
			for _, l := range leaves("", items.Index(1)) {
				l.change()
			}
			swapped := distribution.Clone(c)
			reflect.Swapper(listsOf("", reflect.ValueOf(swapped).Elem())[path].Interface())(0, 1)

			switch path {
			case ".CacheBehaviors.Items", ".OriginGroups.Items[0].Members.Items":
				wantDifferent(t, c, swapped)
			default:
				wantSame(t, c, swapped)
			}
		})
	}
}

func listsOf(path string, v reflect.Value) map[string]reflect.Value {
	found := make(map[string]reflect.Value)
	switch v.Kind() {
	case reflect.Pointer:
		return listsOf(path, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				maps.Copy(found, listsOf(path+"."+f.Name, v.Field(i)))
			}
		}
	case reflect.Slice:
		found[path] = v
		maps.Copy(found, listsOf(path+"[0]", v.Index(0)))
	default:
	}
	return found
}

func TestWhatMeansTheSameHasTheSameFingerprint(t *testing.T) {
	for name, test := range map[string]struct{ a, b types.DistributionConfig }{
		"an absent list and an empty one": {
			types.DistributionConfig{},
			types.DistributionConfig{
				CacheBehaviors:       &types.CacheBehaviors{Quantity: new(int32(0)), Items: []types.CacheBehavior{}},
				OriginGroups:         &types.OriginGroups{Quantity: new(int32(0))},
				CustomErrorResponses: &types.CustomErrorResponses{},
				TenantConfig:         nil,
			},
		},
		"an absent text and an empty one": {
			types.DistributionConfig{},
			types.DistributionConfig{WebACLId: new(""), DefaultRootObject: new(""), Comment: new("")},
		},
		"no signers and an empty list of signers": {
			types.DistributionConfig{DefaultCacheBehavior: &types.DefaultCacheBehavior{TargetOriginId: new("x")}},
			types.DistributionConfig{DefaultCacheBehavior: &types.DefaultCacheBehavior{
				TargetOriginId:   new("x"),
				TrustedSigners:   &types.TrustedSigners{Enabled: new(false), Quantity: new(int32(0))},
				TrustedKeyGroups: &types.TrustedKeyGroups{Enabled: new(false), Quantity: new(int32(0))},
			}},
		},
		"documented defaults of an origin, given and left out": {
			types.DistributionConfig{Origins: &types.Origins{Items: []types.Origin{
				{
					Id: new("c"), ConnectionAttempts: new(int32(3)), ConnectionTimeout: new(int32(10)),
					CustomOriginConfig: &types.CustomOriginConfig{
						OriginKeepaliveTimeout: new(int32(5)), OriginReadTimeout: new(int32(30)),
					},
				},
				{Id: new("s"), S3OriginConfig: &types.S3OriginConfig{OriginReadTimeout: new(int32(30))}},
			}}},
			types.DistributionConfig{Origins: &types.Origins{Items: []types.Origin{
				{Id: new("s"), S3OriginConfig: &types.S3OriginConfig{OriginAccessIdentity: new("")}},
				{Id: new("c"), CustomOriginConfig: &types.CustomOriginConfig{}},
			}}},
		},
		"what a promotion leaves on the primary": {
			types.DistributionConfig{
				Aliases: &types.Aliases{Quantity: new(int32(1)), Items: []string{"www.example.com"}}, CallerReference: new("1"),
				ContinuousDeploymentPolicyId: new("p"), Staging: new(false),
			},
			types.DistributionConfig{CallerReference: new("2"), Staging: new(true)},
		},
	} {
		t.Run(name, func(t *testing.T) { wantSame(t, &test.a, &test.b) })
	}
	t.Run("no config and an empty one", func(t *testing.T) { wantSame(t, nil, &types.DistributionConfig{}) })
}

func TestWhatMayMeanSomethingElseHasAnotherFingerprint(t *testing.T) {
	for name, test := range map[string]struct{ a, b types.DistributionConfig }{
		"the default HTTP version of new distributions, given and left out": {
			types.DistributionConfig{HttpVersion: types.HttpVersionHttp2}, types.DistributionConfig{},
		},
		"false and absent, where no default is documented": {
			types.DistributionConfig{IsIPV6Enabled: new(false)}, types.DistributionConfig{},
		},
		"an S3 origin config without settings, and none": {
			types.DistributionConfig{Origins: &types.Origins{Items: []types.Origin{{S3OriginConfig: &types.S3OriginConfig{}}}}},
			types.DistributionConfig{Origins: &types.Origins{Items: []types.Origin{{}}}},
		},
		"an element without settings, and no element": {
			types.DistributionConfig{CacheBehaviors: &types.CacheBehaviors{Items: []types.CacheBehavior{{}}}},
			types.DistributionConfig{},
		},
		"one element twice": {
			types.DistributionConfig{CustomErrorResponses: &types.CustomErrorResponses{Items: []types.CustomErrorResponse{{}, {}}}},
			types.DistributionConfig{CustomErrorResponses: &types.CustomErrorResponses{Items: []types.CustomErrorResponse{{}}}},
		},
		"two names and one name with a comma": {
			types.DistributionConfig{Restrictions: &types.Restrictions{GeoRestriction: &types.GeoRestriction{Items: []string{"a", "b"}}}},
			types.DistributionConfig{Restrictions: &types.Restrictions{GeoRestriction: &types.GeoRestriction{Items: []string{"a, b"}}}},
		},
	} {
		t.Run(name, func(t *testing.T) { wantDifferent(t, &test.a, &test.b) })
	}
}

// Fingerprints are kept in records and compared months later. This one changes only if what we call the same changes, or
// with a field that a newer SDK reads; then the value here is to be replaced, knowingly.
func TestFingerprintsStayWhatTheyWere(t *testing.T) {
	c := &types.DistributionConfig{
		Comment: new("www.example.com"), Enabled: new(true), HttpVersion: types.HttpVersionHttp2,
		Origins: &types.Origins{Items: []types.Origin{{Id: new("site"), OriginPath: new("/blue")}}},
		CacheBehaviors: &types.CacheBehaviors{Items: []types.CacheBehavior{
			{PathPattern: new("/b"), Compress: new(true)}, {PathPattern: new("/a"), MinTTL: new(int64(0))},
		}},
		Restrictions: &types.Restrictions{GeoRestriction: &types.GeoRestriction{Items: []string{"KP", "CU"}}},
	}
	wantEqual(t, distribution.Fingerprint(c), "7d524a5ab44e55cfac580f35b2a7d393")
}

// Saved configs are the SDK's struct as JSON.
func TestAConfigSurvivesJSON(t *testing.T) {
	for n := range rounds {
		saved := random(seeded(n))
		text, err := json.Marshal(saved)
		if err != nil {
			t.Fatal(err)
		}
		var read types.DistributionConfig
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(saved, &read) {
			t.Fatalf("round %d: got %s back as another config", n, text)
		}
		wantSame(t, saved, &read)
	}
}

func BenchmarkFingerprint(b *testing.B) {
	c := example(b, "api.primary")
	first := c.CacheBehaviors.Items[0]
	c.CacheBehaviors.Items = nil
	for i := range 75 { // the quota of a distribution
		behavior := first
		behavior.PathPattern = new(fmt.Sprintf("/%d/%s*", i, strings.Repeat("deep/", i%5)))
		c.CacheBehaviors.Items = append(c.CacheBehaviors.Items, behavior)
	}
	b.ReportAllocs()
	for b.Loop() {
		distribution.Fingerprint(c)
	}
}
