package main_test

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"cloudfront-cd/infra/local/watch"
	operate "cloudfront-cd/infra/operate"
)

func TestZ(t *testing.T) {
	a := deployed(t, os.Getenv("SCEN"))
	config := a.SDK()
	ctx, _ := signal.NotifyContext(t.Context(), os.Interrupt)
	if os.Getenv("AGO") != "" {
		d, _ := time.ParseDuration(os.Getenv("AGO"))
		a.started("nightly-118", d)
	}
	for line := range strings.SplitSeq(os.Getenv("CMDS"), ";") {
		os.Stdout.WriteString("$ operate " + line + "\n")
		operate.Run(ctx, strings.Split(line, ","), operate.Environment{
			Out: watch.NewScreen(os.Stdout), Errors: watch.NewScreen(os.Stderr), Now: a.Clock.Now,
			Sleep: func(ctx context.Context, d time.Duration) error {
				a.Clock.Advance(d)
				time.Sleep(15 * time.Millisecond)
				return ctx.Err()
			},
			Connect: func(context.Context) (operate.Services, error) {
				return operate.Services{
					Stacks: a.stacks, Executions: sfn.NewFromConfig(config), Pairs: cloudfront.NewFromConfig(config),
					Records: s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }),
				}, nil
			},
		})
	}
}
