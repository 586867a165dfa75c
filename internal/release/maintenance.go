package release

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// maintenanceRequest is what an operator asks of maintenance.
type maintenanceRequest struct {
	Primary string `json:"primary"`
	Minutes int    `json:"minutes"`
	Reason  string `json:"reason"`
}

// mostMinutes is as long as a look a minute fits the history of a Step Functions execution.
const mostMinutes = 24 * 60

// ParseMaintenance reads a request of the maintenance workflow. Unknown fields are refused.
func ParseMaintenance(request []byte) (Plan, error) {
	var asked maintenanceRequest
	if err := decodeStrictly(request, &asked); err != nil {
		return Plan{}, err
	}
	var r refusals
	checkPrimary(&r, asked.Primary)
	checkReason(&r, asked.Reason)
	if asked.Minutes < 1 || asked.Minutes > mostMinutes {
		r.add("minutes", asked.Minutes, fmt.Sprintf("must be from 1 to %d: how long the door stays open at most", mostMinutes))
	}
	if len(r) > 0 {
		return Plan{}, errors.New(strings.Join(r, "; "))
	}
	return Plan{
		Primary: asked.Primary, Reason: asked.Reason, Minutes: asked.Minutes,
		Weight: firstWeight, DeployedWithin: Duration(time.Hour),
	}, nil
}
