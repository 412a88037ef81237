"""A kernel, its certificates and its layer's equations: `bnsym check` sees what changes in one of them."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from shutil import copytree, rmtree

import added_layers
import pytest
from small_script import bnsym

from bnsym.errors import InternalError
from bnsym.kernels.belonging import replay_kernel
from bnsym.kernels.head import LIST_LINE, OWN_LINE, equation, own_hash, read_head
from bnsym.layers.table import LAYERS, layer
from bnsym.proof.replay import LIST
from bnsym.verify.emitted.generate import generate, write

Y = "layer_norm.certificates/forward.y.json"


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated")
    for name in LAYERS:
        generate(name, folder)
    return folder


@pytest.fixture
def kernels(generated, tmp_path):
    """A copy to spoil."""
    return copytree(generated, tmp_path / "kernels")


def replace_in(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def relist(kernels, layer_name="layer_norm"):
    """Make hashes fit again: of the list, and of the kernel's text; as a forger would."""
    folder, kernel = kernels / f"{layer_name}.certificates", kernels / f"{layer_name}.py"
    sums = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.json")}
    (folder / LIST).write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))
    rehash(kernel, LIST_LINE, sha256((folder / LIST).read_bytes()).hexdigest())
    rehash(kernel, OWN_LINE, own_hash(kernel.read_text()))


def rehash(kernel, start, digest):
    lines = kernel.read_text().splitlines(keepends=True)
    kernel.write_text("".join(f"{start}{digest}\n" if line.startswith(start) else line for line in lines))


def code_edited(kernels):
    replace_in(kernels / "layer_norm.py", "np.sum(", "np.mean(")


def equation_edited(kernels):
    replace_in(kernels / "layer_norm.py", "sqrt(epsilon + var[n])", "sqrt(epsilon + 2*var[n])")
    relist(kernels)


def comment_added(kernels):
    with (kernels / "layer_norm.py").open("a") as file:
        file.write("# mine\n")


def own_hash_removed(kernels):
    kernel = kernels / "layer_norm.py"
    kernel.write_text("".join(x for x in kernel.read_text().splitlines(True) if not x.startswith(OWN_LINE)))


def certificate_edited(kernels):
    (kernels / Y).write_text((kernels / Y).read_text() + "\n")


def certificate_missing(kernels):
    (kernels / Y).unlink()


def certificate_missing_and_unlisted(kernels):
    (kernels / Y).unlink()
    relist(kernels)


def certificates_missing(kernels):
    rmtree(kernels / "layer_norm.certificates")


def list_missing(kernels):
    (kernels / "layer_norm.certificates" / LIST).unlink()


def list_of_another(kernels):
    (kernels / "layer_norm.certificates" / LIST).write_bytes(
        (kernels / "batch_norm.certificates" / LIST).read_bytes()
    )


def theorem_of_another_layer(kernels):
    (kernels / Y).write_bytes((kernels / "batch_norm.certificates" / "forward.y.json").read_bytes())
    relist(kernels)


def theorem_of_another_function(kernels):
    (kernels / Y).write_bytes((kernels / "layer_norm.certificates" / "forward.var.json").read_bytes())
    relist(kernels)


def theorem_of_other_equations(kernels):
    found = json.loads((kernels / "batch_norm.certificates" / "forward.y.json").read_bytes())
    (kernels / Y).write_text(json.dumps({**found, "theorem": "layer_norm.forward.y"}))
    relist(kernels)


def proof_broken(kernels):
    found = json.loads((kernels / Y).read_bytes())
    found["proof"][0]["steps"] = found["proof"][0]["steps"][:-1]
    (kernels / Y).write_text(json.dumps(found))
    relist(kernels)


def kernel_missing(kernels):
    (kernels / "layer_norm.py").unlink()


# what was done, what is told, the exit code
STALE = [
    (code_edited, "its text is not the text that was generated", 4),
    (comment_added, "its text is not the text that was generated", 4),
    (own_hash_removed, "its text is not the text that was generated", 4),
    (equation_edited, "which is not among the kernel's equations", 4),
    (certificate_edited, "forward.y.json is not the certificate that it was generated with", 4),
    (certificate_missing, "forward.y.json is unreadable", 4),
    (certificate_missing_and_unlisted, "lists other certificates than its theorems have", 4),
    (certificates_missing, "layer_norm.certificates/SHA256SUMS, is missing", 4),
    (list_missing, "layer_norm.certificates/SHA256SUMS, is missing", 4),
    (list_of_another, "is not the list that it was generated with", 4),
    (theorem_of_another_layer, "forward.y.json is about another theorem, batch_norm.forward.y", 4),
    (theorem_of_another_function, "forward.y.json is about another theorem, layer_norm.forward.var", 4),
    (theorem_of_other_equations, "forward.y.json defines mean[c] = sum(x[n, c], n=1..N)/N, which is not", 4),
    (proof_broken, "forward.y.json is invalid", 4),
    (kernel_missing, "layer_norm.py is unreadable: No such file", 2),
]


def test_what_was_generated_belongs_together(generated):
    done = bnsym("check", generated)
    assert done.exit_code == 0, done.output
    assert "✓ batch_norm.py " in done.stdout
    assert "belongs to its 7 certificates and its equations" in done.stdout
    assert "19 valid, 0 invalid, 0 unreadable; " in done.stdout


@pytest.mark.parametrize(("spoil", "told", "code"), STALE, ids=[row[0].__name__ for row in STALE])
def test_what_is_stale_is_seen(kernels, spoil, told, code):
    spoil(kernels)
    done = bnsym("check", kernels)
    assert done.exit_code == code, done.output
    assert told in done.stdout
    assert "✓ batch_norm.py " in done.stdout
    assert "✗ layer_norm.py " in done.stdout


def test_a_kernel_may_be_given_by_itself(kernels):
    assert bnsym("check", kernels / "layer_norm.py").exit_code == 0
    code_edited(kernels)
    assert bnsym("check", kernels / "batch_norm.py").exit_code == 0
    assert bnsym("check", kernels / "layer_norm.py").exit_code == 4


def test_the_layer_that_bnsym_has_today_is_compared(generated, monkeypatch):
    changed = {**LAYERS, "layer_norm": lambda: layer("batch_norm")}
    monkeypatch.setattr("bnsym.layers.table.LAYERS", changed)
    kernel, *certificates = replay_kernel(generated / "layer_norm.py")
    assert kernel.reason == "bnsym's layer layer_norm has other equations today; generate it anew"
    assert all(each.as_expected for each in certificates)


def test_generating_anew_mends_all_and_removes_what_is_gone(kernels):
    certificate_edited(kernels)
    code_edited(kernels)
    generate("layer_norm", kernels)
    assert bnsym("check", kernels).exit_code == 0


# layer, how many of its theorems have certificates: reserved names, a variance that no sign shows to be >= 0
OWN = [("rms_norm", 5), ("clashing_names", 11), ("backwards_layer_norm", 8)]


@pytest.mark.parametrize(("name", "theorems"), OWN)
def test_a_layer_of_ones_own_has_certificates_too(tmp_path, name, theorems):
    write(added_layers.LAYERS[name](), tmp_path)
    kernel, *certificates = replay_kernel(tmp_path / f"{name}.py")
    assert kernel.as_expected, kernel.reason
    assert len(certificates) == theorems


def test_a_theorem_without_a_certificate_is_told_everywhere(tmp_path, monkeypatch):
    from bnsym.kernels import promises as module

    honest = module.write_claim_certificate

    def write_some(name, claim):
        if "grad_x" in name:
            raise InternalError("refused by the checker")
        return honest(name, claim)

    monkeypatch.setattr(module, "write_claim_certificate", write_some)
    made = write(layer("layer_norm"), tmp_path)
    assert made.uncertified == ("layer_norm.backward.grad_x",)
    assert "layer_norm.backward.grad_x      needs epsilon > 0; no certificate\n" in made.path.read_text()
    kernel, *certificates = replay_kernel(made.path)
    assert kernel.as_expected, kernel.reason
    assert kernel.statement.endswith(
        "without a certificate, and not checked here: layer_norm.backward.grad_x"
    )
    assert len(certificates) == 6


BARE = """
import sys
sys.modules.update(dict.fromkeys(("numpy", "mpmath")))
class Blocked:
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] == "sympy":
            raise ImportError("SymPy is blocked")
sys.meta_path.insert(0, Blocked)
import importlib.util
importlib.util.find_spec = lambda name: None
from pathlib import Path
from bnsym.errors import InternalError
from bnsym.kernels.belonging import replay_kernel
print([each.result.value for each in replay_kernel(Path(sys.argv[1]))])
"""


def test_all_but_the_comparison_with_todays_layer_needs_no_sympy(kernels):
    def results():
        command = [sys.executable, "-c", BARE, kernels / "layer_norm.py"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert results() == str(["valid"] * 8)
    code_edited(kernels)
    assert results() == str(["invalid"] + ["valid"] * 7)


@pytest.mark.parametrize("name", LAYERS)
def test_the_head_is_read_as_it_is_written(generated, name):
    head = read_head((generated / f"{name}.py").read_text())
    assert (head.layer, head.untouched) == (name, True)
    assert head.equations == tuple(map(equation, layer(name).definitions.values()))
    assert {f"{theorem.removeprefix(name)[1:]}.json" for theorem in head.theorems} == {
        path.name for path in Path(generated / f"{name}.certificates").glob("*.json")
    }


def test_a_text_that_is_no_kernel_has_no_head():
    assert read_head('"""batch_norm, written by hand."""') is None
