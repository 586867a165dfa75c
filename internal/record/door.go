package record

import "time"

// Door is the content of maintenance/<primary>.json: the last maintenance of a primary. It is written before the policy is
// taken off, so that whoever comes after a dead run knows which staging distribution and which policy belong together; and
// it is where an operator says done.
type Door struct {
	Execution string `json:"execution"` // ARN
	Staging   string `json:"staging"`
	PolicyID  string `json:"policyId"`
	// Record is the key of the evidence that has the pair's configs and the policy's from before.
	Record string    `json:"record"`
	At     time.Time `json:"at"`
	// Done is true once the operator has finished.
	Done bool `json:"done"`
	// By is who said so.
	By string `json:"by,omitempty"`
}

// DoorKey is where the door of a primary is kept.
func DoorKey(primary string) string { return "maintenance/" + primary + ".json" }
