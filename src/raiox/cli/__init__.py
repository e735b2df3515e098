"""The command line: one file per command, and the only place that builds Settings.

A command's file imports what its work needs inside its functions, so that `--help` answers
at once. What commands share lies beside them: options, settings, errors, progress bars.
"""
