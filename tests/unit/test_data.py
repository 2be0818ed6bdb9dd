"""Data sets, samplers, the loader, and the digits."""

import threading
from collections import namedtuple

import numpy
import pytest

import mltensor as np
from mltensor import data
from mltensor.errors import IndexingError, ShapeError, UnsupportedError


class Squares(data.Dataset):
    """Single samples only, so that they must be collated."""

    def __len__(self):
        return 10

    def __getitem__(self, index):
        return {"x": np.asarray(float(index)), "square": index * index, "name": f"n{index}"}


class Stream(data.IterableDataset):
    def __iter__(self):
        return iter(range(7))


def pairs(count=10):
    return data.TensorDataset(np.arange(count), numpy.arange(count * 2.0).reshape(count, 2))


def firsts(loader):
    return [batch[0].tolist() for batch in loader]


def test_tensor_dataset():
    dataset = pairs()
    assert len(dataset) == 10
    assert [part.tolist() for part in dataset[3]] == [3, [6, 7]]
    assert [part.tolist() for part in dataset.batch(np.asarray([2, 0]))] == [[2, 0], [[4, 5], [0, 1]]]
    with pytest.raises(ShapeError, match=r"\(3,\), \(4,\)"):
        data.TensorDataset(np.zeros(3), np.zeros(4))
    with pytest.raises(ValueError, match="at least one"):
        data.TensorDataset()


def test_subset_concat_and_sum():
    subset = data.Subset(pairs(), [7, 2, 5])
    assert len(subset) == 3 and subset[1][0].item() == 2
    assert firsts(data.DataLoader(subset, 2)) == [[7, 2], [5]]
    assert not hasattr(data.Subset(Squares(), [1]), "batch")
    assert [sample["square"] for sample in data.Subset(Squares(), [3, 4])[0:2]] == [9, 16]
    both = Squares() + data.Subset(Squares(), [1])
    assert len(both) == 11 and both[10]["square"] == 1 and both[-2]["square"] == 81
    with pytest.raises(IndexingError, match="sample 11"):
        both[11]


def test_random_split():
    parts = data.random_split(pairs(), [7, 3], np.random.default_rng(0))
    numbers = [int(sample[0]) for part in parts for sample in part]
    assert [len(part) for part in parts] == [7, 3] and sorted(numbers) == list(range(10)) != numbers
    again = data.random_split(pairs(), [7, 3], np.random.default_rng(0))
    assert [int(sample[0]) for part in again for sample in part] == numbers
    assert [len(part) for part in data.random_split(pairs(11), [0.5, 0.3, 0.2])] == [6, 3, 2]
    with pytest.raises(ValueError, match="10 samples"):
        data.random_split(pairs(), [7, 4])


def test_batches_in_order():
    assert firsts(data.DataLoader(pairs(), 4)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    loader = data.DataLoader(pairs(), 4, drop_last=True)
    assert firsts(loader) == [[0, 1, 2, 3], [4, 5, 6, 7]] and len(loader) == 2
    assert len(data.DataLoader(pairs(), 4)) == 3
    x, y = next(iter(data.DataLoader(pairs(), 4)))
    assert y.shape == (4, 2) and x.dtype == np.int64


def test_a_batch_is_the_loader_s_own():
    dataset = pairs()
    next(iter(data.DataLoader(dataset, 4)))[0][...] = 99
    assert dataset.tensors[0].tolist() == list(range(10))


def test_shuffling_is_seeded_and_fresh_in_each_epoch():
    loader = data.DataLoader(pairs(100), 100, shuffle=True, generator=np.random.default_rng(1))
    first, second = firsts(loader)[0], firsts(loader)[0]
    assert sorted(first) == sorted(second) == list(range(100)) and first != second
    assert firsts(data.DataLoader(pairs(100), 100, shuffle=True, generator=np.random.default_rng(1)))[0] == first
    np.random.manual_seed(5)
    third = firsts(data.DataLoader(pairs(100), 100, shuffle=True))[0]
    np.random.manual_seed(5)
    assert firsts(data.DataLoader(pairs(100), 100, shuffle=True))[0] == third
    numpy_drawn = firsts(data.DataLoader(pairs(100), 100, shuffle=True, generator=numpy.random.default_rng(1)))[0]
    assert numpy_drawn == first


def test_single_samples_are_collated():
    batches = list(data.DataLoader(Squares(), 4))
    assert batches[0]["x"].tolist() == [0, 1, 2, 3] and batches[2]["square"].tolist() == [64, 81]
    assert batches[1]["name"] == ["n4", "n5", "n6", "n7"]
    assert [sample["square"] for sample in data.DataLoader(Squares(), None)][:3] == [0, 1, 4]
    assert list(data.DataLoader(Squares(), 5, collate_fn=len)) == [5, 5]
    assert list(data.DataLoader(pairs(), 5, collate_fn=len)) == [5, 5]
    assert firsts(data.DataLoader([(1, 2), (3, 4)], 2)) == [[1, 3]]


def test_default_collate():
    Point = namedtuple("Point", "x y")
    batch = data.default_collate([Point(1, 2.0), Point(3, 4.0)])
    assert isinstance(batch, Point) and batch.x.tolist() == [1, 3] and batch.y.dtype == np.float64
    nested = data.default_collate([(numpy.zeros(2), [1, b"a"]), (numpy.ones(2), [2, b"b"])])
    assert nested[0].tolist() == [[0, 0], [1, 1]] and nested[1][1] == [b"a", b"b"]
    with pytest.raises(ShapeError, match=r"\(2,\), \(3,\)"):
        data.default_collate([np.zeros(2), np.zeros(3)])
    with pytest.raises(ShapeError, match="different lengths"):
        data.default_collate([[1], [1, 2]])
    with pytest.raises(TypeError, match="collate_fn"):
        data.default_collate([object()])


def test_samplers():
    dataset = pairs()
    assert list(data.SequentialSampler(dataset)) == list(range(10))
    drawn = list(data.RandomSampler(dataset, replacement=True, num_samples=50))
    assert len(drawn) == 50 and set(drawn) <= set(range(10))
    assert sorted(data.RandomSampler(dataset, num_samples=20)) == sorted([*range(10)] * 2)
    assert len(list(data.RandomSampler(dataset, num_samples=3))) == 3
    assert sorted(data.SubsetRandomSampler([4, 8, 1])) == [1, 4, 8]
    assert set(data.WeightedRandomSampler([0, 1, 0, 1], 20)) == {1, 3}
    assert firsts(data.DataLoader(dataset, 2, sampler=[5, 1, 3])) == [[5, 1], [3]]
    assert firsts(data.DataLoader(dataset, batch_sampler=[[1], [2, 3]])) == [[1], [2, 3]]
    assert [list(batch) for batch in data.BatchSampler([1, 2, 3], 2, True)] == [[1, 2]]
    with pytest.raises(ValueError, match="positive"):
        data.BatchSampler([1], 0)
    with pytest.raises(ValueError, match="positive"):
        data.RandomSampler(dataset, num_samples=0)


def test_streams():
    assert [batch.tolist() for batch in data.DataLoader(Stream(), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert [batch.tolist() for batch in data.DataLoader(Stream(), 3, drop_last=True)] == [[0, 1, 2], [3, 4, 5]]
    assert list(data.DataLoader(Stream(), None)) == list(range(7))
    with pytest.raises(ValueError, match="own order"):
        data.DataLoader(Stream(), shuffle=True)
    with pytest.raises(UnsupportedError, match="num_workers=0"):
        data.DataLoader(Stream(), num_workers=2)
    with pytest.raises(UnsupportedError, match="no sample number"):
        Stream()[0]


@pytest.mark.parametrize("dataset", [pairs(50), [(k, k) for k in range(50)]])
def test_threads_keep_the_order(dataset):
    plain = firsts(data.DataLoader(dataset, 7))
    started = []
    loader = data.DataLoader(dataset, 7, num_workers=3, worker_init_fn=started.append, pin_memory=True, timeout=3,
                             persistent_workers=True)
    assert firsts(loader) == plain
    assert firsts(loader) == plain
    assert set(started) <= {0, 1, 2} and started


def test_threads_end_when_the_loop_is_left_or_fails():
    class Broken(Squares):
        def __getitem__(self, index):
            if index == 5:
                raise KeyError("sample five")
            return super().__getitem__(index)

    for _ in data.DataLoader(Squares(), 1, num_workers=2):
        break
    with pytest.raises(KeyError, match="sample five"):
        list(data.DataLoader(Broken(), 2, num_workers=2))
    for thread in threading.enumerate():
        if thread.name.startswith("mltensor-loader"):
            thread.join(5)
            assert not thread.is_alive()


def test_refused_combinations():
    for options in ({"batch_sampler": [[0]], "shuffle": True}, {"batch_sampler": [[0]], "batch_size": 2},
                    {"sampler": [0], "shuffle": True}, {"num_workers": -1}):
        with pytest.raises(ValueError, match="must not"):
            data.DataLoader(pairs(), **options)


def test_digits():
    images, labels = data.load_digits()
    assert images.shape == (1797, 8, 8) and images.dtype == np.uint8
    assert labels.shape == (1797,) and labels.dtype == np.int64
    assert int(np.max(images)) == 16 and int(np.sum(images)) == 561718
    assert [int(np.sum(labels == digit)) for digit in range(10)] == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    scaled, _ = data.load_digits(normalized=True)
    assert scaled.dtype == np.float32 and float(np.max(scaled)) == 1
    assert scaled[5, 3, 3].item() == images[5, 3, 3].item() / 16


def test_samplers_of_ones_own():
    class Every(data.Sampler):
        def __init__(self, indices):
            self.indices = indices

        def __iter__(self):
            return iter(self.indices)

        def __len__(self):
            return len(self.indices)

    class Backwards(data.SequentialSampler):
        def __iter__(self):
            return iter(range(len(self) - 1, -1, -1))

    dataset = data.TensorDataset(np.arange(5))
    assert [b[0].tolist() for b in data.DataLoader(dataset, 2, sampler=Every([3, 1, 2]))] == [[3, 1], [2]]
    assert [b[0].tolist() for b in data.DataLoader(dataset, 3, sampler=Backwards(dataset))] == [[4, 3, 2], [1, 0]]
    assert list(data.BatchSampler(data.SequentialSampler(range(3)), 2)) == [[0, 1], [2]]


def test_single_samples_are_converted():
    samples = [{"x": numpy.ones(2), "name": "a"}, (numpy.float32(2), [numpy.zeros(1)])]
    first, second = data.DataLoader(samples, batch_size=None)
    assert isinstance(first["x"], np.Tensor) and first["name"] == "a" and isinstance(second[1][0], np.Tensor)
    with pytest.raises(ValueError, match="drop_last"):
        data.DataLoader(samples, batch_size=None, drop_last=True)
