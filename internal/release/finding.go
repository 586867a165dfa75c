package release

// Finding levels.
const (
	Block = "block" // the release is refused
	Warn  = "warn"  // refused unless the request acknowledges it by name
	Note  = "note"  // worth knowing
)

// Finding is one thing that Preflight has to say.
type Finding struct {
	Level string `json:"level"`
	// Name is stable and in kebab case; requests acknowledge by it.
	Name string `json:"name"`
	Fact string `json:"fact"`
	Why  string `json:"why"`
	Do   string `json:"do"`
	// Acknowledged is true for a finding that the request accepts by name (Acknowledgeable).
	Acknowledged bool `json:"acknowledged,omitempty"`
}

// Blocks reports whether the finding refuses the release.
func (f Finding) Blocks() bool { return f.Level != Note && !f.Acknowledged }
