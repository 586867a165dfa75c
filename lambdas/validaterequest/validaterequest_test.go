package validaterequest_test

import (
	"testing"

	"cloudfront-cd/internal/standin/transport"
)

func TestX(t *testing.T) { _ = transport.Throttled() }
