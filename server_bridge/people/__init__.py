"""People: their names, the spreadsheets they come from, the lists they are on."""
