package release

// AlphaPerGate stands in for the one of the branch judge until it is merged.
func (p *Plan) AlphaPerGate() float64 {
	return 0.01 / float64((2+len(p.Gates.Latency.Percentiles()))*(len(p.Ramp)+1))
}
