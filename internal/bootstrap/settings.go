package bootstrap

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// Check says what is wrong with the value of a setting, nil if nothing is. The message is for whoever reads the execution's
// history: which variable, which value, which rule, who sets it.
func Check(name, value string) error {
	switch {
	case value == "":
		return fmt.Errorf("the environment variable %s is not set or empty: %s", name, whoSetsIt)
	case name == "BUCKET" && !isBucketName(value):
		return fmt.Errorf("the environment variable %s is %q, which is no name of an S3 bucket (%s): %s", name, value, bucketRule, whoSetsIt)
	}
	return nil
}

const (
	whoSetsIt = "the stack sets it for every function that needs it, so deploy the stack again; this function has done nothing"

	bucketRule = "3 to 63 lower-case letters, digits, dots and hyphens, the first and last a letter or digit, " +
		"no two dots in a row, not an IP address"
)

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// isBucketName is the syntax of https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; the reserved
// prefixes and suffixes there are names that no bucket of ours can have got.
func isBucketName(value string) bool {
	_, notAddress := netip.ParseAddr(value)
	return bucketName.MatchString(value) && !strings.Contains(value, "..") && notAddress != nil
}
