package storm_test

import (
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"cloudfront-cd/infra/local/storm"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

func TestTry(t *testing.T) {
	from, _ := strconv.ParseUint(os.Getenv("FROM"), 10, 64)
	n, _ := strconv.ParseUint(os.Getenv("N"), 10, 64)
	start := time.Now()
	counts := map[string]int{}
	type out struct {
		r storm.Result
	}
	jobs := make(chan uint64)
	results := make(chan storm.Result)
	for range 2 {
		go func() {
			for seed := range jobs {
				o := storm.Options{}
				if os.Getenv("V") != "" {
					o.Timeline = func(l string) { fmt.Println(l) }
				}
				results <- storm.Run(storm.Draw(seed, os.Getenv("W")), o)
			}
		}()
	}
	go func() {
		for seed := from; seed < from+n; seed++ {
			jobs <- seed
		}
		close(jobs)
	}()
	for range n {
		r := <-results
		if len(r.Violations) > 0 || os.Getenv("V") != "" {
			fmt.Println(r.Plan, r.Ends, r.Took)
			for _, v := range r.Violations {
				fmt.Println("  !!", v)
				counts[v.Invariant]++
			}
		}
	}
	fmt.Println(counts, time.Since(start)/time.Duration(n))
}

func TestPlanted(t *testing.T) {
	limit, _ := strconv.ParseUint(os.Getenv("N"), 10, 64)
	for _, b := range storm.Bugs() {
		t.Run(b.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range limit {
				r := storm.Run(storm.Draw(seed, os.Getenv("W")), storm.Options{Bug: b.Name})
				if len(r.Violations) > 0 {
					fmt.Printf("%-26s seed %4d  %s\n", b.Name, seed, r.Violations)
					return
				}
			}
			t.Errorf("%s not caught", b.Name)
		})
	}
}

func TestDbg(t *testing.T) {
	from, _ := strconv.ParseUint(os.Getenv("FROM"), 10, 64)
	n, _ := strconv.ParseUint(os.Getenv("N"), 10, 64)
	for seed := from; seed < from+n; seed++ {
		o := storm.Options{Bug: os.Getenv("BUG")}
		if os.Getenv("V") != "" {
			o.Timeline = func(l string) { fmt.Println(l) }
		}
		r := storm.Run(storm.Draw(seed, os.Getenv("W")), o)
		fmt.Println(seed, r.Plan.Weather.Change, r.Ends, r.Violations)
	}
}
