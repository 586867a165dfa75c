package lambdaruntime

import (
	"fmt"
	"os"
	"strings"
)

// peakMemory is VmHWM of a running process, in bytes; 0 where there is no /proc (Linux alone has one of this kind, see
// proc_pid_status(5)). It is not taken from getrusage, because there a process inherits the peak of the process that has
// started it: a function of 15 MB in a test of 60 MB would have 60.
func peakMemory(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "\nVmHWM:")
	var kilobytes int64
	if _, err := fmt.Sscanf(rest, "%d kB", &kilobytes); err != nil {
		return 0
	}
	return kilobytes << 10
}
