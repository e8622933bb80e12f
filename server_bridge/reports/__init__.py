"""Reports: figures by day, week, month and school year, as pages, spreadsheets and letters."""
