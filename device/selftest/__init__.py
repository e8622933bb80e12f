"""The self-test: whether a gate is fit for service, and what to do if it is not."""
