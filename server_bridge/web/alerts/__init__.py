"""The alerts page: open alerts, resolved ones, what to do, who has acknowledged them."""
