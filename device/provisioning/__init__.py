"""A gate that has no identity yet: its ticket, its enrolment, its self-test."""
