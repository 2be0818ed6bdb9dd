"""The handwritten digits of the UCI repository, carried in the package."""

from importlib.resources import files

import numpy

import mltensor as np


def load_digits(normalized=False):
    """The 1,797 handwritten digits of the UCI data set "Optical Recognition of Handwritten Digits".

    Parameters
    ----------
    normalized : bool
        Give the images as float32 from 0 to 1 instead of whole numbers from 0 to 16.

    Returns
    -------
    images : Tensor
        Shape (1797, 8, 8), uint8; float32 if `normalized`.
    labels : Tensor
        Shape (1797,), int64: the digit that each image shows.

    Notes
    -----
    E. Alpaydin, C. Kaynak, UCI Machine Learning Repository, 1998, licence CC BY 4.0. The file
    ``digits.txt`` beside this one has the details.
    """
    with files(__package__).joinpath("digits.npz").open("rb") as file, numpy.load(file, allow_pickle=False) as data:
        images, labels = data["images"], data["labels"]
    if normalized:
        images = images.astype(numpy.float32) / numpy.float32(16)
    return np.asarray(images), np.asarray(labels.astype(numpy.int64))
