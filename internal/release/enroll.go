package release

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// enrollRequest is what an operator asks of enroll.
type enrollRequest struct {
	Primary     string   `json:"primary"`
	Weight      *float64 `json:"weight"`
	Staging     string   `json:"staging"`
	Reason      string   `json:"reason"`
	Acknowledge []string `json:"acknowledge"`
}

// firstWeight is that of a policy that enroll makes where the request names none.
const firstWeight = 0.05

// ParseEnrollment reads a request of the enroll workflow. Unknown fields are refused.
func ParseEnrollment(request []byte) (Plan, error) {
	var asked enrollRequest
	if err := decodeStrictly(request, &asked); err != nil {
		return Plan{}, err
	}
	plan := Plan{
		Primary: asked.Primary, Reason: asked.Reason, Staging: asked.Staging, Acknowledge: asked.Acknowledge,
		Weight: firstWeight, DeployedWithin: Duration(time.Hour),
	}
	if asked.Weight != nil {
		plan.Weight = *asked.Weight
	}
	var r refusals
	checkPrimary(&r, plan.Primary)
	checkReason(&r, plan.Reason)
	if !(plan.Weight > 0 && plan.Weight <= MaxWeight) {
		r.add("weight", plan.Weight, "must be above 0 and at most 0.15, the most that CloudFront sends to staging")
	}
	switch {
	case plan.Staging == "":
	case !distributionID.MatchString(plan.Staging):
		r.add("staging", quote(plan.Staging), "must be the id of a staging distribution, or left out for a copy of the primary")
	case plan.Staging == plan.Primary:
		r.add("staging", quote(plan.Staging), "must be another distribution than the primary")
	}
	checkAcknowledged(&r, plan.Acknowledge, AcknowledgeableBy(Enroll))
	if len(r) > 0 {
		return Plan{}, errors.New(strings.Join(r, "; "))
	}
	return plan, nil
}

func checkAcknowledged(r *refusals, names, accepted []string) {
	for i, name := range names {
		if !slices.Contains(accepted, name) {
			r.add(fmt.Sprintf("acknowledge[%d]", i), quote(name),
				"is not a finding that can be acknowledged; those are "+strings.Join(accepted, ", "))
		}
	}
}

// checkOtherWorkflows refuses what only other workflows know, in the words of a typing error.
func (p *Plan) checkOtherWorkflows(r *refusals) {
	if p.Staging != "" {
		r.add("staging", quote(p.Staging), "is for the enroll workflow: a release finds staging by the primary's policy")
	}
	if p.Weight != 0 {
		r.add("weight", p.Weight, "is for the enroll workflow: a release has the weights of its ramp")
	}
	if p.Minutes != 0 {
		r.add("minutes", p.Minutes, "is for the maintenance workflow")
	}
}
