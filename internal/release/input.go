package release

// Input is what every task state receives: the whole document, and for a Lambda that serves several states which of them
// it is.
type Input struct {
	Which    string   `json:"which,omitempty"`
	Document Document `json:"document"`
}
