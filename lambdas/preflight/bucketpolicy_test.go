package preflight_test

import (
	"slices"
	"strings"
	"testing"

	"cloudfront-cd/internal/release"
)

func TestBucketPolicies(t *testing.T) {
	t.Parallel()
	// The release repoints the origin to bucket example-site, path /green. S, P and O stand for the ARNs of staging, of the
	// primary and of the folder.
	const (
		allow   = `"Effect": "Allow", `
		service = `"Principal": {"Service": "cloudfront.amazonaws.com"}, `
		get     = `"Action": "s3:GetObject", `
		all     = `"Resource": "arn:aws:s3:::example-site/*"`
		usual   = allow + service + get + all
		let     = `{` + usual + `, "Condition": {"StringEquals": {"AWS:SourceArn": ["S", "P"]}}}`
		in      = ""
		refused = release.BucketPolicyRefusesStaging
		unclear = release.CannotVerify
	)
	cases := map[string]struct{ statements, want string }{
		"no condition lets every distribution in":            {`{` + usual + `}`, in},
		"a statement need not be in a list":                  {`ALONE{` + usual + `}`, in},
		"a list of ARNs":                                     {let, in},
		"the primary's ARN only":                             {`{` + usual + `, "Condition": {"StringEquals": {"AWS:SourceArn": "P"}}}`, refused},
		"two statements, the second for staging":             {`{` + usual + `, "Condition": {"StringEquals": {"AWS:SourceArn": "P"}}}, {` + usual + `, "Condition": {"ArnEquals": {"aws:sourcearn": "S"}}}`, in},
		"ArnLike with a wildcard":                            {`{` + usual + `, "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*"}}}`, in},
		"StringLike with a wildcard and a question mark":     {`{` + usual + `, "Condition": {"StringLike": {"aws:SourceArn": "arn:*:distribution/E?TAGING1"}}}`, in},
		"StringEquals knows no wildcards":                    {`{` + usual + `, "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*"}}}`, refused},
		"StringEqualsIgnoreCase":                             {`{` + usual + `, "Condition": {"StringEqualsIgnoreCase": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:DISTRIBUTION/estaging1"}}}`, in},
		"IfExists and ForAnyValue":                           {`{` + usual + `, "Condition": {"ForAnyValue:StringEqualsIfExists": {"AWS:SourceArn": "S"}}}`, in},
		"the account":                                        {`{` + usual + `, "Condition": {"StringEquals": {"AWS:SourceAccount": "111122223333"}}}`, in},
		"another account":                                    {`{` + usual + `, "Condition": {"StringEquals": {"AWS:SourceAccount": "999999999999"}}}`, refused},
		"both conditions must hold":                          {`{` + usual + `, "Condition": {"StringEquals": {"AWS:SourceAccount": "111122223333", "AWS:SourceArn": "P"}}}`, refused},
		"a condition that cannot tell distributions apart":   {`{` + usual + `, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}`, in},
		"a negated condition":                                {`{` + usual + `, "Condition": {"StringNotEquals": {"AWS:SourceArn": "P"}}}`, in},
		"a negated condition that excludes staging":          {`{` + usual + `, "Condition": {"ArnNotLike": {"AWS:SourceArn": "*ESTAGING1"}}}`, refused},
		"an operator that is not evaluated":                  {`{` + usual + `, "Condition": {"Null": {"AWS:SourceArn": "false"}}}`, unclear},
		"a policy variable":                                  {`{` + usual + `, "Condition": {"StringLike": {"AWS:SourceArn": "arn:aws:cloudfront::${aws:PrincipalAccount}:*"}}}`, unclear},
		"an unclear statement beside one that lets in":       {`{` + usual + `, "Condition": {"Null": {"AWS:SourceArn": "false"}}}, ` + let, in},
		"s3:* for the action":                                {`{` + allow + service + `"Action": ["s3:PutObject", "s3:*"], ` + all + `}`, in},
		"actions are of any case":                            {`{` + allow + service + `"Action": "S3:getObject*", ` + all + `}`, in},
		"listing only":                                       {`{` + allow + service + `"Action": "s3:ListBucket", ` + all + `}`, refused},
		"everybody":                                          {`{` + allow + `"Principal": "*", ` + get + all + `}`, in},
		"everybody, spelled as AWS":                          {`{` + allow + `"Principal": {"AWS": "*"}, ` + get + all + `}`, in},
		"an origin access identity":                          {`{` + allow + `"Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}, ` + get + all + `}`, refused},
		"another service":                                    {`{` + allow + `"Principal": {"Service": ["logging.s3.amazonaws.com"]}, ` + get + all + `}`, refused},
		"the folder of the release":                          {`{` + allow + service + get + `"Resource": ["arn:aws:s3:::example-site/green/*"]}`, in},
		"the folder of the release before":                   {`{` + allow + service + get + `"Resource": ["arn:aws:s3:::example-site/blue/*"]}`, refused},
		"a part of the folder":                               {`{` + allow + service + get + `"Resource": ["arn:aws:s3:::example-site/green/*.html"]}`, in},
		"the bucket itself has no objects":                   {`{` + allow + service + get + `"Resource": "arn:aws:s3:::example-site"}`, refused},
		"NotAction is not evaluated":                         {`{` + allow + service + `"NotAction": "s3:PutObject", ` + all + `}`, unclear},
		"a Deny that is about TLS":                           {let + `, {"Effect": "Deny", "Principal": "*", "Action": "s3:*", ` + all + `, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`, in},
		"a Deny of all but the primary":                      {let + `, {"Effect": "Deny", "Principal": "*", "Action": "s3:*", ` + all + `, "Condition": {"StringNotEquals": {"AWS:SourceArn": "P"}}}`, refused},
		"a Deny of another distribution":                     {let + `, {"Effect": "Deny", "Principal": "*", "Action": "s3:*", ` + all + `, "Condition": {"StringEquals": {"AWS:SourceArn": "P"}}}`, "bucket-policy-refuses-primary"},
		"a Deny that is not evaluated":                       {let + `, {"Effect": "Deny", "Principal": "*", "Action": "s3:*", ` + all + `, "Condition": {"Null": {"AWS:SourceArn": "true"}}}`, unclear},
		"no statement":                                       {``, refused},
		"a policy that is no JSON":                           {`{`, unclear},
		"a pattern that would make a naive matcher give up":  {`{` + usual + `, "Condition": {"StringLike": {"AWS:SourceArn": "` + strings.Repeat("*a", 40) + `"}}}`, refused},
		"a statement whose condition value is a bare number": {`{` + usual + `, "Condition": {"NumericLessThan": {"s3:TlsVersion": 1.2}}}`, in},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			statements := strings.NewReplacer(`"S"`, `"`+stagingARN+`"`, `"P"`, `"`+primaryARN+`"`).Replace(c.statements)
			policy := `{"Version": "2012-10-17", "Statement": [` + statements + `]}`
			if alone, is := strings.CutPrefix(statements, "ALONE"); is {
				policy = `{"Statement": ` + alone + `}`
			}
			w.policies[siteBucket] = policy
			got := slices.DeleteFunc(names(w.look().Findings), func(n string) bool {
				return n == release.TrafficEstimate || n == "bucket-policy-refuses-primary" && c.want != n
			})
			if (c.want == in && len(got) > 0) || (c.want != in && !slices.Equal(got, []string{c.want})) {
				t.Errorf("got findings %v, want %q for\n%s", got, c.want, policy)
			}
		})
	}
}

func TestAMissingPolicyOrBucketLetsNobodyIn(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"NoSuchBucketPolicy": "has no bucket policy", "NoSuchBucket": "does not exist"} {
		w := newWorld(t)
		w.fail["GetBucketPolicy"] = answer(code)
		if f := find(t, w.look(), release.BucketPolicyRefusesStaging); !strings.Contains(f.Fact, "bucket example-site "+want) {
			t.Errorf("%s: got %q, want it to say %q", code, f.Fact, want)
		}
	}
}
