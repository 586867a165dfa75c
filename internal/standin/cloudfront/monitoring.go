package cloudfront

import (
	"bytes"
	"net/http"
)

const (
	nameMonitoring   = "MonitoringSubscription"
	pathSubscription = "RealtimeMetricsSubscriptionConfig/RealtimeMetricsSubscriptionStatus"
)

// A monitoring subscription switches the additional CloudWatch metrics of one distribution on. It is a resource of its own:
// no ETag, no deployment, and not documented to be copied by CopyDistribution or a promotion.

func (s *Server) getMonitoring(c *call) (reply, error) {
	d := s.distribution(c.id())
	if d == nil {
		return reply{}, noSuchDistribution()
	}
	if d.monitoring == nil {
		return reply{}, noSuchMonitoring()
	}
	return monitoringReply(d.monitoring), nil
}

func (s *Server) createMonitoring(c *call) (reply, error) {
	tree, err := c.document(nameMonitoring)
	if err != nil {
		return reply{}, err
	}
	d := s.distribution(c.id())
	if d == nil {
		return reply{}, noSuchDistribution()
	}
	if status := tree.Value(pathSubscription); status != "Enabled" && status != "Disabled" {
		return reply{}, malformed("RealtimeMetricsSubscriptionStatus must be Enabled or Disabled, not %q.", status)
	}
	if d.monitoring != nil {
		return reply{}, fail(http.StatusConflict, "MonitoringSubscriptionAlreadyExists",
			"A monitoring subscription already exists for the specified distribution.")
	}
	d.monitoring = tree
	s.record(c.author, Write{ID: d.id, ETagBefore: d.config.ETag, ETagAfter: d.config.ETag})
	return monitoringReply(tree), nil
}

func (s *Server) deleteMonitoring(c *call) (reply, error) {
	d := s.distribution(c.id())
	if d == nil {
		return reply{}, noSuchDistribution()
	}
	if d.monitoring == nil {
		return reply{}, noSuchMonitoring()
	}
	d.monitoring = nil
	s.record(c.author, Write{ID: d.id, ETagBefore: d.config.ETag, ETagAfter: d.config.ETag})
	return reply{status: http.StatusOK}, nil
}

// AdditionalMetrics reports whether the additional CloudWatch metrics of a distribution are switched on.
func (s *Server) AdditionalMetrics(distributionID string) bool {
	d := s.distribution(distributionID)
	return d != nil && d.additionalMetrics()
}

func (d *distribution) additionalMetrics() bool {
	return d.monitoring.Value(pathSubscription) == "Enabled"
}

func noSuchMonitoring() error {
	return fail(http.StatusNotFound, "NoSuchMonitoringSubscription",
		"A monitoring subscription does not exist for the specified distribution.")
}

func monitoringReply(tree *Node) reply {
	var b bytes.Buffer
	tree.writeXML(&b)
	return reply{status: http.StatusOK, body: rooted(nameMonitoring, b.Bytes())}
}
