package logs_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"cloudfront-cd/internal/logs"
)

type dog struct{ asked *int }

func (d dog) LogValue() slog.Value {
	*d.asked++
	return slog.GroupValue(slog.String("name", "Rex"), slog.Int("legs", 4))
}

func TestALineSaysWhatItsContextIsAbout(t *testing.T) {
	t.Parallel()
	rex := dog{new(int)}
	about := logs.About(t.Context(), rex)
	for name, tc := range map[string]struct {
		log  func(context.Context, *slog.Logger)
		want string
	}{
		"in the words of its LogValue, in the line itself": {
			func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "barked", "times", 2) },
			`{"level":"INFO","msg":"barked","times":2,"name":"Rex","legs":4}`,
		},
		"a logger with attributes of its own says it too": {
			func(ctx context.Context, l *slog.Logger) { l.With("where", "yard").InfoContext(ctx, "barked") },
			`{"level":"INFO","msg":"barked","where":"yard","name":"Rex","legs":4}`,
		},
		"a logger with a group puts it there": {
			func(ctx context.Context, l *slog.Logger) { l.WithGroup("pet").InfoContext(ctx, "barked") },
			`{"level":"INFO","msg":"barked","pet":{"name":"Rex","legs":4}}`,
		},
		"a line without a context says nothing more": {
			func(_ context.Context, l *slog.Logger) { l.Info("silence") }, `{"level":"INFO","msg":"silence"}`,
		},
		"a line below the level is not written": {
			func(ctx context.Context, l *slog.Logger) { l.DebugContext(ctx, "breathed") }, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			tc.log(logs.About(t.Context(), dog{new(int)}), slog.New(logs.Handler{Handler: slog.NewJSONHandler(&out, noTime())}))
			if got := strings.TrimSpace(out.String()); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
	t.Run("it is asked for lines that are written alone", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		l := slog.New(logs.Handler{Handler: slog.NewJSONHandler(&out, noTime())})
		l.DebugContext(about, "breathed")
		l.InfoContext(about, "barked")
		if *rex.asked != 1 {
			t.Errorf("got %d questions, want one for the one line", *rex.asked)
		}
	})
}

func noTime() *slog.HandlerOptions {
	return &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
}
