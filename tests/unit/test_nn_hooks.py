"""Hooks of modules, and errors that say where in a model they happened."""

import pytest

import mltensor as np
from mltensor import nn
from mltensor.errors import DTypeError, IndexingError, ShapeError


def test_forward_hooks_see_and_replace():
    layer = nn.Identity()
    seen = []
    first = layer.register_forward_pre_hook(lambda module, args: (args[0] + 1,))
    second = layer.register_forward_hook(lambda module, args, output: seen.append((args[0].item(), output.item())))
    third = layer.register_forward_hook(lambda module, args, output: output * 10)
    assert layer(np.asarray(1.0)).item() == 20
    assert seen == [(2.0, 2.0)]
    for handle in (first, second, third):
        handle.remove()
        handle.remove()
    assert layer(np.asarray(1.0)).item() == 1


def test_hooks_with_keyword_arguments_and_order():
    class Scale(nn.Module):
        def forward(self, x, factor=1):
            return x * factor

    layer = Scale()
    order = []
    layer.register_forward_hook(lambda *args: order.append("late"))
    layer.register_forward_hook(lambda *args: order.append("early"), prepend=True)
    layer.register_forward_pre_hook(lambda module, args, kwargs: (args, {"factor": 5}), with_kwargs=True)
    with layer.register_forward_hook(lambda module, args, kwargs, output: output + kwargs["factor"], with_kwargs=True):
        assert layer(np.asarray(2.0), factor=3).item() == 15
    assert layer(np.asarray(2.0)).item() == 10
    assert order == ["early", "late"] * 2


def test_full_backward_hook_sees_and_replaces_gradients():
    layer = nn.Linear(2, 1, bias=False)
    layer.load_state_dict({"weight": [[2.0, 3.0]]})
    seen = []

    def hook(module, grad_input, grad_output):
        seen.append((grad_input[0].tolist(), grad_output[0].tolist()))
        return (grad_input[0] * 10,)

    handle = layer.register_full_backward_hook(hook)
    x = np.ones((1, 2), dtype=np.float32)
    x.requires_grad_()
    np.sum(layer(x) * 4).backward()
    assert seen == [([[8, 12]], [[4]])]
    assert x.grad.tolist() == [[80, 120]]
    assert layer.weight.grad.tolist() == [[4, 4]]
    handle.remove()
    np.sum(layer(x)).backward()
    assert len(seen) == 1


def test_full_backward_hook_without_an_input_that_wants_a_gradient():
    layer = nn.Linear(2, 1)
    seen = []
    layer.register_full_backward_hook(lambda module, *gradients: seen.append(gradients))
    np.sum(layer(np.ones((3, 2)))).backward()
    assert seen[0][0] == (None,)
    assert seen[0][1][0].shape == (3, 1)


def test_full_backward_hook_with_several_outputs():
    class Pair(nn.Module):
        def forward(self, x, n):
            return x * 2, n, x * 3

    layer = Pair()
    seen = []
    layer.register_full_backward_hook(lambda module, *gradients: seen.append(gradients))
    x = np.ones(2)
    x.requires_grad_()
    left, number, right = layer(x, 5)
    np.sum(left + right).backward()
    assert number == 5 and x.grad.tolist() == [5, 5]
    (grad_input, grad_output), = seen
    assert grad_input[0].tolist() == [5, 5] and grad_input[1] is None
    assert grad_output[1] is None and grad_output[2].tolist() == [1, 1]


class NeuralNetwork(nn.Module):
    def __init__(self):
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(12, 10))
        self.more = [nn.Embedding(3, 2)]

    def forward(self, x):
        return self.linear_relu_stack(self.flatten(x))


def test_a_shape_error_names_the_path_the_parameters_and_the_input():
    with pytest.raises(ShapeError) as caught:
        NeuralNetwork()(np.zeros((4, 8, 8)))
    text = str(caught.value)
    assert text.startswith("in NeuralNetwork.linear_relu_stack.2 (Linear, weight (10, 12), bias (10,)): "
                           "input (4, 16): ")
    assert text.count("in NeuralNetwork") == 1
    with pytest.raises(ShapeError, match=r"in NeuralNetwork\.linear_relu_stack\.0 \(Linear.*input \(4, 63\)"):
        NeuralNetwork()(np.zeros((4, 63)))
    with pytest.raises(ShapeError, match=r"^in Linear \(Linear, weight"):
        nn.Linear(2, 2)(np.zeros((4, 3)))


def test_a_module_in_a_plain_list_has_a_path_too():
    class Words(NeuralNetwork):
        def forward(self, x):
            return self.more[0](x)

    with pytest.raises(IndexingError, match=r"in Words\.more\.0 \(Embedding, weight \(3, 2\)\): input \(1,\) int64: "):
        Words()(np.asarray([3]))


def test_an_error_of_other_code_keeps_its_text_and_gets_a_note():
    class Strict(nn.Module):
        def forward(self, x):
            raise ValueError("too early")

    with pytest.raises(ValueError, match="too early") as caught:
        nn.Sequential(nn.Identity(), Strict())(np.zeros(2))
    assert str(caught.value) == "too early"
    assert caught.value.__notes__ == ["in module: in Sequential.1 (Strict): input (2,) float64: too early"]


def test_a_computed_input_of_another_dtype_is_refused_with_the_fix():
    x = np.ones((1, 2), dtype=np.float64)
    x.requires_grad_()
    with pytest.raises(DTypeError, match=r"Sequential\.0 .*Linear layer computes in float32, its input is float64; "
                                         r"convert the model with \.to\(dtype='float64'\)"):
        nn.Sequential(nn.Linear(2, 2))(x * 2)


def test_data_of_any_dtype_is_converted():
    layer = nn.Linear(2, 3)
    for data in ([[1, 2]], np.ones((1, 2)), np.ones((1, 2), dtype=np.uint8), np.ones((1, 2)).numpy()):
        assert layer(data).dtype == np.float32
