"""People lists of schools: read from spreadsheets, compared, and imported."""
