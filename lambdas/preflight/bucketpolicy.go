package preflight

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cloudfront-cd/internal/wildcard"
)

// answer is what a bucket policy says about a distribution.
type answer int

const (
	refused answer = iota
	allowed
	unclear // the policy says it in a way that is not evaluated here
)

// reader is who asks: the distribution that signs requests to the bucket (origin access control).
type reader struct {
	arn     string // AWS:SourceArn
	account string // AWS:SourceAccount
}

func readerOf(distributionARN string) reader {
	r := reader{arn: distributionARN}
	if parts := strings.Split(distributionARN, ":"); len(parts) == 6 {
		r.account = parts[4]
	}
	return r
}

// texts is one text or a list of them, as IAM policies allow both.
type texts []string

// UnmarshalJSON also takes the bare booleans and numbers that IAM accepts as condition values.
func (t *texts) UnmarshalJSON(data []byte) error {
	var list []any
	if err := json.Unmarshal(data, &list); err != nil {
		var one any
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		list = []any{one}
	}
	for _, v := range list {
		*t = append(*t, fmt.Sprint(v))
	}
	return nil
}

// oneOrMany is a policy's Statement, which may be a single object.
type oneOrMany []statement

func (m *oneOrMany) UnmarshalJSON(data []byte) error {
	if trimmed := strings.TrimSpace(string(data)); strings.HasPrefix(trimmed, "{") {
		var one statement
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		*m = oneOrMany{one}
		return nil
	}
	var many []statement
	if err := json.Unmarshal(data, &many); err != nil {
		return err
	}
	*m = many
	return nil
}

type statement struct {
	Effect       string                      `json:"Effect"`
	Principal    json.RawMessage             `json:"Principal"`
	NotPrincipal json.RawMessage             `json:"NotPrincipal"`
	Action       texts                       `json:"Action"`
	NotAction    texts                       `json:"NotAction"`
	Resource     texts                       `json:"Resource"`
	NotResource  texts                       `json:"NotResource"`
	Condition    map[string]map[string]texts `json:"Condition"`
}

// letsIn reports whether the bucket policy lets the reader get objects below folder ("arn:aws:s3:::bucket/path/"). Only
// what can tell two distributions of one account apart is judged: the service principal, the action, the resource,
// AWS:SourceArn and AWS:SourceAccount. Other condition keys (aws:SecureTransport, an organization, …) treat staging as
// they treat the primary, which viewers are already getting.
func letsIn(policy, folder string, who reader) answer {
	var document struct {
		Statement oneOrMany `json:"Statement"`
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return unclear
	}
	result := refused
	for _, s := range document.Statement {
		says := s.covers(folder, who)
		switch {
		case s.Effect == "Deny" && !s.tellsDistributionsApart():
		case s.Effect == "Deny" && says == allowed:
			return refused
		case s.Effect == "Deny" && says == unclear:
			return unclear
		case s.Effect == "Allow" && result != allowed && says != refused:
			result = says
		}
	}
	return result
}

// covers is allowed if the statement, be it an Allow or a Deny, is about the reader and the folder; refused if it is not.
func (s statement) covers(folder string, who reader) answer {
	if s.NotPrincipal != nil || s.NotAction != nil || s.NotResource != nil {
		return unclear
	}
	if !s.namesCloudFront() || !s.namesGetObject() || !s.overlaps(folder) {
		return refused
	}
	result := allowed
	for operator, keys := range s.Condition {
		for key, values := range keys {
			switch holds(operator, key, values, who) {
			case refused:
				return refused
			case unclear:
				result = unclear
			case allowed:
			}
		}
	}
	return result
}

func (s statement) tellsDistributionsApart() bool {
	for _, keys := range s.Condition {
		for key := range keys {
			if strings.EqualFold(key, "AWS:SourceArn") || strings.EqualFold(key, "AWS:SourceAccount") {
				return true
			}
		}
	}
	return false
}

func (s statement) namesCloudFront() bool {
	var everyone string
	if json.Unmarshal(s.Principal, &everyone) == nil {
		return everyone == "*"
	}
	var principals map[string]texts
	if json.Unmarshal(s.Principal, &principals) != nil {
		return false
	}
	return slices.ContainsFunc(principals["Service"], func(p string) bool { return p == "cloudfront.amazonaws.com" }) ||
		slices.ContainsFunc(principals["AWS"], func(p string) bool { return p == "*" })
}

func (s statement) namesGetObject() bool {
	return slices.ContainsFunc(s.Action, func(a string) bool { return wildcard.Match(strings.ToLower(a), "s3:getobject") })
}

// overlaps reports whether some resource of the statement may name an object in the folder: the texts before the first
// wildcard must agree as far as both go.
func (s statement) overlaps(folder string) bool {
	return slices.ContainsFunc(s.Resource, func(r string) bool {
		before, wild := literal(r)
		return strings.HasPrefix(before, folder) || wild && strings.HasPrefix(folder, before)
	})
}

// holds evaluates one condition key for the reader.
func holds(operator, key string, values []string, who reader) answer {
	var value string
	switch {
	case strings.EqualFold(key, "AWS:SourceArn"):
		value = who.arn
	case strings.EqualFold(key, "AWS:SourceAccount"):
		value = who.account
	default:
		return allowed
	}
	operator = strings.TrimSuffix(operator, "IfExists")
	if _, set, found := strings.Cut(operator, ":"); found { // ForAnyValue:, ForAllValues: the key has one value
		operator = set
	}
	var matches func(string) bool
	switch strings.Replace(operator, "Not", "", 1) {
	case "StringEquals":
		matches = func(v string) bool { return v == value }
	case "StringEqualsIgnoreCase":
		matches = func(v string) bool { return strings.EqualFold(v, value) }
	case "StringLike", "ArnEquals", "ArnLike": // the last two behave identically (IAM User Guide, ARN condition operators)
		matches = func(v string) bool { return wildcard.Match(v, value) }
	default:
		return unclear
	}
	if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, "${") }) {
		return unclear
	}
	if slices.ContainsFunc(values, matches) == strings.Contains(operator, "Not") {
		return refused
	}
	return allowed
}

// literal is the part of a pattern before its first wildcard.
func literal(pattern string) (before string, wild bool) {
	if i := strings.IndexAny(pattern, "*?"); i >= 0 {
		return pattern[:i], true
	}
	return pattern, false
}
