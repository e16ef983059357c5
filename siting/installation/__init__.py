"""What an installation is fit for: checks of this machine, and the embedded studies to try out."""
