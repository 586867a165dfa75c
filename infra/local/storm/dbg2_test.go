package storm_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"cloudfront-cd/infra/local/storm"
)

func TestSome(t *testing.T) {
	limit, _ := strconv.ParseUint(os.Getenv("N"), 10, 64)
	for _, b := range strings.Split(os.Getenv("BUG"), ",") {
		t.Run(b, func(t *testing.T) {
			t.Parallel()
			for seed := range limit {
				r := storm.Run(storm.Draw(seed, os.Getenv("W")), storm.Options{Bug: b})
				if len(r.Violations) > 0 {
					fmt.Printf("%-26s seed %4d  %s\n", b, seed, r.Violations)
					return
				}
			}
			fmt.Printf("%s not caught\n", b)
		})
	}
}
