package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// settings are what differs from one account to the next. They are CDK context: kept in a cdk.json, or -c name=value.
//
// The intervals at which a release looks at CloudFront are no settings: they are constants of internal/release, because
// the refusal of plans that would not fit into an execution's history, the handlers and the local engine count on the
// same numbers, and because the definition that is deployed is then, to the byte, the one that was tested.
type settings struct {
	pairs         []pair
	originBuckets []string
	// contentBuckets are what content releases read and copy within.
	contentBuckets []string
	// recordRetentionDays is how long evidence is kept; locks and holds are never removed by age.
	recordRetentionDays int
	logRetentionDays    int
	recoverEvery        time.Duration
	// cleanupEvery is 0 for never; cleanupApply is false where a scheduled cleanup only reports.
	cleanupEvery time.Duration
	cleanupApply bool
	// notify is an email address; empty for nobody.
	notify string
	// account is an AWS account id; empty for that of whoever deploys.
	account string
}

// pair is a primary distribution with its staging distribution, empty until it is enrolled. IAM needs both ids beforehand; a release finds the
// staging distribution by itself.
type pair struct{ primary, staging string }

// setting is the documentation of one setting, and its rule.
type setting struct {
	name, meaning string
	// fallback is the default, as it would be given; empty for none.
	fallback string
	// set checks a value and keeps it; the error says what the value must be.
	set func(s *settings, value string) error
}

// known lists every setting.
func known() []setting {
	return []setting{
		{
			"pairs", "required: the primary distributions that may be released, each with its staging distribution, or alone until it is enrolled: E1PRIMARY:E2STAGING,…",
			"", (*settings).setPairs,
		},
		{
			"originBuckets", "S3 origins whose bucket policy Preflight may read, as name,name; of others it says cannot-verify",
			"", func(s *settings, v string) error { return setBuckets(&s.originBuckets, v) },
		},
		{
			"contentBuckets", "S3 buckets of sites whose content may be released: the workflow reads them, and copies assets within them, as name,name",
			"", func(s *settings, v string) error { return setBuckets(&s.contentBuckets, v) },
		},
		{
			"recordRetentionDays", "how long the evidence of a release is kept, in days",
			"400", func(s *settings, v string) error { return between(&s.recordRetentionDays, v, 30, 3650) },
		},
		{
			"logRetentionDays", "how long CloudWatch Logs keeps the logs of functions and workflows, in days",
			"90", (*settings).setLogRetention,
		},
		{
			"recoverEveryMinutes", "how often every pair is looked at in case the event of a dead run was lost, in minutes",
			"15", (*settings).setRecoverEvery,
		},
		{
			"cleanupEveryHours", "how often cleanup looks for policies and staging distributions that nobody owns any more, in hours; 0 for never",
			"24", (*settings).setCleanupEvery,
		},
		{
			"cleanupApply", "whether a scheduled cleanup takes apart what it finds, true or false; else it only reports",
			"false", (*settings).setCleanupApply,
		},
		{"notify", "the email address that alarms are sent to", "", (*settings).setNotify},
		{"account", "the AWS account id, if the credentials that deploy must not decide", "", (*settings).setAccount},
	}
}

func isSetting(name string) bool {
	return slices.ContainsFunc(known(), func(k setting) bool { return k.name == name })
}

// readSettings takes every setting from lookup, which answers "" for what was not given. Everything that is wrong is
// named at once, with a list of all settings.
func readSettings(lookup func(name string) string) (settings, error) {
	var s settings
	var wrong []string
	for _, k := range known() {
		value := lookup(k.name)
		if value == "" {
			value = k.fallback
		}
		if err := k.set(&s, value); err != nil {
			wrong = append(wrong, fmt.Sprintf("setting %s, %q: %s", k.name, value, err))
		}
	}
	if len(wrong) > 0 {
		return settings{}, fmt.Errorf("%s\n\n%s", strings.Join(wrong, "\n"), help())
	}
	return s, nil
}

// help lists every setting with its default.
func help() string {
	var out strings.Builder
	out.WriteString("Settings (-c name=value, or kept in " + settingsFile + ` as {"context":{"name":"value"}}; -c wins):` + "\n")
	for _, k := range known() {
		meaning := k.meaning
		if k.fallback != "" {
			meaning += "; default " + k.fallback
		}
		fmt.Fprintf(&out, "  %-20s %s\n", k.name, meaning)
	}
	return out.String()
}

// mostPairs keeps the largest role's policy below IAM's limit of 10,240 characters
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html); a test measures it.
const mostPairs = 40

func (s *settings) setPairs(value string) error {
	// The rule of CloudFront's ids as a release request has it (internal/release).
	id := regexp.MustCompile(`^E[A-Z0-9]{5,31}$`)
	var seen []string
	for text := range strings.SplitSeq(value, ",") {
		primary, staging, complete := strings.Cut(text, ":")
		if !id.MatchString(primary) || complete && !id.MatchString(staging) {
			return errors.New("must be pairs of distribution ids such as E1PRIMARY:E2STAGING, or E1PRIMARY before it is enrolled, with commas between them and no spaces")
		}
		for _, distribution := range []string{primary, staging} {
			if distribution == "" {
				continue
			}
			if slices.Contains(seen, distribution) {
				return fmt.Errorf("must name every distribution once; %s is there twice", distribution)
			}
			seen = append(seen, distribution)
		}
		s.pairs = append(s.pairs, pair{primary, staging})
	}
	if len(s.pairs) > mostPairs {
		return fmt.Errorf("must be at most %d pairs, or a role's policy exceeds IAM's limit; deploy a second stack in another account", mostPairs)
	}
	return nil
}

func setBuckets(to *[]string, value string) error {
	if value == "" {
		return nil
	}
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
	name := regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	for bucket := range strings.SplitSeq(value, ",") {
		if !name.MatchString(bucket) {
			return fmt.Errorf("must be bucket names with commas between them and no spaces; %q is none", bucket)
		}
		*to = append(*to, bucket)
	}
	return nil
}

func (s *settings) setLogRetention(value string) error {
	// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
	allowed := []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
	days, err := strconv.Atoi(value)
	if err != nil || !slices.Contains(allowed, days) {
		return fmt.Errorf("must be one of the numbers of days that CloudWatch Logs knows: %s", strings.Trim(fmt.Sprint(allowed), "[]"))
	}
	s.logRetentionDays = days
	return nil
}

func (s *settings) setRecoverEvery(value string) error {
	var minutes int
	err := between(&minutes, value, 5, 24*60)
	s.recoverEvery = time.Duration(minutes) * time.Minute
	return err
}

func (s *settings) setCleanupEvery(value string) error {
	var hours int
	err := between(&hours, value, 0, 7*24)
	s.cleanupEvery = time.Duration(hours) * time.Hour
	return err
}

func (s *settings) setCleanupApply(value string) error {
	if value != "true" && value != "false" {
		return errors.New("must be true or false")
	}
	s.cleanupApply = value == "true"
	return nil
}

func (s *settings) setNotify(value string) error {
	if value != "" && !regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`).MatchString(value) {
		return errors.New("must be an email address")
	}
	s.notify = value
	return nil
}

func (s *settings) setAccount(value string) error {
	if value != "" && !regexp.MustCompile(`^[0-9]{12}$`).MatchString(value) {
		return errors.New("must be the 12 digits of an AWS account id")
	}
	s.account = value
	return nil
}

func between(to *int, value string, least, most int) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		return fmt.Errorf("must be a whole number from %d to %d", least, most)
	}
	*to = n
	return nil
}
