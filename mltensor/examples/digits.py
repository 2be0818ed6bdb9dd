"""Trains a network on the 1,797 handwritten digits of the UCI set and saves it.

    python -m mltensor.examples.digits [--epochs N] [--seed N] [--output FILE]

Four fifths of the images are learned, one fifth (the same share of each digit) is kept for the test.
Writes the trained network as a safetensors file and, where matplotlib is installed, the training
curve as a picture beside it.
"""

import argparse
import importlib
import importlib.util
from pathlib import Path

from tqdm import tqdm

import mltensor as np
from mltensor import nn
from mltensor.data import DataLoader, TensorDataset, load_digits
from mltensor.io import load, save
from mltensor.optim import AdamW
from mltensor.optim.lr_scheduler import CosineAnnealingLR


def network():
    """A network of two hidden layers, from 8 x 8 pixels to scores of the ten digits."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(64, 256),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(256, 128),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(128, 10),
    )


def split(labels, seed):
    """Numbers of the images to learn and of those kept for the test: a fifth of each digit, by lot.

    Parameters
    ----------
    labels : Tensor, shape (images,)
    seed : int

    Returns
    -------
    learned, kept : Tensor
        Integers.
    """
    generator = np.random.default_rng(seed)
    learned, kept = [], []
    for digit in range(10):
        numbers = generator.permutation(np.nonzero(labels == digit)[0])
        fifth = len(numbers) // 5
        kept.append(numbers[:fifth])
        learned.append(numbers[fifth:])
    return np.concat(learned), np.concat(kept)


def accuracy(model, images, labels):
    """Share of the images whose highest score is that of the right digit."""
    model.eval()
    with np.no_grad():
        right = np.argmax(model(images), axis=1) == labels
    return float(np.mean(right))


def train(model, learned, kept, epochs):
    """Train a network with a progress bar.

    Parameters
    ----------
    model : Module
    learned, kept : (Tensor, Tensor)
        Images and labels.
    epochs : int

    Returns
    -------
    list of (float, float)
        After each epoch the mean loss of its batches and the accuracy on the images kept back.
    """
    loader = DataLoader(TensorDataset(*learned), batch_size=64, shuffle=True)
    optimizer = AdamW(model.parameters(), lr=0.003)
    scheduler = CosineAnnealingLR(optimizer, epochs)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.1)
    curve = []
    with tqdm(range(epochs), desc="training", unit="epoch") as bar:
        for _ in bar:
            model.train()
            total = 0.0
            for images, labels in loader:
                optimizer.zero_grad()
                loss = loss_of(model(images), labels)
                loss.backward()
                optimizer.step()
                total += loss.item()
            scheduler.step()
            curve.append((total / len(loader), accuracy(model, *kept)))
            bar.set_postfix(loss=f"{curve[-1][0]:.4f}", accuracy=f"{curve[-1][1]:.2%}")
    return curve


def draw(curve, path):
    """Save the training curve as a picture; says so where matplotlib is missing.

    Returns
    -------
    bool
        Whether there is a picture.
    """
    if importlib.util.find_spec("matplotlib") is None:
        print("No training curve is drawn: matplotlib is not installed.")
        return False
    figure = importlib.import_module("matplotlib.figure").Figure(figsize=(7, 4), layout="constrained")
    left = figure.add_subplot()
    right = left.twinx()
    epochs = range(1, len(curve) + 1)
    left.plot(epochs, [loss for loss, _ in curve], color="tab:blue")
    right.plot(epochs, [100 * share for _, share in curve], color="tab:orange")
    left.set_xlabel("epoch")
    left.set_ylabel("loss on the images learned", color="tab:blue")
    right.set_ylabel("accuracy on the images kept back [%]", color="tab:orange")
    left.set_title("Handwritten digits")
    figure.savefig(path, dpi=150)
    print(f"training curve: {path}")
    return True


def main(arguments=None):
    """The program; returns the accuracy."""
    parser = argparse.ArgumentParser(prog="python -m mltensor.examples.digits", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=40,
                        help="times that each image is learned (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0,
                        help="of everything that is drawn by lot (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path("digits.safetensors"),
                        help="file for the trained network (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.epochs < 1:
        parser.error("--epochs must be at least 1")

    np.random.manual_seed(options.seed)
    images, labels = load_digits(normalized=True)
    learned, kept = [(images[numbers], labels[numbers]) for numbers in split(labels, options.seed)]
    model = network()
    curve = train(model, learned, kept, options.epochs)
    reached = accuracy(model, *kept)
    print(f"accuracy on {len(kept[1])} images that were kept back: {reached:.2%}")

    save(model.state_dict(), options.output)
    again = network()
    again.load_state_dict(load(options.output))
    print(f"saved as {options.output}; loaded again: {accuracy(again, *kept):.2%}")
    draw(curve, options.output.with_suffix(".png"))
    return reached


if __name__ == "__main__":
    main()
