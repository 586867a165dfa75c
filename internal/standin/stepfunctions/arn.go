package stepfunctions

import (
	"strings"

	"cloudfront-cd/internal/asl"
)

// execution finds an execution by its ARN.
func (s *Server) execution(arn string) (*asl.Execution, error) {
	if err := checkARN(arn, "execution", 8); err != nil {
		return nil, err
	}
	x, ok := s.engine.Execution(arn)
	if !ok {
		return nil, badRequest("ExecutionDoesNotExist", "Execution Does Not Exist: '"+arn+"'")
	}
	return x, nil
}

// machine finds a state machine by its ARN.
func (s *Server) machine(arn string) (*asl.Machine, error) {
	if err := checkARN(arn, "stateMachine", 7); err != nil {
		return nil, err
	}
	for _, m := range s.machines {
		if m.ARN == arn {
			return m, nil
		}
	}
	return nil, badRequest("StateMachineDoesNotExist", "State Machine Does Not Exist: '"+arn+"'")
}

// checkARN refuses what is not the ARN of that kind of resource. The texts for another prefix (localstack,
// test_describe_execution_invalid_arn) and another kind (radkawar/stackd, testdata/aws/stepfunctions/redrive_execution.json)
// were recorded from AWS.
func checkARN(arn, kind string, parts int) error {
	part := strings.Split(arn, ":")
	switch {
	case len(part) < 6 || part[0] != "arn" || part[2] != "states":
		return badRequest("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: "+arn+"'")
	case part[5] != kind:
		return badRequest("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: "+part[5]+"'")
	case len(part) != parts:
		return badRequest("InvalidArn", "Invalid Arn: '"+arn+"'")
	default:
		return nil
	}
}
