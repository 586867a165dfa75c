package fault

import (
	"context"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda/messages"
)

// Handler is the one adapter at the Lambda boundary: what bootstrap hands to lambda.Start. A failure is logged once and
// becomes an InvokeResponse_Error *by value*, the only form whose Type aws-lambda-go sends as it is (lambda/errors.go).
// Panics are left to the runtime, which reports them and starts afresh.
func Handler[In, Out any](handle func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		out, err := handle(ctx, in)
		if err == nil {
			return out, nil
		}
		name := NameOf(err)
		slog.ErrorContext(ctx, "step failed", "fault", string(name), "code", Code(err), "message", err.Error())
		var none Out
		return none, messages.InvokeResponse_Error{Type: string(name), Message: err.Error()}
	}
}
