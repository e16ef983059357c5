"""Points by longitude and latitude: `id,lon,lat` in a CSV file."""
