"""Whether a gate is fit for service: what is looked at, what is found, and what to do about it."""
