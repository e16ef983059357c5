"""What siting is made of is pinned with hashes, and listed in the wheel."""

from __future__ import annotations

import base64
import importlib.util
import re
import sys
import tomllib
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pins(name):
    """Versions and hashes by distribution."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.split("\n", 1)[1])
    found = {}
    for entry in entries:
        named = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", entry)
        assert named, entry
        found[named[1]] = (named[2], re.findall(r"--hash=(\w+:[0-9a-f]+)", entry))
    return found


def plain(requirement):
    return re.split(r"[<>=!~ \[;]", requirement, maxsplit=1)[0].lower().replace("_", "-")


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def hook():
    """The build hook, without hatchling: only its interface is imported from there."""
    parents = "hatchling.builders.hooks.plugin.interface"
    stand_in = types.ModuleType(parents)
    stand_in.BuildHookInterface = object
    saved = sys.modules.get(parents)
    sys.modules[parents] = stand_in
    try:
        spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        if saved is None:
            del sys.modules[parents]
        else:
            sys.modules[parents] = saved
    return module


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_its_hashes(name):
    for version, hashes in pins(name).values():
        assert re.match(r"\d", version)
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes)


def test_every_dependency_is_pinned(project):
    runtime, every = (pins(name) for name in LOCKS)
    wanted = project["project"]["dependencies"]
    assert {plain(each) for each in wanted} <= set(runtime)
    more = project["project"]["optional-dependencies"]["dev"] + project["build-system"]["requires"]
    assert {plain(each) for each in more} <= set(every)
    assert {name: every[name] for name in runtime} == runtime  # one version, one set of hashes


def test_compiled_packages_are_pinned_for_every_system():
    """Wheels of three systems and three Pythons: more than one file each."""
    for name in ("numpy", "llvmlite", "pyogrio", "shapely"):
        assert len(pins("requirements.lock")[name][1]) >= 9, name


def test_the_bill_lists_what_is_pinned(hook):
    bill = hook.bill_of_materials("9.9")
    assert bill == hook.bill_of_materials("9.9")
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    listed = {(each["purl"], each["scope"]) for each in bill["components"]}
    runtime = {(f"pkg:pypi/{n}@{v}", "required") for n, (v, _) in pins(LOCKS[0]).items()}
    leaflet = f"pkg:npm/leaflet@{hook.PACKAGES['leaflet'][0]}"
    tools = {
        (f"pkg:npm/{name.replace('@', '%40')}@{release}", "excluded")
        for name, (release, _) in hook.TOOLS.items()
    }
    assert listed == runtime | {(leaflet, "required")} | tools
    (used,) = (each for each in bill["components"] if each["purl"] == leaflet)
    digest = bytes.fromhex(used["hashes"][0]["content"])
    assert base64.b64encode(digest).decode() == hook.PACKAGES["leaflet"][1]
    (depends,) = bill["dependencies"]
    assert set(depends["dependsOn"]) == {purl for purl, scope in listed if scope == "required"}
