"""Writes the reference from the table of operations.

    python docs/build_reference.py [NAME ...]        the operations of these names or families; all without one
    python docs/build_reference.py --to FOLDER       a page per family, an index and differentiation.md in a folder
    python docs/build_reference.py --differentiation dtypes, gradients and device path of every function

It reads the table alone: nothing needs to be compiled.
"""

import argparse
import importlib.util
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def load_table():
    """The package of the table by itself, without the compiled modules that `import mltensor` loads."""
    folder = ROOT / "mltensor" / "_ops"
    spec = importlib.util.spec_from_file_location(
        "_ops", folder / "__init__.py", submodule_search_locations=[str(folder)])
    module = importlib.util.module_from_spec(spec)
    sys.modules["_ops"] = module
    spec.loader.exec_module(module)
    return module


ops = load_table()
CATEGORY_NAMES = importlib.import_module("_ops.record").CATEGORY_NAMES
capabilities = importlib.import_module("_ops.capabilities")
python_signature = importlib.import_module("_ops.signatures").python_signature

RETURNS = {"SAME": "of the same dtype", "REAL_OF": "of the dtype of its real part", "BOOL": "bool",
           "UINT8": "uint8", "INT32": "int32", "PROMOTED": "of the promoted dtype",
           "FLOAT_OF": "of the floating dtype of its input",
           "COMPLEX_OF": "of the complex dtype of its input's precision", "INDEX": "int64"}


def gradient(record):
    """How the operation is differentiated, in words."""
    if record.via is not None:
        return "through the operations it is made of"
    with_rule = [name for name, rule in zip(record.inputs, record.vjp, strict=False) if rule is not None]
    if not with_rule:
        return "none"
    if len(with_rule) == len(record.inputs):
        return "yes"
    return f"for {', '.join(with_rule)}"


def computed(record):
    """How the operation is computed, in words."""
    if record.expr is not None:
        return f"element by element, `{record.expr}`"
    return f"by the kernel `{record.kernel}`" if record.kernel is not None else "by other operations"


def prose_and_examples(doc):
    """The text of a docstring with its doctest lines as a block of code."""
    lines, code = [], False
    for line in doc.splitlines():
        starts = line.startswith((">>> ", "... "))
        if starts and not code:
            lines.append("```pycon")
            code = True
        elif code and not line.strip():
            lines.append("```")
            code = False
        lines.append(line)
    return "\n".join([*lines, *(["```"] if code else [])])


def entry(record):
    """One operation as Markdown."""
    result = RETURNS[record.returns]
    signature = sys.modules["_ops.signatures"].python_signature(record.signature)
    return "\n".join([
        f"### {record.name}", "", "```python", f"{record.name}{signature}", "```", "",
        prose_and_examples(record.doc), "",
        f"- takes {CATEGORY_NAMES[record.accepts]}; gives a tensor {result}",
        f"- gradient: {gradient(record)}",
        f"- computed {computed(record)}", ""])


def title(family):
    """A family's name as a heading."""
    return family.replace("_", " ").capitalize()


def page(family, records):
    """All operations of one family."""
    return f"# {title(family)}\n\n" + "\n".join(entry(record) for record in records)


def first_sentence(doc):
    """What an operation does, in short; without what a table cannot hold."""
    sentence = re.split(r"(?<=\.)\s|\n\n", doc, maxsplit=1)[0]
    return sentence.replace("|", r"\|").replace("\n", " ")


def index(families):
    """A table of all operations with links."""
    lines = ["# Operations", "",
             "Dtypes, gradients and devices of every function: [Differentiation](differentiation.md).", ""]
    for family, records in families.items():
        lines += [f"## [{title(family)}]({family}.md)", "", "| operation | gradient | |", "| --- | --- | --- |"]
        for record in records:
            link = f"[`{record.name}`]({family}.md#{record.name})"
            lines.append(f"| {link} | {gradient(record)} | {first_sentence(record.doc)} |")
        lines.append("")
    return "\n".join(lines)


def gradient_cell(row):
    """Which inputs of a function have a gradient, and why others have none."""
    groups = {}
    for one in row.inputs:
        groups.setdefault((one.state, one.reason), []).append(one.name)
    cells = []
    for (state, reason), names in groups.items():
        what = ", ".join(filter(None, names))
        verdict = "" if state == "yes" else f"{state}, {reason}"
        cells.append(f"{what}: {verdict}" if what and verdict else what or verdict)
    return "; ".join(cells)


def differentiation():
    """The page that says of every function which dtypes, derivatives and devices it has."""
    table = capabilities.rows()
    found = capabilities.counts(table)
    lines = [
        "# Differentiation", "",
        f"{found['functions']} functions: {found['differentiable']} have gradients, {found['with a reason']} have "
        "none, for the reason given.", "",
        "- **Dtypes** in brackets are converted first: bool and integers to floats, bool to int8.",
        "- **Gradient** names the inputs that have one, and why others have none. It is *zero* where a function is "
        "constant between jumps.",
        "- **Second gradient** and **forward mode** (`mltensor.autograd.jvp`) exist for all of them: the rules of "
        "gradients are written in operations of this table, and forward mode is computed by two walks back, of any "
        "order and exact, but at the price and with the memory of two walks. The tests try both on every function.",
        "- **Device path**: the host (`cpu`) computes all of them. Another device registers kernels under the names "
        "given, which are CuPy's where it has such a function; what is composed runs where its parts do.",
        "", "| function | dtypes | gradient | second gradient | forward mode | device path |",
        "| --- | --- | --- | --- | --- | --- |"]
    for row in table:
        further = "yes" if row.differentiable else "-"
        name = f"`{row.name}`" + (f" = `{row.same_as}`" if row.same_as else "")
        lines.append(f"| {name} | {row.dtypes} | {gradient_cell(row)} | {further} | {further} | {row.device} |")
    return "\n".join([*lines, ""])


def main(arguments=None):
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="operations or families")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="write pages there instead of printing")
    parser.add_argument("--differentiation", action="store_true",
                        help="print which dtypes, gradients and devices every function has")
    options = parser.parse_args(arguments)
    if options.differentiation:
        print(differentiation())
        return
    unknown = [name for name in options.names
               if name not in ops.TABLE and name not in {record.family for record in ops.TABLE.values()}]
    if unknown:
        parser.error(f"no operation and no family is called {', '.join(unknown)}")
    families = {}
    for record in sorted(ops.TABLE.values(), key=lambda record: (record.family, record.name)):
        if not options.names or {record.name, record.family} & set(options.names):
            families.setdefault(record.family, []).append(record)
    pages = {family: page(family, records) for family, records in families.items()}
    if options.to is None:
        print("\n".join(pages.values()))
        return
    options.to.mkdir(parents=True, exist_ok=True)
    for family, text in pages.items():
        (options.to / f"{family}.md").write_text(text, encoding="utf-8")
    (options.to / "index.md").write_text(index(families), encoding="utf-8")
    (options.to / "differentiation.md").write_text(differentiation(), encoding="utf-8")
    print(f"{sum(map(len, families.values()))} operations on {len(pages)} pages in {options.to}")


if __name__ == "__main__":
    main()
