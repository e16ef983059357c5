"""Coverage, opportunities, catchments, equity, mesh, digital layer."""
