"""Nothing in the code is unfit for Windows or macOS: what cannot be run there is read instead."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = [  # benchmarks run on one machine, and tests say where they skip
    ROOT / "hatch_build.py",
    *sorted(
        path
        for folder in ("siting", "scripts", "examples")
        for path in (ROOT / folder).rglob("*.py")
        if not {"embedded", "node_modules"} & set(path.parts)
    ),
]

UNIX_MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios"}
UNIX_NAMES = {
    *("os.fork", "os.getuid", "os.geteuid", "os.getpgid", "os.killpg", "os.mkfifo", "os.setsid"),
    *("os.sysconf", "os.uname", "os.sched_getaffinity", "os.getloadavg"),
    *("signal.SIGALRM", "signal.SIGHUP", "signal.SIGKILL", "signal.SIGUSR1", "signal.SIGUSR2"),
}
UNIX_PLACES = re.compile(r"/(tmp|usr|home|dev|proc|etc|var|opt|bin)(/|$)")
GUARD = re.compile(r"sys\.platform|os\.name|hasattr\(os")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or an attribute, else an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    inner = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{inner}.{node.attr}" if inner else ""


def given(call: ast.Call) -> dict[str, object]:
    """Keywords of a call, the values of those that are constants."""
    return {key.arg: getattr(key.value, "value", ...) for key in call.keywords if key.arg}


def mode(call: ast.Call, place: int) -> str:
    """Mode in which a call opens a file; text where it says none."""
    words = given(call)
    if "mode" in words:
        return str(words["mode"])
    argument = call.args[place] if len(call.args) > place else None
    return str(argument.value) if isinstance(argument, ast.Constant) else "r"


def wrong_opening(call: ast.Call, name: str) -> str:
    """What is unfit in how a file is opened; an empty text if nothing."""
    words, whole = given(call), dotted(call.func)
    opens = {"open": "b" not in mode(call, 1), "io.open": "b" not in mode(call, 1)}
    opens |= {"gzip.open": "t" in mode(call, 1), "bz2.open": "t" in mode(call, 1)}
    if name in ("read_text", "write_text"):
        opens[whole] = len(call.args) < (2 if name == "write_text" else 1)
    if opens.get(whole) and "encoding" not in words:
        return "opens text without its encoding"
    if name == "write_text" and "newline" not in words:
        return "lets the system choose line ends"
    if name == "NamedTemporaryFile" and words.get("delete") is not False:
        return "a file that Windows opens once only"
    return ""


def wrong_start(call: ast.Call, name: str) -> str:
    """What is unfit in how a process is started; an empty text if nothing."""
    words = given(call)
    if words.get("shell") is True:
        return "needs a shell"
    if words.get("text") is True and "encoding" not in words:
        return "reads a process without its encoding"
    ways = [getattr(word, "value", "") for word in call.args]
    if name == "get_context" and ways not in (["spawn"], ["forkserver"]):
        return "starts processes as Windows cannot"
    if name == "ProcessPoolExecutor" and "mp_context" not in words:
        return "starts processes as the system does"
    return ""


def wrong_call(call: ast.Call) -> str:
    """What is unfit in a call; an empty text if nothing."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)
    return wrong_opening(call, name) or wrong_start(call, name)


def unfit(source: str) -> list[str]:
    """What is unfit in a file, with its line."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    lines = source.splitlines()
    guarded = {
        id(node)
        for function in functions
        if GUARD.search("\n".join(lines[function.lineno - 1 : function.end_lineno]))
        for node in ast.walk(function)
    }
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    problems = []
    for node in ast.walk(tree):
        reason = ""
        if isinstance(node, ast.Call):
            reason = wrong_call(node)
        elif isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in guarded:
            names = [alias.name for alias in node.names]
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            reason = "imports a module of Unix" if UNIX_MODULES & set(names) else ""
        elif isinstance(node, ast.Attribute) and id(node) not in guarded:
            reason = "asks what Unix alone has" if dotted(node) in UNIX_NAMES else ""
        elif isinstance(node, ast.Constant) and id(node) not in documented:
            place = isinstance(node.value, str) and UNIX_PLACES.match(node.value)
            reason = "names a folder of Unix" if place else ""
        if reason:
            problems.append(f"{node.lineno}: {reason}")
    return problems


def test_the_code_is_fit_for_windows():
    problems = [
        f"{path.relative_to(ROOT).as_posix()}:{problem}"
        for path in CODE
        for problem in unfit(path.read_text(encoding="utf-8"))
    ]
    assert problems == []


@pytest.mark.parametrize(
    "line",
    [
        "import fcntl",
        "from resource import getrusage",
        "import os\nos.fork()",
        "import signal\nsignal.alarm(signal.SIGALRM)",
        "open('a.csv')",
        "open('a.csv', 'w', newline='')",
        "import gzip\ngzip.open('a.gz', 'rt')",
        "path.read_text()",
        "path.write_text('a', encoding='utf-8')",
        "folder = '/tmp/siting'",
        "import tempfile\ntempfile.NamedTemporaryFile()",
        "run(['a'], shell=True)",
        "run(['a'], text=True)",
        "ProcessPoolExecutor(2)",
        "multiprocessing.get_context('fork')",
    ],
)
def test_what_windows_lacks_is_seen(line):
    assert len(unfit(line)) == 1


@pytest.mark.parametrize(
    "lines",
    [
        "open('a.bin', 'rb')",
        "path.read_text('utf-8')",
        "import gzip\ngzip.open('a.gz')",
        "def f():\n    if os.name != 'nt':\n        import fcntl\n        return os.getuid()",
        "'/tmp is told of in a docstring'",
        "multiprocessing.get_context('spawn')",
    ],
)
def test_what_is_fit_passes(lines):
    assert unfit(lines) == []


def test_names_of_files_are_fit_for_windows():
    """No sign that Windows refuses, no reserved name, no two that differ by case alone."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout.decode("utf-8")
    names = [name for name in listed.split("\0") if name]
    if not names:
        pytest.skip("no git repository: the files of the project are not known")
    parts = {part for name in names for part in name.split("/")}
    assert [part for part in parts if re.search(r'[<>:"|?*\\]|[. ]$', part)] == []
    assert [part for part in parts if RESERVED.fullmatch(part)] == []
    assert len({name.lower() for name in names}) == len(names)
    assert max(map(len, names)) < 180  # below 260 with the folder that a clone stands in
