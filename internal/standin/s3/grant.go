package s3

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cloudfront-cd/internal/wildcard"
)

// caller is who reads as an origin: CloudFront for a distribution, or, without an ARN, anybody.
type caller struct{ sourceARN string }

// parsedPolicy is a bucket policy as it is evaluated. A document that cannot be read grants nothing.
type parsedPolicy struct {
	document   string
	statements []statement
}

func (s *Server) parsedPolicy(bucket string) parsedPolicy {
	document := s.policy[bucket]
	if known, ok := s.origin.policies[bucket]; ok && known.document == document {
		return known
	}
	parsed := parsedPolicy{document: document}
	var read struct {
		Statement oneOrMany[statement] `json:"Statement"`
	}
	if json.Unmarshal([]byte(document), &read) == nil {
		parsed.statements = read.Statement
		for i := range parsed.statements {
			parsed.statements[i].readPrincipal()
		}
	}
	s.origin.policies[bucket] = parsed
	return parsed
}

// statement is one of a policy. What is not evaluated here (NotPrincipal, NotAction, NotResource, other operators and keys
// of conditions) refuses: an Allow with it allows nothing, a Deny with it denies.
type statement struct {
	Effect       string                                  `json:"Effect"`
	Principal    json.RawMessage                         `json:"Principal"`
	NotPrincipal json.RawMessage                         `json:"NotPrincipal"`
	Action       oneOrMany[string]                       `json:"Action"`
	NotAction    json.RawMessage                         `json:"NotAction"`
	Resource     oneOrMany[string]                       `json:"Resource"`
	NotResource  json.RawMessage                         `json:"NotResource"`
	Condition    map[string]map[string]oneOrMany[scalar] `json:"Condition"`

	everybody, cloudFront bool // of Principal
}

// oneOrMany is what IAM policies let be one value or a list.
type oneOrMany[T any] []T

// UnmarshalJSON reads either.
func (m *oneOrMany[T]) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(strings.TrimSpace(string(data)), "[") {
		var many []T
		if err := json.Unmarshal(data, &many); err != nil {
			return err
		}
		*m = many
		return nil
	}
	var one T
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*m = []T{one}
	return nil
}

// scalar is a text; a bare boolean or number is its text.
type scalar string

// UnmarshalJSON reads any of them.
func (s *scalar) UnmarshalJSON(data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*s = scalar(fmt.Sprint(v))
	return nil
}

// allows: an explicit Deny wins over any Allow, and without an Allow there is no access (IAM User Guide, "Policy evaluation
// logic").
func (p parsedPolicy) allows(who caller, action, resource string) bool {
	granted := false
	for i := range p.statements {
		s := &p.statements[i]
		switch verdict := s.covers(who, action, resource); {
		case s.Effect != "Allow" && verdict != no:
			return false
		case s.Effect == "Allow" && verdict == yes:
			granted = true
		}
	}
	return granted
}

// verdict is whether a statement is about a request.
type verdict int

const (
	no verdict = iota
	yes
	unknown
)

func (s *statement) covers(who caller, action, resource string) verdict {
	if s.NotPrincipal != nil || s.NotAction != nil || s.NotResource != nil {
		return unknown
	}
	if !s.names(who) || !anyLike(s.Action, action, true) || !anyLike(s.Resource, resource, false) {
		return no
	}
	result := yes
	for operator, keys := range s.Condition {
		for key, values := range keys {
			switch holds(operator, key, values, who) {
			case no:
				return no
			case unknown:
				result = unknown
			case yes:
			}
		}
	}
	return result
}

func (s *statement) readPrincipal() {
	var name string
	if json.Unmarshal(s.Principal, &name) == nil {
		s.everybody = name == "*"
		return
	}
	var principals map[string]oneOrMany[string]
	if json.Unmarshal(s.Principal, &principals) == nil {
		s.everybody = slices.Contains(principals["AWS"], "*")
		s.cloudFront = slices.Contains(principals["Service"], "cloudfront.amazonaws.com")
	}
}

// names reports whether the caller is a principal of the statement.
func (s *statement) names(who caller) bool { return s.everybody || s.cloudFront && who.sourceARN != "" }

func anyLike(patterns []string, text string, fold bool) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if fold {
			p = strings.ToLower(p)
		}
		return wildcard.Match(p, text)
	})
}

// holds evaluates one key of a condition. Names of keys have any case (IAM User Guide, "IAM JSON policy elements:
// Condition"); a key that the request lacks fails a condition, unless it is negated or ends in IfExists ("Condition
// operators").
func holds(operator, key string, values []scalar, who caller) verdict {
	operator, ifExists := strings.CutSuffix(operator, "IfExists")
	value, known := who.value(key)
	if !known {
		return unknown
	}
	positive := strings.Replace(operator, "Not", "", 1)
	negated := positive != operator
	var matches func(string) bool
	switch positive {
	case "StringEquals":
		matches = func(v string) bool { return v == value }
	case "StringEqualsIgnoreCase":
		matches = func(v string) bool { return strings.EqualFold(v, value) }
	case "Bool":
		matches = func(v string) bool { return strings.EqualFold(v, value) }
	case "StringLike", "ArnEquals", "ArnLike": // the last two behave identically (IAM User Guide, ARN condition operators)
		matches = func(v string) bool { return wildcard.Match(v, value) }
	default:
		return unknown
	}
	if value == "" {
		return when(negated || ifExists)
	}
	if slices.ContainsFunc(values, func(v scalar) bool { return strings.Contains(string(v), "${") }) {
		return unknown
	}
	return when(slices.ContainsFunc(values, func(v scalar) bool { return matches(string(v)) }) != negated)
}

func when(holds bool) verdict {
	if holds {
		return yes
	}
	return no
}

// value is what a request says for a condition key, empty where it says nothing. CloudFront speaks TLS with S3's REST
// endpoint whenever its viewer does, which is assumed here.
func (c caller) value(key string) (string, bool) {
	switch strings.ToLower(key) {
	case "aws:sourcearn":
		return c.sourceARN, true
	case "aws:sourceaccount":
		const account, parts = 4, 6
		if fields := strings.Split(c.sourceARN, ":"); len(fields) == parts {
			return fields[account], true
		}
		return "", true
	case "aws:securetransport":
		return "true", true
	default:
		return "", false
	}
}
