"""The front door for those who write Python: frames in, tidy frames out."""
