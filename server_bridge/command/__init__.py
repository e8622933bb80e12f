"""The subcommands of `gate-bridge`, by what they are about."""
