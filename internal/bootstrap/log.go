package bootstrap

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/smithy-go/logging"

	"cloudfront-cd/internal/fault"
)

// fromRuntime is where package log writes to, which aws-lambda-go uses for its own lines: one for each failure that it
// reports (https://github.com/aws/aws-lambda-go/pull/416), as unstructured text
// (https://github.com/aws/aws-lambda-go/issues/533).
type fromRuntime struct{}

// Write logs one line. The report of a fault is left out, because the adapter has logged it with more; that of a panic, or
// of a request that is no JSON of the right shape, is known to the runtime alone.
func (fromRuntime) Write(line []byte) (int, error) {
	var reported messages.InvokeResponse_Error
	switch err := json.Unmarshal(line, &reported); {
	case err != nil:
		slog.Error("runtime", "text", strings.TrimSpace(string(line)))
	case !slices.Contains(fault.Names(), fault.Name(reported.Type)):
		slog.Error("runtime", "error_type", reported.Type, "cause", reported.Message, "stack", reported.StackTrace)
	}
	return len(line), nil
}

// fromSDK is the SDK's own log, for example of answers without a checksum; unset, it would be text on standard error.
func fromSDK(class logging.Classification, format string, v ...any) {
	slog.Warn("AWS SDK", "class", string(class), "text", fmt.Sprintf(format, v...))
}
