"""Writes the reference from the table of operations.

    python docs/build_reference.py [NAME ...]        the operations of these names or families; all without one
    python docs/build_reference.py --to FOLDER       a page per family and an index in a folder

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
python_signature = importlib.import_module("_ops.signatures").python_signature

RETURNS = {"SAME": "of the same dtype", "REAL_OF": "of the dtype of its real part", "BOOL": "bool",
           "PROMOTED": "of the promoted dtype", "FLOAT_OF": "of the floating dtype of its input", "INDEX": "int64"}


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
    place = "" if record.namespace is None else f"{record.namespace}."
    signature = sys.modules["_ops.signatures"].python_signature(record.signature)
    return "\n".join([
        f"### {record.name}", "", "```python", f"{place}{record.name}{signature}", "```", "",
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
    lines = ["# Operations", ""]
    for family, records in families.items():
        lines += [f"## [{title(family)}]({family}.md)", "", "| operation | gradient | |", "| --- | --- | --- |"]
        for record in records:
            link = f"[`{record.name}`]({family}.md#{record.name})"
            lines.append(f"| {link} | {gradient(record)} | {first_sentence(record.doc)} |")
        lines.append("")
    return "\n".join(lines)


def main(arguments=None):
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="operations or families")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="write pages there instead of printing")
    options = parser.parse_args(arguments)
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
    print(f"{sum(map(len, families.values()))} operations on {len(pages)} pages in {options.to}")


if __name__ == "__main__":
    main()
