"""Where télécentres and public-service hubs should stand."""

__version__ = "0.1.0"
