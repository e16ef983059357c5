"""The version of the package, for its metadata, its reports and its manifests."""

__version__ = "0.1.0"
