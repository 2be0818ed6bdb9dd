"""Operations of the user's own: `Function`."""

import gc
import weakref

import pytest

import mltensor as np
from mltensor.autograd import Function, gradcheck, gradgradcheck
from mltensor.errors import GradientError


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x * x


class SumAndProduct(Function):
    """Two results, an argument that is no tensor, and what is needed noted."""

    @staticmethod
    def forward(ctx, x, y, scale):
        ctx.save_for_backward(x, y)
        ctx.scale = scale
        return x + y, x * y * scale

    @staticmethod
    def backward(ctx, g_sum, g_product):
        x, y = ctx.saved_tensors
        gx = g_sum + g_product * y * ctx.scale if ctx.needs_input_grad[0] else None
        gy = g_sum + g_product * x * ctx.scale if ctx.needs_input_grad[1] else None
        return gx, gy, None


def leaf(*values):
    return np.array(list(values)).requires_grad_()


def test_values_and_gradients():
    x = leaf(1.0, 2.0)
    y = Cube.apply(x)
    assert y.tolist() == [1.0, 8.0]
    assert y.grad_fn.name == "Cube"
    y.sum().backward()
    assert x.grad.tolist() == [3.0, 12.0]


def test_a_backward_of_operations_can_be_differentiated():
    x = leaf(1.0, -2.0)
    assert gradcheck(Cube.apply, [x])
    assert gradgradcheck(Cube.apply, [x])
    (g,) = np.grad(Cube.apply(x).sum(), x, create_graph=True)
    (h,) = np.grad(g.sum(), x)
    assert h.tolist() == [6.0, -12.0]


def test_several_results_and_arguments():
    x, y = leaf(2.0), leaf(5.0)
    total, product = SumAndProduct.apply(x, y, 10.0)
    product.backward(retain_graph=True)
    assert (x.grad.item(), y.grad.item()) == (50.0, 20.0)
    total.backward()
    assert (x.grad.item(), y.grad.item()) == (51.0, 21.0)
    assert gradcheck(lambda a, b: SumAndProduct.apply(a, b, 2.0), [x, y])
    assert gradgradcheck(lambda a, b: SumAndProduct.apply(a, b, 2.0), [x, y])


def test_only_what_is_needed_is_asked_for():
    seen = []

    class Watching(SumAndProduct):
        @staticmethod
        def backward(ctx, *grads):
            seen.append(ctx.needs_input_grad)
            return SumAndProduct.backward(ctx, *grads)

    total, _ = Watching.apply(leaf(1.0), np.ones(1), 1.0)
    total.backward()
    assert seen == [(True, False, False)]


def test_missing_gradients_come_as_zeros_or_none():
    got = []

    class Twice(Function):
        materialize = True

        @classmethod
        def forward(cls, ctx, x):
            ctx.set_materialize_grads(cls.materialize)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, first, second):
            got.append((first, second))
            return second * 2 if first is None else first + second * 2

    x = leaf(1.0)
    Twice.apply(x)[1].backward()
    assert got[0][0].tolist() == [0.0]
    Twice.materialize = False
    Twice.apply(x)[1].backward()
    assert got[1][0] is None
    assert x.grad.tolist() == [4.0]


def test_results_without_a_gradient():
    class Split(Function):
        @staticmethod
        def forward(ctx, x):
            place = np.argmax(x)
            sign = np.sign(x)
            ctx.mark_non_differentiable(place, sign)
            return x * 2, sign, place

        @staticmethod
        def backward(ctx, g, g_sign, g_place):
            assert g_sign.tolist() == [0.0, 0.0]
            return g * 2

    x = leaf(1.0, -2.0)
    double, sign, place = Split.apply(x)
    assert double.requires_grad
    assert not sign.requires_grad
    assert not place.requires_grad
    double.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_a_saved_tensor_that_is_overwritten_is_reported():
    x = leaf(1.0, 2.0) * 1
    y = Cube.apply(x)
    x += 1
    with pytest.raises(GradientError, match=r"(?s)Cube.*overwritten.*test_autograd_function"):
        y.sum().backward()


def test_wrong_numbers_of_gradients():
    class TooFew(Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, g):
            return g

    class TooMany(TooFew):
        @staticmethod
        def backward(ctx, g):
            return g, g, g

    class SpareNone(TooFew):
        @staticmethod
        def backward(ctx, g):
            return g, g, None

    for cls in (TooFew, TooMany):
        with pytest.raises(GradientError, match="2 arguments of forward"):
            cls.apply(leaf(1.0), leaf(2.0)).backward()
    x = leaf(1.0)
    SpareNone.apply(x, leaf(2.0)).backward()
    assert x.grad.tolist() == [1.0]
    with pytest.raises(TypeError, match="save_for_backward keeps tensors, not int"):
        class SavesNumber(TooFew):
            @staticmethod
            def forward(ctx, x, y):
                ctx.save_for_backward(3)
                return x * y

        SavesNumber.apply(leaf(1.0), leaf(1.0))


def test_a_second_walk_needs_retain_graph():
    y = Cube.apply(leaf(1.0))
    y.backward(retain_graph=True)
    y.backward()
    with pytest.raises(GradientError, match="retain_graph=True"):
        y.backward()


def test_an_input_returned_as_it_is():
    class Same(Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 10

    x = leaf(1.0)
    y = Same.apply(x)
    assert y is not x
    y.backward()
    assert x.grad.tolist() == [10.0]
    assert x.is_leaf


def test_forward_apart_from_its_context():
    class Apart(Function):
        @staticmethod
        def forward(x):
            return x * x

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g):
            return g * 2 * ctx.saved_tensors[0]

    assert gradcheck(Apart.apply, [leaf(1.0, 2.0)])


def test_nothing_is_recorded_where_nothing_is_needed():
    with np.no_grad():
        assert not Cube.apply(leaf(1.0)).requires_grad
    assert not Cube.apply(np.ones(1)).requires_grad
    assert np.is_grad_enabled()

    class Fails(Function):
        @staticmethod
        def forward(ctx, x):
            raise KeyError("inside")

    with pytest.raises(KeyError, match="inside"):
        Fails.apply(leaf(1.0))
    assert np.is_grad_enabled()


def test_what_a_function_saved_dies_with_its_result():
    x = leaf(1.0) * 1
    watched = weakref.ref(x)
    y = Cube.apply(x)
    del x
    del y
    gc.collect()
    assert watched() is None


class Exponential(Function):
    """Saves its own result."""

    @staticmethod
    def forward(ctx, x):
        y = np.exp(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0]


def test_a_saved_result_is_differentiated_and_keeps_nothing_alive():
    x = leaf(0.5, 1.0)
    assert gradgradcheck(Exponential.apply, [x])
    gc.collect()
    gc.disable()
    try:
        y = Exponential.apply(x * 1)
        watched = weakref.ref(y)
        del y
        assert watched() is None
    finally:
        gc.enable()


def test_gradients_are_brought_to_the_arguments():
    class Product(Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, g):
            return g.astype("float32"), g

    x, y = leaf(1.0, 2.0), leaf(3.0)
    Product.apply(x, y).sum().backward()
    assert (x.grad.tolist(), x.grad.dtype, y.grad.tolist()) == ([1.0, 1.0], np.float64, [2.0])

    class Wrong(Product):
        given = None

        @classmethod
        def backward(cls, ctx, g):
            return cls.given, None

    for Wrong.given, error in ((np.ones(3), ValueError), (np.array(1.0), ValueError), (3.0, TypeError)):
        with pytest.raises(error, match=r"Wrong\.backward"):
            Wrong.apply(x, y).sum().backward()


def test_once_differentiable():
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @np.autograd.function.once_differentiable
        def backward(ctx, g):
            return g * 2 * ctx.saved_tensors[0]

    x = leaf(3.0)
    assert gradcheck(Square.apply, [x])
    (g,) = np.grad(Square.apply(x), x, create_graph=True)
    assert g.tolist() == [6.0]
    with pytest.raises(GradientError, match="once_differentiable"):
        g.backward()


class AddOne(Function):
    @staticmethod
    def forward(ctx, x):
        x += 1
        ctx.mark_dirty(x)
        return x

    @staticmethod
    def backward(ctx, g):
        return g * 7


def test_arguments_written_in_place():
    x = leaf(1.0, 2.0)
    y = x * 1
    assert AddOne.apply(y) is y
    y.sum().backward()
    assert x.grad.tolist() == [7.0, 7.0]
    x.grad = None
    y = x * 1
    AddOne.apply(y[:1])
    y.sum().backward()
    assert x.grad.tolist() == [7.0, 1.0]
    with pytest.raises(GradientError, match="leaf"):
        AddOne.apply(x)


def test_results_that_are_no_tensors_and_inputs_without_gradient():
    class Mixed(Function):
        @staticmethod
        def forward(ctx, x, other):
            ctx.mark_non_differentiable(other)
            return x * 2, None, other, 5

        @staticmethod
        def backward(ctx, g, *_):
            return g * 2, None

    x = leaf(1.0)
    y, nothing, other, number = Mixed.apply(x, np.ones(1))
    assert (nothing, number, other.requires_grad) == (None, 5, False)
    y.backward()
    assert x.grad.tolist() == [2.0]


def test_a_walk_inside_of_backward():
    class Cubed(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x ** 3

        @staticmethod
        def backward(ctx, g):
            with np.enable_grad():
                y = ctx.saved_tensors[0].detach().requires_grad_()
                return np.grad(y ** 3, y, g)[0]

    x = leaf(1.0, 2.0)
    Cubed.apply(Cubed.apply(x)).sum().backward()
    assert x.grad.tolist() == [9.0, 9.0 * 2.0 ** 8]
