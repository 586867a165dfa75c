package main_test

import (
	"fmt"
	"slices"
	"testing"
)

// TestTheRecordBucketKeepsItsRecords to itself, in every version, and when the stack goes; not when its creation fails
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html).
func TestTheRecordBucketKeepsItsRecords(t *testing.T) {
	stack := stack(t)
	bucket := stack.one(t, "AWS::S3::Bucket", "Records")
	for what, pair := range map[string][2]string{
		"deletion":    {bucket.DeletionPolicy, "RetainExceptOnCreate"},
		"replacement": {bucket.UpdateReplacePolicy, "Retain"},
		"versioning":  {stack.say(bucket.Properties["VersioningConfiguration"]), "map[Status:Enabled]"},
		"encryption": {
			stack.say(at(bucket.Properties, "BucketEncryption", "ServerSideEncryptionConfiguration")),
			"map[ServerSideEncryptionByDefault:map[SSEAlgorithm:AES256]]",
		},
		"ownership": {stack.say(at(bucket.Properties, "OwnershipControls", "Rules")), "map[ObjectOwnership:BucketOwnerEnforced]"},
		"public access": {
			stack.say(bucket.Properties["PublicAccessBlockConfiguration"]),
			"map[BlockPublicAcls:true BlockPublicPolicy:true IgnorePublicAcls:true RestrictPublicBuckets:true]",
		},
	} {
		if got, want := pair[0], pair[1]; got != want {
			t.Errorf("%s: got %s, want %s", what, got, want)
		}
	}
}

// TestOnlyEvidenceExpires: a lock or a hold that went away by itself would let a release start that must not.
func TestOnlyEvidenceExpires(t *testing.T) {
	stack := stack(t)
	rules := list(at(stack.one(t, "AWS::S3::Bucket", "Records").Properties, "LifecycleConfiguration", "Rules"))
	var got []string
	for _, rule := range rules {
		prefix := stack.say(at(rule, "Prefix"))
		for _, ages := range [][]string{
			{"ExpirationInDays"},
			{"NoncurrentVersionExpiration", "NoncurrentDays"},
			{"AbortIncompleteMultipartUpload", "DaysAfterInitiation"},
		} {
			if days := at(rule, ages...); days != nil {
				got = append(got, fmt.Sprintf("%s of %s after %v", ages[0], prefix, days))
			}
		}
		if at(rule, "ExpirationDate") != nil || at(rule, "Transitions") != nil {
			t.Errorf("a rule moves or removes objects in another way: %v", rule)
		}
	}
	want := []string{
		"ExpirationInDays of releases/ after 400",
		"ExpirationInDays of cleanups/ after 400",
		"NoncurrentVersionExpiration of <nil> after 30",
		"AbortIncompleteMultipartUpload of <nil> after 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
