package distribution_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"cloudfront-cd/internal/distribution"
)

// random fills a config by reflection: every field may be absent, lists may be nil or empty, and texts are few, odd and
// often equal.
func random(r *rand.Rand) *types.DistributionConfig {
	c := &types.DistributionConfig{}
	fill(r, reflect.ValueOf(c).Elem())
	if c.Origins == nil {
		c.Origins = &types.Origins{}
	}
	if c.DefaultCacheBehavior == nil {
		c.DefaultCacheBehavior = &types.DefaultCacheBehavior{}
	}
	return c
}

func fill(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if r.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(r, v.Field(i))
			}
		}
	case reflect.Slice:
		if n := r.IntN(6) - 1; n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(r, v.Index(i))
			}
		}
	default:
		fillScalar(r, v)
	}
}

func fillScalar(r *rand.Rand, v reflect.Value) {
	texts := []string{"", "a", "b", "/api/*", "x].y", "a, b", "<&>", `q"`, "é \u2028", "#2", "{}", "GET", "3", "30", "false"}
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[r.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	default:
		v.SetInt(r.Int64N(40))
	}
}

// full has every pointer set and one element in every list, with values that differ from every documented default.
func full() *types.DistributionConfig {
	c := &types.DistributionConfig{}
	fillFully(reflect.ValueOf(c).Elem())
	return c
}

func fillFully(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillFully(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillFully(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillFully(v.Index(0))
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	default:
		v.SetInt(1234)
	}
}

// leaf is a value inside a config that can be set, with the Go path to it.
type leaf struct {
	path  string
	value reflect.Value
}

// leaves lists all scalars of a config, those behind nil pointers included (as the pointer), but not those in lists that
// have no elements.
func leaves(path string, v reflect.Value) []leaf {
	switch v.Kind() {
	case reflect.Pointer:
		if v.Type().Elem().Kind() != reflect.Struct {
			return []leaf{{path, v}}
		}
		if v.IsNil() {
			return nil
		}
		return leaves(path, v.Elem())
	case reflect.Struct:
		var all []leaf
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				all = append(all, leaves(strings.TrimPrefix(path+"."+f.Name, "."), v.Field(i))...)
			}
		}
		return all
	case reflect.Slice:
		var all []leaf
		for i := range v.Len() {
			all = append(all, leaves(path+"["+strconv.Itoa(i)+"]", v.Index(i))...)
		}
		return all
	default:
		return []leaf{{path, v}}
	}
}

func leavesOf(c *types.DistributionConfig) []leaf { return leaves("", reflect.ValueOf(c).Elem()) }

func (l leaf) top() string { return l.path[:strings.IndexAny(l.path+".", ".[")] }

// promoted reports whether a promotion copies the leaf and it is no repetition of the length of a list.
func (l leaf) promoted() bool {
	switch l.top() {
	case "Aliases", "CallerReference", "ContinuousDeploymentPolicyId", "Staging":
		return false
	}
	return !strings.HasSuffix(l.path, ".Quantity")
}

// change gives the leaf a value that no generator makes.
func (l leaf) change() {
	v := l.value
	if v.Kind() == reflect.Pointer {
		was := v.Elem()
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
		if was.IsValid() {
			v.Set(was)
		}
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "changed")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	default:
		v.SetInt(v.Int() + 5000)
	}
}

// shuffle reorders every list of a config but cache behaviors and the members of origin groups.
func shuffle(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			shuffle(r, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				shuffle(r, v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			shuffle(r, v.Index(i))
		}
		switch v.Type().Elem().Name() {
		case "CacheBehavior", "OriginGroupMember":
			return
		}
		r.Shuffle(v.Len(), reflect.Swapper(v.Interface()))
	default:
	}
}

func example(tb testing.TB, name string) *types.DistributionConfig {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "examples", name+".json"))
	if err != nil {
		tb.Fatal(err)
	}
	c, _, err := distribution.ParseCLI(data)
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return c
}

func seeded(n int) *rand.Rand { return rand.New(rand.NewPCG(2026, uint64(n))) }

func wantSame(t *testing.T, a, b *types.DistributionConfig) {
	t.Helper()
	if diff := distribution.Diff(a, b); len(diff) > 0 {
		t.Errorf("got %d differences, want none: %v", len(diff), diff)
	}
	if distribution.Fingerprint(a) != distribution.Fingerprint(b) {
		t.Error("got different fingerprints, want the same")
	}
}

func wantDifferent(t *testing.T, a, b *types.DistributionConfig) {
	t.Helper()
	if len(distribution.Diff(a, b)) == 0 {
		t.Error("got no difference, want some")
	}
	if distribution.Fingerprint(a) == distribution.Fingerprint(b) {
		t.Error("got the same fingerprint, want different ones")
	}
}

func wantEqual[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
