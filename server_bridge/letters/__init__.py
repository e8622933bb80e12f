"""Official letters, as spreadsheets and as PDF."""
