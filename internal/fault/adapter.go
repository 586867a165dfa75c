package fault

import (
	"context"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"cloudfront-cd/internal/logs"
)

// Handler is the one adapter at the Lambda boundary: what bootstrap hands to lambda.Start. A failure becomes an
// InvokeResponse_Error *by value*, the only form whose Type aws-lambda-go sends as it is (lambda/errors.go). Panics are left
// to the runtime, which reports them and starts afresh.
//
// Each call is one log line: what the step has decided, as its result says it (slog.LogValuer), or why it failed. Every line
// says which request it is about, if the request can say so.
func Handler[In, Out any](handle func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		if request, ok := any(in).(slog.LogValuer); ok {
			ctx = logs.About(ctx, request)
		}
		out, err := handle(ctx, in)
		if err != nil {
			name := NameOf(err)
			slog.ErrorContext(ctx, "step failed", "fault", string(name), "code", Code(err), "cause", err.Error())
			var none Out
			return none, messages.InvokeResponse_Error{Type: string(name), Message: err.Error()}
		}
		if decided, ok := any(out).(slog.LogValuer); ok {
			slog.InfoContext(ctx, "step done", logs.Of(decided))
		} else {
			slog.InfoContext(ctx, "step done")
		}
		return out, nil
	}
}
