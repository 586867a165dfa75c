// Command operate is the operators' tool for the deployed stack: it starts releases and follows them, stops them, makes
// pairs safe, and says how everything stands.
//
// It decides nothing about a release: that is for the workflows, which go on whether anybody follows them or not. What it
// shows of them is what the demo shows (infra/watch), and it exits with their ends (infra/exitcode).
package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"cloudfront-cd/infra/exitcode"
	"cloudfront-cd/infra/watch"
	"cloudfront-cd/internal/release"
)

const usage = `Usage:
  operate start --request FILE [--name NAME | --commit COMMIT [--attempt NUMBER]]
                                                start a release and follow it to its end
  operate start --follow EXECUTION              follow an execution of any workflow, by its name or ARN
  operate stop --primary ID [--reason TEXT]     stop the release of a primary and see the pair made safe
  operate status [--primary ID]                 who releases what, what is held up, and the last ends
  operate recover --primary ID [--reason TEXT | --clear-hold WHY]
                                                make a pair safe; with --clear-hold let releases go on
  operate enroll --primary ID [--staging ID] [--weight WEIGHT] [--acknowledge NAMES] [--reason TEXT]
                                                give a primary its staging distribution and its policy
  operate maintenance --primary ID --minutes N [--reason TEXT]
                                                take the policy off, for changes that it does not allow
  operate done --primary ID [--reason TEXT]     end a maintenance: the primary has what it should have
  operate retire --primary ID [--reason TEXT]   take a pair apart; the primary stays as it is
  operate cleanup [--apply] [--minimum-age TIME] [--reason TEXT]
                                                find what nobody owns any more; with --apply take it apart
  operate COMMAND --help                        the flags

Credentials and profile are the AWS CLI's; the region is us-east-1. Ctrl-C ends the following, never a release.

Exit codes: 0 Promoted, Calibrated, Nothing To Release, Recovered, Nothing To Recover, Enrolled, Maintained, Retired, Clean, Cleaned or
Orphans Found; 3 Rejected, also when the request of a release is refused before anything is started; 4 Rolled Back; 5 Needs Operator;
2 bad usage, or a file that cannot be read; 1 the end is none of these, or could not be seen. status: 0 nothing to do, 5 somebody has
to look.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) //nolint:forbidigo // the program begins here
	context.AfterFunc(ctx, stop)                                                           // a second Ctrl-C ends the tool at once
	os.Exit(run(ctx, os.Args[1:], environment{
		Out: watch.NewScreen(os.Stdout), Errors: watch.NewScreen(os.Stderr),
		Connect: connect, Now: time.Now, Sleep: sleep, //nolint:forbidigo // the tool runs on the real clock
	}))
}

// environment is what the tool runs in; tests bring their own.
type environment struct {
	Out, Errors *watch.Screen
	// Connect makes the clients; it fails where the AWS configuration cannot be read.
	Connect func(context.Context) (services, error)
	Now     func() time.Time
	// Sleep waits for so long; it fails when the context ends before.
	Sleep func(context.Context, time.Duration) error
}

// tool is a command at work.
type tool struct {
	environment
	services
	stack stack
}

// action is a command whose arguments are right; it returns the exit code.
type action func(context.Context, *tool) (int, error)

func run(ctx context.Context, args []string, env environment) int {
	if len(args) == 0 {
		say(env.Errors, usage)
		return exitcode.Usage
	}
	if slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		say(env.Out, usage)
		return exitcode.OK
	}
	parse, known := commands()[args[0]]
	if !known {
		say(env.Errors, "operate: there is no command \""+args[0]+"\"\n\n"+usage)
		return exitcode.Usage
	}
	act, err := parse(args[1:], env)
	if errors.Is(err, flag.ErrHelp) {
		return exitcode.OK
	}
	code := exitcode.Usage
	if err == nil {
		code, err = work(ctx, env, act)
	}
	if err == nil {
		return code
	}
	env.Out.Keep()
	return report(env.Errors, args[0], err)
}

// commands reads the arguments of each command.
func commands() map[string]func(args []string, env environment) (action, error) {
	return map[string]func([]string, environment) (action, error){
		"start": parseStart, "stop": parseStop, "status": parseStatus, "recover": parseRecover,
		release.Enroll: parseEnroll, release.Maintenance: parseMaintenance, "done": parseDone,
		release.Retire: parseRetire, release.Cleanup: parseCleanup,
	}
}

func work(ctx context.Context, env environment, act action) (int, error) {
	aws, err := env.Connect(ctx)
	if err != nil {
		return exitcode.Failure, failed(err, nothingDone)
	}
	t := &tool{environment: env, services: aws}
	if t.stack, err = t.readStack(ctx); err != nil {
		return exitcode.Failure, err
	}
	return act(ctx, t)
}

// sleep waits on the real clock.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d) //nolint:forbidigo // the tool runs on the real clock
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
