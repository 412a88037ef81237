"""The command `bnsym`: prove, generate, verify, and all of it.  Heavy modules are imported when needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from bnsym import __version__
from bnsym.report.summary import EXIT_CODES
from bnsym.report.trouble import explain

if TYPE_CHECKING:
    from bnsym.report.progress import Tell
    from bnsym.report.work import Found

INTERRUPTED = 130

EXAMPLES = """\b
Examples:
  bnsym verify my_norm.py:forward my_norm.py:backward
  bnsym verify my_norm.py:BatchNorm --layout NCHW
  bnsym verify my_norm.py:forward --layer batch_norm

"""
EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code}  {meaning}" for code, meaning in EXIT_CODES.items())
VERIFY_EPILOG = EXAMPLES + EPILOG


class Cli(click.Group):
    """A group whose commands end a user's mistake with one message and its exit code, no traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; explain what it raises.  A bug in bnsym keeps its traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except (Exception, SystemExit) as error:
            told = explain(error)
            if told is None:
                raise
            click.echo(f"error: {told.message}", err=True)
            ctx.exit(told.exit_code)


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Write one JSON document to standard output."
)
path_type = click.Path(path_type=Path)


@click.group(cls=Cli, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", message="bnsym %(version)s")
def main() -> None:
    """Derive, prove, generate and check normalization layers, for every size."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a claim may hold letters that the terminal's encoding lacks
            stream.reconfigure(errors="backslashreplace")


@main.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, type=path_type, metavar="[PATH]...")
@click.option("-v", "--verbose", is_flag=True, help="Show each theorem's definitions, lines and reasons.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "github"]),
    default="table",
    show_default=True,
    help="Show a table, JSON, or the table with GitHub's annotations of the failing lines.",
)
@click.option("--certificates", type=path_type, metavar="DIR", help="Write a certificate a theorem to DIR.")
@json_option
def prove(
    paths: tuple[Path, ...], verbose: bool, form: str, certificates: Path | None, as_json: bool
) -> None:
    """Check derivations: the files and folders given, or the project's.

    Every claim is proved for all sizes, refuted by the smallest counterexample, or unknown. A verdict
    that its derivation does not expect is marked and ends in exit code 1, or 3 if it is unknown.
    """
    from bnsym.report import certificates as archive
    from bnsym.report import work
    from bnsym.report.github import annotated

    def check(tell: Tell) -> Found:
        return archive.prove(paths, certificates, tell) if certificates else work.prove(paths, tell)

    form = "json" if as_json else form
    _do("prove", form == "json", annotated(check) if form == "github" else check, verbose)


@main.command(epilog=EPILOG)
@click.argument("layer")
@click.option("-o", "--output", type=path_type, required=True, metavar="DIR", help="Where LAYER.py goes.")
@click.option(
    "--backend",
    type=click.Choice(["numpy", "c"]),
    default="numpy",
    show_default=True,
    help="One NumPy module, or C with a module that builds and calls it.",
)
@json_option
def generate(layer: str, output: Path, backend: str, as_json: bool) -> None:
    """Write the kernels of a layer: DIR/LAYER.py, or in C DIR/LAYER.c, LAYER.h and LAYER_c.py.

    The text is read back first: run on symbolic arrays, what it returns must be proved to be what the
    equations and their derivatives say, for every size. Of C, the formulas are read back; its loops are
    not. If a claim is not proved, nothing is written.
    """
    from bnsym.report import work

    _do("generate", as_json, lambda tell: work.generate([layer], output, tell, backend))


@main.command(epilog=VERIFY_EPILOG)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--layout", default="", metavar="NCHW", help="The axes of the input, a letter a size.")
@click.option("--arg", "roles", multiple=True, metavar="NAME=ROLE", help="What an argument is; see above.")
@click.option(
    "--gradient", "gradients", multiple=True, metavar="NAME=PLACE", help="Where a gradient is found."
)
@click.option("--output-at", default="", metavar="PLACE", help="Where the forward's output is: result[0].")
@click.option("--size", "sizes", multiple=True, metavar="NAME=3", help="A number for a size: no proof then.")
@click.option("--layer", default="", metavar="LAYER", help="The layer that a forward alone is to compute.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="For each forward and backward; 0: no limit.",
)
@click.option("--certificates", type=path_type, metavar="DIR", help="Write one for each gradient proved.")
@click.option("--kill-matrix", is_flag=True, help="For DIR: show which check kills which wrong kernel.")
@json_option
def verify(targets: tuple[str, ...], kill_matrix: bool, as_json: bool, **options: Any) -> None:
    """Prove a hand-written NumPy backward right for every size, or show the smallest input that breaks it.

    TARGET is FILE.py:function, FILE.py:Class, FILE.py:Class.method, package.module:Class, FILE.py (every pair
    in it), or DIR. A backward is held against the derivative of its own forward, so name both; a forward
    alone against a layer of the catalogue. The code that you name is imported and run, on symbols and on
    small arrays, with your rights; no other is.

    What arguments are is guessed from their names, told, and can be said with --arg NAME=ROLE, where ROLE is
    upstream, scalar, number, size:G, shape:C,H,W, at:result[1], sizes of an array (N,C,H,W), or a literal.

    DIR is a folder of kernels by `bnsym generate`: these are checked by numbers, against finite differences,
    50-digit values, on hostile inputs and illegal calls, and the checks by a table of wrong kernels.
    """
    from bnsym.report import code, work

    if len(targets) == 1 and (Path(targets[0]).is_dir() or code.is_folder_name(targets[0])):
        _do("verify", as_json, lambda tell: work.verify(Path(targets[0]), tell, kill_matrix))
    else:
        _do("verify code", as_json, lambda tell: code.verify(targets, options, tell))


@main.command(epilog=EPILOG)
@click.option("-o", "--output", type=path_type, metavar="DIR", help="Keep the kernels in DIR.")
@json_option
def run(output: Path | None, as_json: bool) -> None:
    """Prove, generate and verify everything.

    The project's derivations are proved, every layer's kernels generated, and those verified.
    """
    from bnsym.report import work

    with _kernel_folder(output) as directory:
        _do("run", as_json, lambda tell: work.everything(directory, tell))


@main.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, type=path_type, metavar="[PATH]...")
@click.option("--coq", "directory", type=path_type, required=True, metavar="DIR", help="Where the files go.")
@json_option
def export(directory: Path, paths: tuple[Path, ...], as_json: bool) -> None:
    """Write every theorem as a Coq file over a small library of its own.

    The theorems of the derivations given, or of the project's, as they are stated there.
    """
    from bnsym.report import coq

    _do("export --coq", as_json, lambda tell: coq.export(directory, paths, tell))


@main.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, type=path_type, metavar="[PATH]...")
@click.option("--coq", "by_coq", is_flag=True, help="By Coq: derivations, or a folder of exported files.")
@json_option
def check(paths: tuple[Path, ...], by_coq: bool, as_json: bool) -> None:
    """Check theorems again, by something else than the prover.

    Certificates are replayed: the files given, and the *.json in folders; a folder of kernels with what
    they stand on. Neither SymPy nor the prover has a part in it.

    With --coq every theorem of the derivations given, or of the project's, is checked by Coq. A folder of
    exported files must hold what these derivations export.
    """
    from bnsym.report import certificates, coq

    if by_coq:
        _do("check --coq", as_json, lambda tell: coq.check(paths, tell))
    else:
        _do("check", as_json, lambda tell: certificates.check(paths, tell))


def _do(command: str, as_json: bool, work: Callable[[Tell], Found], verbose: bool = False) -> None:
    """Work under a progress display, show what it found, end with its exit code."""
    from bnsym.report.progress import progress

    start = perf_counter()
    with progress(wanted=not as_json) as tell:
        found = work(tell)
    seconds = perf_counter() - start
    if as_json:
        from bnsym.report.json import document

        click.echo(document(command, found, seconds))
    else:
        from bnsym.report.terminal import show

        show(command, found, seconds, verbose)
    click.get_current_context().exit(found.exit_code)


@contextmanager
def _kernel_folder(output: Path | None) -> Iterator[Path]:
    """The folder that was asked for, or one that is gone afterwards."""
    if output is not None:
        yield output
        return
    with TemporaryDirectory(prefix="bnsym-") as name:
        yield Path(name)
