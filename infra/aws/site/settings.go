package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	cdn "github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"
)

// settings are what differs from one site to the next: a file of the user's (examples/site/site.json). What is not known at
// first, because a stack makes it, is left empty until then.
type settings struct {
	// Name begins the names of the buckets.
	Name string `json:"name"`
	// Account is an AWS account id; empty for that of whoever deploys.
	Account string `json:"account"`
	// Primary, Staging and Policy are ids. SitePrimary makes the first, SiteStaging the second; the policy is made by hand
	// or by the workflow, and never by a stack.
	Primary string `json:"primary"`
	Staging string `json:"staging"`
	Policy  string `json:"policy"`
	// Aliases are the primary's; Certificate is of ACM in us-east-1, and on both sides.
	Aliases     []string `json:"aliases"`
	Certificate string   `json:"certificate"`
	// Connection, Repository ("owner/name") and Branch are where the pipeline gets its source; without the first two there
	// is no pipeline.
	Connection string `json:"connection"`
	Repository string `json:"repository"`
	Branch     string `json:"branch"`
}

// The sides, as the buckets' names have them.
const (
	primarySide = "primary"
	stagingSide = "staging"
)

func readSettings(file string) (settings, error) {
	data, err := os.ReadFile(file) //nolint:gosec // the file that the user named
	if err != nil {
		return settings{}, fmt.Errorf("read the settings: %w", err)
	}
	s := settings{Branch: "main"}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return settings{}, fmt.Errorf("read the settings in %s: %w", file, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return settings{}, fmt.Errorf("read the settings in %s: there is something behind the object", file)
	}
	if err := s.check(); err != nil {
		return settings{}, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

// check names everything that is wrong at once.
func (s settings) check() error {
	const id = `E[A-Z0-9]{5,31}`
	var wrong []error
	for _, rule := range []struct{ name, value, pattern string }{
		{"name", s.Name, `[a-z0-9][a-z0-9-]{1,30}`},
		{"account", s.Account, `([0-9]{12})?`},
		{"primary", s.Primary, `(` + id + `)?`},
		{"staging", s.Staging, `(` + id + `)?`},
		{"policy", s.Policy, `[A-Za-z0-9-]{0,64}`},
		{"aliases", strings.Join(s.Aliases, ","), `[a-z0-9.*,-]*`},
		{"certificate", s.Certificate, `(arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/[a-z0-9-]+)?`},
		{"connection", s.Connection, `(arn:aws[a-z-]*:code(star-)?connections:[a-z0-9-]+:[0-9]{12}:connection/[a-z0-9-]+)?`},
		{"repository", s.Repository, `([\w.-]+(/[\w.-]+)+)?`},
		{"branch", s.Branch, `[\w./-]+`},
	} {
		if !regexp.MustCompile(`^(?:` + rule.pattern + `)$`).MatchString(rule.value) {
			wrong = append(wrong, fmt.Errorf("%s %q: must match %s", rule.name, rule.value, rule.pattern))
		}
	}
	if len(s.Aliases) > 0 && s.Certificate == "" {
		wrong = append(wrong, errors.New("aliases: they need a certificate"))
	}
	if s.piped() && (s.Primary == "" || s.Staging == "") {
		wrong = append(wrong, errors.New("connection, repository: the pipeline needs the ids of primary and staging; deploy those first"))
	}
	return errors.Join(wrong...)
}

// piped reports whether there is to be a pipeline.
func (s settings) piped() bool { return s.Connection != "" && s.Repository != "" }

// bucket is the name of a side's bucket. Bucket names are everybody's, hence the account.
func (s settings) bucket(stack awscdk.Stack, of string) *string {
	return jsii.String(s.Name + "-" + of + "-" + *stack.Account())
}

// certificate is on both sides: a staging distribution has no aliases, but what it may not differ in includes the
// certificate.
func (s settings) certificate() cdn.CfnDistribution_ViewerCertificateProperty {
	if s.Certificate == "" {
		return cdn.CfnDistribution_ViewerCertificateProperty{CloudFrontDefaultCertificate: true}
	}
	return cdn.CfnDistribution_ViewerCertificateProperty{
		AcmCertificateArn: &s.Certificate, SslSupportMethod: jsii.String("sni-only"), MinimumProtocolVersion: jsii.String("TLSv1.2_2021"),
	}
}
