package storm

import (
	"fmt"
	"time"

	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/standin/cloudfront"
)

// stamp is the time since the beginning, as a line of the timeline begins.
func (s *storm) stamp() string {
	if s.w == nil {
		return "           "
	}
	return fmt.Sprintf("%10s ", s.w.Clock.Now().Sub(s.start).Truncate(100*time.Millisecond))
}

// narrate tells of an execution's events what a person wants to know.
func (s *storm) narrate(x *asl.Execution, e asl.Event) {
	switch {
	case e.StateEntered != nil:
		s.say(fmt.Sprintf("%s%-14s → %s", s.stamp(), x.Name(), e.StateEntered.Name))
	case e.LambdaFunctionFailed != nil:
		s.say(fmt.Sprintf("%s%-14s   %s fails: %s %s", s.stamp(), x.Name(), x.State(), e.LambdaFunctionFailed.Error, shorten(e.LambdaFunctionFailed.Cause)))
	case x.Status() != asl.Running:
		s.say(fmt.Sprintf("%s%-14s ENDS    %s %s", s.stamp(), x.Name(), endOf(x), shorten(x.Cause())))
	}
}

func (s *storm) narrateWrite(wr cloudfront.Write, by *actor) {
	who := "somebody in the console"
	if by != nil && by.call.Execution != nil {
		who = by.call.Execution.Name() + " (" + by.call.State + ")"
		if by.late {
			who += ", late"
		}
	}
	what := ""
	if wr.Policy != nil {
		what = fmt.Sprintf(" enabled %t, weight %.2f", wr.Policy.Enabled, wr.Policy.Weight)
	}
	s.say(fmt.Sprintf("%s        WRITE %s %s%s by %s", s.stamp(), wr.Operation, wr.ID, what, who))
}

func shorten(text string) string {
	const most = 300
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}
