"""Find a Chromium for the browser tests, install it where that is possible, or say what to install.

Exits 0 either way: without one, the browser tests are skipped and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")


def find() -> str | None:
    """Path of a browser: SITING_CHROMIUM, or one of the usual names."""
    named = os.environ.get("SITING_CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    """Install Debian's package, as root on a system that has apt-get."""
    apt = shutil.which("apt-get")
    if apt and getattr(os, "geteuid", lambda: 1)() == 0:
        for words in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            subprocess.run([apt, *words], check=False, stdout=subprocess.DEVNULL)  # noqa: S603


def main() -> None:
    """Say which browser the tests will use."""
    if find() is None:
        install()
    found = find()
    if found:
        print(f"browser tests use {found}")
    else:
        print(
            "no Chromium found: browser tests will be skipped. Install chromium, Chrome or Edge, "
            "or set SITING_CHROMIUM to its path.",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
