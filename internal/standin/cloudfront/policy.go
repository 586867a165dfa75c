package cloudfront

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// The two ways a policy picks the requests that go to staging.
const (
	SingleWeight = "SingleWeight"
	SingleHeader = "SingleHeader"
)

// Policy is a continuous deployment policy as the edge needs it. Type is empty where the policy has no TrafficConfig; the
// TTLs are zero without session stickiness.
type Policy struct {
	ID            string
	ETag          string
	ModifiedAt    time.Time
	StagingDomain string
	Enabled       bool
	Type          string
	Weight        float64
	IdleTTL       time.Duration
	MaximumTTL    time.Duration
	Header        string
	Value         string
}

// tree is the ContinuousDeploymentPolicyConfig of a policy that was not made by a client.
func (p Policy) tree() *Node {
	n := Elem(namePolicyConfig,
		List(nameDNSNames, Leaf("DnsName", p.StagingDomain)),
		Leaf(nameEnabled, strconv.FormatBool(p.Enabled)))
	switch p.Type {
	case SingleWeight:
		weight := Elem("SingleWeightConfig", Leaf("Weight", strconv.FormatFloat(p.Weight, 'g', -1, 64)))
		if p.MaximumTTL > 0 {
			weight.Children = append(weight.Children, Elem("SessionStickinessConfig",
				Leaf("IdleTTL", seconds(p.IdleTTL)), Leaf("MaximumTTL", seconds(p.MaximumTTL))))
		}
		n.Put(Elem("TrafficConfig", weight, Leaf("Type", p.Type)))
	case SingleHeader:
		n.Put(Elem("TrafficConfig",
			Elem("SingleHeaderConfig", Leaf("Header", p.Header), Leaf("Value", p.Value)), Leaf("Type", p.Type)))
	}
	return n
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

const nameDNSNames = "StagingDistributionDnsNames"

// readPolicy turns a ContinuousDeploymentPolicyConfig into a Policy. Rules and limits: API Reference,
// ContinuousDeploymentPolicyConfig and the types it refers to; one staging distribution: AWS CLI Reference,
// create-continuous-deployment-policy ("Quantity must be 1").
func (s *Server) readPolicy(n *Node) (Policy, error) {
	if err := s.checkLists(n); err != nil {
		return Policy{}, err
	}
	names := n.Child(nameDNSNames).Items()
	if len(names) != 1 {
		return Policy{}, invalidArgument("The policy must name exactly one staging distribution, not %d.", len(names))
	}
	enabled, err := readBool(n, nameEnabled)
	if err != nil {
		return Policy{}, err
	}
	p := Policy{StagingDomain: names[0].Text, Enabled: enabled}
	traffic := n.Child("TrafficConfig")
	if traffic == nil {
		if enabled {
			// Assumed: the model lets TrafficConfig be left out, but there would be nothing to enable.
			return Policy{}, invalidArgument("An enabled policy needs a TrafficConfig.")
		}
		return p, nil
	}
	return s.readTraffic(p, traffic)
}

func (s *Server) readTraffic(p Policy, n *Node) (Policy, error) {
	p.Type = n.Value("Type")
	weight, header := n.Child("SingleWeightConfig"), n.Child("SingleHeaderConfig")
	switch {
	case p.Type == SingleWeight && weight != nil && header == nil:
		return s.readWeight(p, weight)
	case p.Type == SingleHeader && header != nil && weight == nil:
		return readHeader(p, header)
	default:
		return Policy{}, invalidArgument("TrafficConfig must have a Type and the one config that belongs to it.")
	}
}

func (s *Server) readWeight(p Policy, n *Node) (Policy, error) {
	const most = 0.15
	w, err := strconv.ParseFloat(n.Value("Weight"), 64)
	if err != nil || math.IsNaN(w) || w < 0 || w > most || (w == 0 && !s.Switches.WeightZeroAccepted) {
		return Policy{}, invalidArgument("The weight %q is not valid; it must be between 0 and 0.15.", n.Value("Weight"))
	}
	p.Weight = w
	sticky := n.Child("SessionStickinessConfig")
	if sticky == nil {
		return p, nil
	}
	if p.IdleTTL, err = readTTL(sticky, "IdleTTL"); err != nil {
		return Policy{}, err
	}
	if p.MaximumTTL, err = readTTL(sticky, "MaximumTTL"); err != nil {
		return Policy{}, err
	}
	if p.IdleTTL > p.MaximumTTL {
		return Policy{}, invalidArgument("IdleTTL must not be larger than MaximumTTL.")
	}
	return p, nil
}

func readTTL(n *Node, name string) (time.Duration, error) {
	const least, most = 300, 3600
	v, err := strconv.Atoi(n.Value(name))
	if err != nil || v < least || v > most {
		return 0, invalidArgument("%s %q is not valid; it must be between 300 and 3600 seconds.", name, n.Value(name))
	}
	return time.Duration(v) * time.Second, nil
}

func readHeader(p Policy, n *Node) (Policy, error) {
	p.Header, p.Value = n.Value("Header"), n.Value("Value")
	if !strings.HasPrefix(strings.ToLower(p.Header), "aws-cf-cd-") || p.Value == "" {
		return Policy{}, invalidArgument("The header %q needs the prefix aws-cf-cd- and a value.", p.Header)
	}
	return p, nil
}

func readBool(n *Node, name string) (bool, error) {
	switch text := n.Value(name); text {
	case yes:
		return true, nil
	case no:
		return false, nil
	default:
		return false, invalidArgument("%s must be true or false, not %q.", name, text)
	}
}
