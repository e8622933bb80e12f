"""The pages of reports, of the staff's yearly record, and of figures to confirm by a deadline."""
