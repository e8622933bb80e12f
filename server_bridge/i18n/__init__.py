"""Languages: phrases, number and date formats, Vietnamese names and their sorting order."""
