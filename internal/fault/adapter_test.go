package fault_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"cloudfront-cd/internal/fault"
	"cloudfront-cd/internal/logs"
)

type order struct{ table string }

func (o order) LogValue() slog.Value { return slog.GroupValue(slog.String("table", o.table)) }

type dish struct{ name string }

func (d dish) LogValue() slog.Value { return slog.GroupValue(slog.String("dish", d.name)) }

func TestEachCallIsOneLineOfTheLog(t *testing.T) {
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(logs.Handler{Handler: slog.NewTextHandler(&out, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})}))
	defer slog.SetDefault(before)
	for name, tc := range map[string]struct {
		call func(context.Context) error
		want string
	}{
		"what was decided, in the result's words, and for whom": {
			called(order{"7"}, dish{"soup"}, nil), `level=INFO msg="step done" dish=soup table=7`,
		},
		"a result without words is done all the same": {called(order{"7"}, struct{}{}, nil), `level=INFO msg="step done" table=7`},
		"a request without words":                     {called(7, dish{"soup"}, nil), `level=INFO msg="step done" dish=soup`},
		"why it failed": {
			called(order{"7"}, dish{"soup"}, fault.Errorf(fault.LockHeld, "the pot is in use")),
			`level=ERROR msg="step failed" fault=LockHeld code="" cause="the pot is in use" table=7`,
		},
		"a surprise": {
			called(order{"7"}, dish{}, errors.New("fire")), `level=ERROR msg="step failed" fault=Unexpected code="" cause=fire table=7`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			out.Reset()
			err := tc.call(t.Context())
			if got := strings.TrimSpace(out.String()); got != tc.want {
				t.Errorf("got  %s (returned %v)\nwant %s", got, err, tc.want)
			}
		})
	}
}

func called[In, Out any](in In, out Out, err error) func(context.Context) error {
	return func(ctx context.Context) error {
		_, failed := fault.Handler(func(context.Context, In) (Out, error) { return out, err })(ctx, in)
		return failed
	}
}
