"""Roads to graph, speeds by date, snapping, hierarchy and tree kernels, off-road surface."""
