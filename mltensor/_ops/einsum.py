"""Einstein summation as a list of steps over other operations.

A plan depends on the subscripts and the shapes alone and is kept for the next call. Two operands
become one batched matrix product; more of them are contracted pair by pair, always the pair that
shrinks the intermediate results most (the greedy order of opt_einsum, Smith and Gray, 2018).
"""

from functools import lru_cache
from math import prod

from .record import F


class Term:
    """What is known of an operand while planning: its place on the stack, its labels and lengths."""

    def __init__(self, plan, place, labels, shape):
        self.plan = plan
        self.place = place
        self.labels = list(labels)
        self.shape = list(shape)

    @property
    def size(self):
        return prod(self.shape)

    def step(self, action, *details):
        self.plan.append((action, self.place, *details))

    def drop(self, action, unwanted):
        """Remove labels by summing over them or, where they have length 1, by squeezing."""
        axes = tuple(i for i, label in enumerate(self.labels) if label in unwanted)
        if axes:
            self.step(action, axes)
            keep = [i for i in range(len(self.labels)) if i not in axes]
            self.labels = [self.labels[i] for i in keep]
            self.shape = [self.shape[i] for i in keep]

    def take_diagonals(self, subscripts):
        """Make labels that occur twice occur once."""
        while len(set(self.labels)) < len(self.labels):
            label = next(one for one in self.labels if self.labels.count(one) > 1)
            first = self.labels.index(label)
            second = self.labels.index(label, first + 1)
            if self.shape[first] != self.shape[second]:
                raise F.errors.ShapeError(
                    f"einsum {subscripts!r}: index {label!r} has the lengths {self.shape[first]} and "
                    f"{self.shape[second]} in one operand; a diagonal needs equal ones")
            self.step("diagonal", first, second)
            length = self.shape[first]
            for axis in (second, first):
                del self.labels[axis], self.shape[axis]
            self.labels.append(label)
            self.shape.append(length)

    def order(self, labels):
        """Bring the dimensions into the order of `labels`."""
        if self.labels != labels:
            axes = tuple(self.labels.index(label) for label in labels)
            self.step("permute", axes)
            self.labels, self.shape = list(labels), [self.shape[axis] for axis in axes]

    def fold(self, shape):
        """The same elements under another shape; the labels are the caller's matter."""
        if self.shape != list(shape):
            self.step("reshape", tuple(shape))
            self.shape = list(shape)


def ellipsis_labels(count):
    """Labels of the dimensions that an ellipsis stands for, aligned at the right."""
    return [f"...{i}" for i in range(count, 0, -1)]


def split_labels(subscripts, term, ndim):
    """The labels of one operand of `ndim` dimensions, or of the output with `ndim` None."""
    left, dots, right = term.partition("...")
    letters = left + right
    if not all(letter.isalpha() and letter.isascii() for letter in letters):
        wrong = next(letter for letter in letters if not (letter.isalpha() and letter.isascii()))
        raise F.errors.ShapeError(f"einsum {subscripts!r}: {wrong!r} is not an index; indices are letters, and '...'")
    if ndim is None:
        return list(left), bool(dots), list(right)
    rest = ndim - len(letters)
    if rest < 0 or (rest and not dots):
        raise F.errors.ShapeError(
            f"einsum {subscripts!r}: {term!r} names {len(letters)} dimensions, but its operand has {ndim}")
    return list(left) + ellipsis_labels(rest) + list(right)


def parse(subscripts, shapes):
    """Labels of each operand and of the output."""
    text = subscripts.replace(" ", "")
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(shapes):
        raise F.errors.ShapeError(
            f"einsum {subscripts!r}: the subscripts describe {len(terms)} operands, but {len(shapes)} were given")
    labels = [split_labels(subscripts, term, len(shape)) for term, shape in zip(terms, shapes, strict=True)]
    flat = [label for one in labels for label in one]
    dots = ellipsis_labels(max((sum(len(label) > 1 for label in one) for one in labels), default=0))
    if not arrow:
        return labels, dots + sorted(label for label in set(flat) if len(label) == 1 and flat.count(label) == 1)
    left, has_dots, right = split_labels(subscripts, output, None)
    if dots and not has_dots:
        raise F.errors.ShapeError(
            f"einsum {subscripts!r}: '...' stands for {len(dots)} dimensions; the output must name them by '...' too")
    found = left + (dots if has_dots else []) + right
    for label in found:
        if label not in flat:
            raise F.errors.ShapeError(f"einsum {subscripts!r}: the output index {label!r} is in no operand")
        if found.count(label) > 1:
            raise F.errors.ShapeError(f"einsum {subscripts!r}: the output names {label!r} twice")
    return labels, found


def label_lengths(subscripts, terms):
    """Length of every label; a length of 1 is broadcast."""
    lengths = {}
    for term in terms:
        for label, length in zip(term.labels, term.shape, strict=True):
            known = lengths.setdefault(label, length)
            if known == 1:
                lengths[label] = length
            elif length not in (1, known):
                raise F.errors.ShapeError(
                    f"einsum {subscripts!r}: index {label!r} has the lengths {known} and {length} in operands of "
                    f"shapes {[tuple(one.shape) for one in terms]}; make them equal or one of them 1")
    return lengths


def contract(first, second, wanted, lengths):
    """Steps that multiply two operands and sum over what is not `wanted`; the result replaces `first`."""
    for one, other in ((first, second), (second, first)):
        one.drop("squeeze", [label for label, n in zip(one.labels, one.shape, strict=True)
                             if n == 1 and lengths[label] != 1 and label in other.labels])
    for one, other in ((first, second), (second, first)):
        one.drop("sum", [label for label in one.labels if label not in wanted and label not in other.labels])
    shared = [label for label in first.labels if label in second.labels]
    batch = [label for label in shared if label in wanted]
    depth = [label for label in shared if label not in wanted]
    rows = [label for label in first.labels if label not in shared]
    columns = [label for label in second.labels if label not in shared]
    first.order(batch + rows + depth)
    lengths_of = {**dict(zip(first.labels, first.shape, strict=True)),
                  **dict(zip(second.labels, second.shape, strict=True))}
    result = batch + rows + columns

    def extent(labels):
        return [lengths_of[label] for label in labels]

    if depth:
        # x (batch, rows, depth) @ y (batch, depth, columns); one batch, row and column dimension each
        second.order(batch + depth + columns)
        stack = [prod(extent(batch))] if batch else []
        first.fold([*stack, prod(extent(rows)), prod(extent(depth))])
        second.fold([*stack, prod(extent(depth)), prod(extent(columns))])
        first.step("matmul", second.place)
        first.shape = [*stack, prod(extent(rows)), prod(extent(columns))]
    else:
        second.order(batch + columns)
        first.fold(extent(batch + rows) + [1] * len(columns))
        second.fold(extent(batch) + [1] * len(rows) + extent(columns))
        first.step("multiply", second.place)
        first.shape = extent(result)
    first.fold(extent(result))
    first.labels = result


def cheapest_pair(terms, output, lengths):
    """The two operands whose product is smallest against what it replaces; among equals the least work."""
    best = None
    for i, one in enumerate(terms):
        for j in range(i + 1, len(terms)):
            other = terms[j]
            wanted = wanted_labels(terms, (i, j), output)
            union = set(one.labels) | set(other.labels)
            shared = bool(set(one.labels) & set(other.labels))
            growth = prod(lengths[label] for label in union & wanted) - one.size - other.size
            cost = (not shared, growth, prod(lengths[label] for label in union))
            if best is None or cost < best[0]:
                best = (cost, i, j)
    return best[1:]


def wanted_labels(terms, pair, output):
    """Labels that the output or other operands than the pair still need."""
    return set(output).union(*(term.labels for k, term in enumerate(terms) if k not in pair))


@lru_cache(maxsize=512)
def plan_steps(subscripts, shapes):
    """The steps for operands of these shapes, and the place where the result ends up."""
    steps = []
    labels, output = parse(subscripts, shapes)
    terms = [Term(steps, place, one, shape) for place, (one, shape) in enumerate(zip(labels, shapes, strict=True))]
    for term in terms:
        term.take_diagonals(subscripts)
    lengths = label_lengths(subscripts, terms)
    while len(terms) > 1:
        i, j = (0, 1) if len(terms) == 2 else cheapest_pair(terms, output, lengths)
        contract(terms[i], terms[j], wanted_labels(terms, (i, j), output), lengths)
        del terms[j]
    last = terms[0]
    last.drop("sum", [label for label in last.labels if label not in output])
    last.order(output)
    return tuple(steps), last.place


def sum_over(x, axes):
    """Sum in the dtype of the operand, as NumPy's einsum has it."""
    return F.any(x, axes) if x.dtype.kind == "b" else F.sum(x, axes, dtype=x.dtype)


def in_one_dtype(operands):
    """The operands in the dtype of the result: what is summed early must not overflow or round in a narrower one."""
    common = operands[0].dtype
    if all(x.dtype == common for x in operands):
        return list(operands)
    for x in operands:
        common = F.promote_types(common, x.dtype)
    return [x if x.dtype == common else F.cast(x, common) for x in operands]


def einsum(subscripts, operands):
    if not isinstance(subscripts, str):
        raise TypeError(
            "einsum: the first argument must be the subscripts as a string, such as 'ij,jk->ik', not "
            f"{type(subscripts).__name__}")
    if not operands:
        raise F.errors.ShapeError(f"einsum {subscripts!r}: there must be an operand")
    steps, place = plan_steps(subscripts, tuple(x.shape for x in operands))
    stack = in_one_dtype(operands)
    for action, at, *details in steps:
        x = stack[at]
        if action == "matmul":
            x, stack[details[0]] = F.matmul(x, stack[details[0]]), None
        elif action == "multiply":
            x, stack[details[0]] = F.multiply(x, stack[details[0]]), None
        elif action == "permute":
            x = F.permute_dims(x, details[0])
        elif action == "reshape":
            x = F.reshape(x, details[0])
        elif action == "sum":
            x = sum_over(x, details[0])
        elif action == "squeeze":
            x = F.squeeze(x, details[0])
        else:
            x = F.diagonal(x, 0, *details)
        stack[at] = x
    return stack[place]
