"""The optimisation: module, losses, schedules, initialisation and callbacks."""
