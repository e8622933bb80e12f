"""Draw synthetic camera scenes: people who hold up cards at a school gate."""
