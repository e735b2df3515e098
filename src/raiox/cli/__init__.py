"""The command line: one file per command. It reads the settings and hands them on.

A command's file imports what its work needs inside its functions, so that `--help` answers
at once. What commands share lies beside them: options, settings, errors, progress bars.
"""
