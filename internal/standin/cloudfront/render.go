package cloudfront

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"
)

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// write renders the head that Distribution and DistributionSummary share.
func (v seen) write(b *bytes.Buffer) {
	element(b, nameID, v.config.ID)
	element(b, "ARN", arn("distribution", v.config.ID))
	element(b, "Status", v.status)
	element(b, "LastModifiedTime", timestamp(v.config.ModifiedAt))
	element(b, "DomainName", v.config.DomainName)
}

// reply is a Distribution. Clients expect the two lists of active signers although they are empty (AWS CLI Reference,
// example of get-distribution).
func (v seen) reply(status int) reply {
	const root = "Distribution"
	inner := v.config.doc.xml()
	var b bytes.Buffer
	b.Grow(len(inner) + 1024)
	openRoot(&b, root)
	v.write(&b)
	element(&b, "InProgressInvalidationBatches", strconv.Itoa(v.batches))
	b.WriteString("<ActiveTrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></ActiveTrustedSigners>" +
		"<ActiveTrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></ActiveTrustedKeyGroups>")
	b.Write(inner)
	closeRoot(&b, root)
	return reply{status: status, etag: v.config.ETag, body: b.Bytes()}
}

// summaryLeavesOut are the fields of a config that a DistributionSummary does not have (API Reference, DistributionSummary):
// there is no way to find a policy's primary distribution but to read the configs one by one.
func summaryLeavesOut(name string) bool {
	switch name {
	case nameCallerReference, namePolicyID, "DefaultRootObject", "Logging", "TenantConfig":
		return true
	default:
		return false
	}
}

func (v seen) summary(b *bytes.Buffer) {
	v.write(b)
	element(b, "ETag", v.config.ETag)
	for _, field := range v.config.Tree().Children {
		if !summaryLeavesOut(field.Name) {
			field.writeXML(b)
		}
	}
}

// listDistributions pages by Marker and MaxItems. Quantity is the number of distributions of the account (API Reference,
// DistributionList), not of those on the page.
func (s *Server) listDistributions(c *call) (reply, error) {
	after, limit, err := c.page()
	if err != nil {
		return reply{}, err
	}
	var all []seen
	for _, d := range s.distributions {
		if state := d.past.asOf(s.asOf()); state.config != nil {
			all = append(all, state)
		}
	}
	slices.SortFunc(all, func(a, b seen) int { return strings.Compare(a.config.ID, b.config.ID) })
	shown, next := cutPage(all, after, limit, func(v seen) string { return v.config.ID })
	page := listing{root: "DistributionList", item: "DistributionSummary", after: after, next: next, limit: limit, quantity: len(all)}
	return listReply(page, shown, func(b *bytes.Buffer, v seen) { v.summary(b) }), nil
}
