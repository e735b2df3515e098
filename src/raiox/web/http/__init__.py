"""What HTTP itself asks for: time-outs, middleware, request checks, bodies, problem+json."""
