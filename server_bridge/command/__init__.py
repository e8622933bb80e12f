"""The subcommands of `gate-bridge`, one module a subject."""
