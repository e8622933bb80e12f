"""The district's web site: live page, pages for signed-in users, API, metrics."""
