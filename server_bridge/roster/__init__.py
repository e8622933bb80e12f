"""Build, sign and publish rosters of cards for gates."""
