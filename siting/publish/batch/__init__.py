"""Many studies as one: territories, scenarios, modes and periods, on one machine or several."""
