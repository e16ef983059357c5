"""What a site costs and earns, and what it changes around it."""
