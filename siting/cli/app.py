"""The command line: parse, call, print. No computing here, and no heavy import at start.

Help and messages are French unless `--lang en` (anywhere on the line) or `SITING_LANG=en` says
otherwise. What the user gave wrong ends with exit code 2 and one clear message, never a traceback;
what nobody foresaw ends with exit code 1 and names a report file to send.
"""

import contextlib
import errno
import os
import sys
import traceback
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, NoReturn, TextIO

import typer
from typer.core import TyperOption
from typer.exceptions import TyperException

from siting import texts
from siting.cli import (
    batch,
    brief,
    census,
    exports,
    incident,
    installation,
    location,
    maps,
    opinion,
    paper,
    plans,
    publish,
    report,
    roads,
    scores,
    slides,
    studies,
    survey,
    territories,
    times,
    viability,
    workshop,
)
from siting.errors import SitingError, system_detail
from siting.texts import text as t
from siting.version import __version__

UNLOADED = ("failed to map segment", "annot allocate memory", "paging file is too small")
"""What loaders of libraries say where memory is short: glibc, macOS, Windows."""
EXIT_OURS = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
OUT = ("-o", "--out")
COMPLETION = frozenset(("install_completion", "show_completion"))
HELP = frozenset(("-h", "--help"))
FEWEST_WORDS = 2  # of a command line that does something: fewer may show the help


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; the entry point of the `siting` command."""
    _speak_utf8(sys.stdout)
    _speak_utf8(sys.stderr)
    try:
        words = _take_language(list(sys.argv[1:] if arguments is None else arguments))
        _require_named_outputs(words)
        if len(words) < FEWEST_WORDS or not HELP.isdisjoint(words):  # else nobody sees its headings
            _translate_frame()
        status = _called(words)
    except SitingError as error:
        _fail(error.text())
    except (typer.Abort, KeyboardInterrupt):
        _interrupted()
    except TyperException as error:
        _fail(_usage(error))
    except BrokenPipeError:  # whoever reads has enough, as `head` does
        _end(EXIT_OURS)
    except Exception as error:  # noqa: BLE001 - the last frame: a sentence, never a traceback
        if _lacks_memory(error):
            _fail(t("cli.memory"))
        if isinstance(error, OSError):
            _fail(t("cli.system", path=_refused(error), detail=system_detail(error)))
        _unforeseen(error)
    if status == EXIT_INTERRUPTED:  # what typer makes of Ctrl-C
        _interrupted()
    _end(status)


def _called(words: list[str]) -> int:
    """Run a command, and print all that it says; give its exit code."""
    try:
        status = command()(args=words, prog_name="siting", standalone_mode=False)
    except typer.Exit as done:
        status = done.exit_code
    if sys.stdout is not None:
        sys.stdout.flush()
    return status if isinstance(status, int) else 0


def _interrupted() -> NoReturn:
    _tell(t("cli.interrupted"))
    _end(EXIT_INTERRUPTED)


def _tell(message: str) -> None:
    """Print on the standard error, if anybody listens there."""
    with contextlib.suppress(OSError):
        print(message, file=sys.stderr, flush=True)  # noqa: T201 - errors go to stderr


def _lacks_memory(error: BaseException | None) -> bool:
    """Whether the system had no memory left, be it to load a library."""
    while error is not None:
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        if isinstance(error, ImportError) and any(words in str(error) for words in UNLOADED):
            return True
        error = error.__cause__ or error.__context__
    return False


def _refused(error: OSError) -> str:
    """Files that the system refuses; the standard output where it was printing."""
    named = [str(name) for name in (error.filename, error.filename2) if name]
    if named:
        return ", ".join(named)
    if not _stands():
        return t("cli.working_folder")
    frames = traceback.extract_tb(error.__traceback__)
    printing = any(f"{os.sep}rich{os.sep}" in frame.filename for frame in frames)
    return t("cli.standard_output") if printing or not _printed() else "?"


def _stands() -> bool:
    """Whether the folder that one works in is still there."""
    try:
        Path.cwd()
    except OSError:
        return False
    return True


def _printed() -> bool:
    """Whether what was said has reached the standard output; no where that is full or closed."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        return False
    return True


def _end(code: int) -> NoReturn:
    """End; an output that is full or closed is left, so that the interpreter says nothing of it."""
    if not _printed():
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _unforeseen(error: Exception) -> NoReturn:
    """Keep what a maintainer needs in a file, and name it in one sentence."""
    path = incident.write(error)
    key = "cli.unforeseen" if path else "cli.unforeseen_unwritten"
    _tell(t("cli.error", message=t(key, kind=type(error).__name__, path=path)))
    _end(EXIT_OURS)


def build() -> typer.Typer:
    """Make the application, its texts in the current language."""
    app = typer.Typer(
        name="siting",
        help=t("cli.help"),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def root(
        lang: Annotated[str, typer.Option(help=t("cli.lang"), metavar="fr|en")] = texts.language(),
        version: Annotated[
            bool, typer.Option("--version", help=t("cli.version"), callback=_version, is_eager=True)
        ] = False,
    ) -> None:
        pass

    for family in (
        territories,
        studies,
        batch,
        times,
        roads,
        scores,
        location,
        census,
        survey,
        viability,
        opinion,
        plans,
        maps,
        exports,
        report,
        brief,
        slides,
        publish,
        paper,
        workshop,
        installation,
    ):
        family.add(app)
    return app


def command() -> Any:
    """The application as a command; typer's own options, of completion, in the current language."""
    made = typer.main.get_command(build())
    for parameter in made.params:
        if parameter.name in COMPLETION and isinstance(parameter, TyperOption):
            parameter.help = t(f"cli.frame.{parameter.name}")
    return made


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's calling convention
    if wanted:
        print(f"siting {__version__}")  # noqa: T201 - what the option is for
        raise typer.Exit


def _take_language(words: list[str]) -> list[str]:
    """Take `--lang xx` out of the words, wherever it stands, and speak it from now on."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name != "--lang":
            kept.append(word)
            continue
        value = value if equals else next(rest, "")
        if value not in texts.LANGUAGES:
            _fail(t("cli.bad_language", value=value))
        texts.set_language(value)
    return kept


def _require_named_outputs(words: list[str]) -> None:
    """Refuse an output of no name: it would be the folder that one works in."""
    for word, following in zip_longest(words, words[1:]):
        name, equals, value = word.partition("=")
        named = value if name == "--out" and equals else following if word in OUT else None
        if named is not None and not named.strip():
            _fail(t("cli.empty_out"))


def _translate_frame() -> None:
    """Give the help's own headings the current language."""
    from typer import rich_utils as frame

    frame.ARGUMENTS_PANEL_TITLE = t("cli.frame.arguments")
    frame.OPTIONS_PANEL_TITLE = t("cli.frame.options")
    frame.COMMANDS_PANEL_TITLE = t("cli.frame.commands")
    frame.DEFAULT_STRING = t("cli.frame.default")
    frame.REQUIRED_LONG_STRING = t("cli.frame.required")


def _usage(error: TyperException) -> str:
    """Say a mistake in the command's words in the current language."""
    parameter = getattr(error, "param", None)
    name = getattr(error, "option_name", None) or (parameter and parameter.get_error_hint()) or ""
    if error.message.startswith("No such command"):
        return t("cli.usage.command", name=error.message.split("'")[1])
    if error.message.startswith("Got unexpected extra argument"):
        return t("cli.usage.extra", words=error.message.partition(" (")[2].removesuffix(")"))
    key = f"cli.usage.{type(error).__name__}"
    if not texts.has(key):
        return t("cli.usage.other", detail=error.format_message())
    return t(key, name=name, detail=_detail(error))


def _detail(error: TyperException) -> str:
    """Say what a refused value should have been, in the words of a refused configuration."""
    if error.__cause__ is None:
        return error.message
    from pydantic import ValidationError

    from siting.config.reading import expected

    cause = error.__cause__
    return expected(cause.errors()[0]) if isinstance(cause, ValidationError) else error.message


def _fail(message: str) -> NoReturn:
    _tell(t("cli.error", message=message))
    _end(EXIT_USAGE)


def _speak_utf8(stream: TextIO) -> None:
    """French needs accents, whatever the console's code page is."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="replace")
