package main_test

import (
	"strings"
	"testing"

	aws "cloudfront-cd/infra/aws"
)

func given(settings map[string]string) func(string) string {
	return func(name string) string { return settings[name] }
}

func TestSettingsHaveDefaults(t *testing.T) {
	t.Parallel()
	got, err := aws.Settings(given(map[string]string{"pairs": "E1PRIMARY:E2STAGING"}))
	if err != nil {
		t.Fatal(err)
	}
	want := "{pairs:[{primary:E1PRIMARY staging:E2STAGING}] originBuckets:[] contentBuckets:[] recordRetentionDays:400 logRetentionDays:90 recoverEvery:900000000000 " +
		"cleanupEvery:86400000000000 cleanupApply:false notify: account:}"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSettingsAreTaken(t *testing.T) {
	t.Parallel()
	got, err := aws.Settings(given(map[string]string{
		"pairs": "E1PRIMARY:E2STAGING,E3PRIMARY:E4STAGING", "originBuckets": "site,site.example.com",
		"contentBuckets": "site", "recordRetentionDays": "30",
		"logRetentionDays": "3653", "recoverEveryMinutes": "60", "cleanupEveryHours": "0", "cleanupApply": "true", "notify": "oncall@example.com", "account": account,
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := "{pairs:[{primary:E1PRIMARY staging:E2STAGING} {primary:E3PRIMARY staging:E4STAGING}] originBuckets:[site site.example.com] contentBuckets:[site] " +
		"recordRetentionDays:30 logRetentionDays:3653 recoverEvery:3600000000000 cleanupEvery:0 cleanupApply:true notify:oncall@example.com account:111122223333}"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestABadSettingIsRefusedByNameValueAndRule(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("E1PRIMARY:E2STAGING,", aws.MostPairs+1)
	for name, c := range map[string]struct{ setting, value, rule string }{
		"no pairs":                        {"pairs", "", "must be pairs of distribution ids"},
		"a primary without its staging":   {"pairs", "E1PRIMARY:", "must be pairs of distribution ids"},
		"a pair of three":                 {"pairs", "E1PRIMARY:E2STAGING:E3STAGING", "must be pairs of distribution ids"},
		"a domain name for a primary":     {"pairs", "d111111abcdef8.cloudfront.net:E2STAGING", "must be pairs of distribution ids"},
		"a space between pairs":           {"pairs", "E1PRIMARY:E2STAGING, E3PRIMARY:E4STAGING", "must be pairs of distribution ids"},
		"a distribution with itself":      {"pairs", "E1PRIMARY:E1PRIMARY", "E1PRIMARY is there twice"},
		"one staging for two primaries":   {"pairs", "E1PRIMARY:E2STAGING,E3PRIMARY:E2STAGING", "E2STAGING is there twice"},
		"a pair twice":                    {"pairs", strings.TrimSuffix(many, ","), "E1PRIMARY is there twice"},
		"a bucket's ARN for its name":     {"originBuckets", "arn:aws:s3:::site", `must be bucket names`},
		"all buckets":                     {"originBuckets", "*", `must be bucket names`},
		"a bucket too many":               {"originBuckets", "site,", `must be bucket names`},
		"records for a day":               {"recordRetentionDays", "1", "must be a whole number from 30 to 3650"},
		"records for ever":                {"recordRetentionDays", "forever", "must be a whole number from 30 to 3650"},
		"a retention that Logs lacks":     {"logRetentionDays", "100", "must be one of the numbers of days that CloudWatch Logs knows: 1 3 5 7 14"},
		"a cleanup every month":           {"cleanupEveryHours", "720", "must be a whole number from 0 to 168"},
		"a cleanup that may apply":        {"cleanupApply", "maybe", "must be true or false"},
		"recover every minute":            {"recoverEveryMinutes", "1", "must be a whole number from 5 to 1440"},
		"recover every so often":          {"recoverEveryMinutes", "7.5", "must be a whole number from 5 to 1440"},
		"a name for an email address":     {"notify", "oncall", "must be an email address"},
		"an account with dashes":          {"account", "1111-2222-3333", "must be the 12 digits"},
		"an account that is a profile":    {"account", "production", "must be the 12 digits"},
		"a primary in lower case letters": {"pairs", "e1primary:E2STAGING", "must be pairs of distribution ids"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := map[string]string{"pairs": "E1PRIMARY:E2STAGING"}
			settings[c.setting] = c.value
			_, err := aws.Settings(given(settings))
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range []string{"setting " + c.setting, `"` + c.value + `"`, c.rule, "Settings (-c name=value, or kept in cdk.json", "recoverEveryMinutes"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %s\nwant it to say %s", err, want)
				}
			}
		})
	}
}

func TestMorePairsThanARoleTakesAreRefused(t *testing.T) {
	t.Parallel()
	var pairs []string
	for i := range aws.MostPairs + 1 {
		id := string(rune('A'+i/26)) + string(rune('A'+i%26))
		pairs = append(pairs, "E1PRIMARY"+id+":E2STAGING"+id)
	}
	if _, err := aws.Settings(given(map[string]string{"pairs": strings.Join(pairs[1:], ",")})); err != nil {
		t.Errorf("got %v for as many as may be", err)
	}
	_, err := aws.Settings(given(map[string]string{"pairs": strings.Join(pairs, ",")}))
	if err == nil || !strings.Contains(err.Error(), "must be at most 40 pairs") {
		t.Errorf("got %v", err)
	}
}

func TestEverythingWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	_, err := aws.Settings(given(map[string]string{"notify": "oncall", "account": "me"}))
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{"setting pairs", "setting notify", "setting account"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %s\nwant it to name %s", err, want)
		}
	}
}
