"""What belongs to HTTP itself: time-outs, middleware, request checks, bodies, problem+json."""
