"""The optimisation: module, losses, schedules and callbacks."""
