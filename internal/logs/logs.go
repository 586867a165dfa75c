// Package logs makes every log line say what it is about.
//
// A handler does not log, but for Finish and its phases. The adapter at the Lambda boundary (fault.Handler) writes one line
// for each call: what the step has decided, in the words of the part that it returned, or why it failed. Request and part
// say what is worth a line by their LogValue; this package puts the request into the context, and every line written with
// that context has it.
package logs

import (
	"context"
	"log/slog"
)

type subjectKey struct{}

// About is a context whose log lines say what the subject says about itself. The subject is asked only for lines that are
// written.
func About(ctx context.Context, subject slog.LogValuer) context.Context {
	return context.WithValue(ctx, subjectKey{}, subject)
}

// Handler is a slog.Handler whose lines say what their context is About.
type Handler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h Handler) Handle(ctx context.Context, line slog.Record) error {
	if subject, ok := ctx.Value(subjectKey{}).(slog.LogValuer); ok {
		line.AddAttrs(Of(subject))
	}
	return h.Handler.Handle(ctx, line)
}

// WithAttrs implements slog.Handler.
func (h Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return Handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h Handler) WithGroup(name string) slog.Handler { return Handler{h.Handler.WithGroup(name)} }

// Of is what v says about itself, as attributes of the line itself: a group without a name has no braces of its own
// (package slog, Handler).
func Of(v slog.LogValuer) slog.Attr { return slog.Any("", v) }
