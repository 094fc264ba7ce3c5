"""What all models of pictures share: which pictures they take, and samples of what they make."""

import numpy as np

from ganlib import builders
from ganlib import data as pixels
from ganlib._tensorflow import tf
from ganlib.arguments import Whole, as_array
from ganlib.paths import as_path
from ganlib.training import TrainableModel, atomic_write
from ganlib.wording import by

GRID = 5


class PictureModel(TrainableModel):
    """A trainable model of pictures; a family defines `picture_shape` and `sample_grid`.

    Attributes
    ----------
    samples : dict of int to ndarray
        For each step at which a sample was taken, its pictures, uint8 (n, height, width, channels): 25 of them, or ten
        for each class of a conditional GAN. Models of points keep points, float32 (500, 2).
    own_data : ndarray, tuple or None
        What is learned where `train` is given no data; MNIST if None.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.samples = {}
        self.own_data = None

    @property
    def picture_shape(self):
        """Height, width and channels of a picture."""
        raise NotImplementedError

    def sample_grid(self):
        """Return 25 pictures, float32 in [-1, 1], that show what the model has learned; comparable between steps."""
        raise NotImplementedError

    def start_over(self, *state_and_seed):
        """Go back to a state, and forget the samples that were taken since."""
        super().start_over(*state_and_seed)
        self.samples = {}

    def forget_samples(self, step):
        """Forget the samples that were taken after this step, to which training has gone back."""
        self.samples = {taken: sample for taken, sample in self.samples.items() if taken <= step}

    def default_data(self):
        """Return the pictures for which the model was built, or the MNIST training set, uint8 (60000, 28, 28, 1)."""
        return self.mnist()[0] if self.own_data is None else self.own_data

    def mnist(self):
        """Return the pictures and labels of the MNIST training set; ValueError if the networks take another shape."""
        if self.picture_shape != builders.IMAGE_SHAPE:
            shape = by(self.picture_shape)
            raise ValueError(f"No pictures of {shape} come with the kit: give as data= those that this model learns.")
        return pixels.load_mnist("train")

    def check_data(self, data):
        """Return the pictures as a tuple of one array of the shape that the networks take.

        The labels of (pictures, labels), as `load_mnist` returns them, and the names of classes, which `load_pictures`
        adds, are ignored.
        """
        if isinstance(data, pixels.Pictures):
            data = data.images
        elif isinstance(data, tuple | list) and len(data) == 2:
            pictures, labels = (as_array("Pictures and labels", part) for part in data)
            data = pictures if pictures.ndim >= 3 and labels.ndim == 1 else data
        pictures = pixels.check_pictures(data)
        if pictures.dtype == np.uint8 and pictures.max() == 1:
            raise ValueError("Bytes run from 0 to 255, but no pixel of these is above 1: scale them with 255 * images.")
        if pictures.shape[1:] != self.picture_shape:
            raise ValueError(
                f"The pictures are {by(pictures.shape[1:])}, but the networks take {by(self.picture_shape)}: "
                f"{self._way_out(pictures.shape[1:])}."
            )
        return (pictures if pictures.dtype == np.uint8 else pictures.astype(np.float32, copy=False),)

    def _way_out(self, shape):
        """Say what to do about pictures of another shape than the networks take."""
        return f"build {type(self).__name__}(image_shape={shape}), or load_pictures in the size that the networks take"

    def take_sample(self, step):
        """Keep the 25 pictures in `samples`, and as a picture file in the run folder."""
        self.samples[step] = pixels.as_bytes(self.sample_grid())
        if self.run:
            self.save_imgs(self.run.sample_folder / f"step_{step:08d}.png")

    def save_imgs(self, path):
        """Save the picture of `sample_picture` as a PNG file; ValueError unless `path` ends in .png."""
        path = as_path(path)
        if path.suffix.lower() != ".png":
            raise ValueError(f"save_imgs writes PNG files: end the name in .png, not {path.name!r}.")
        with atomic_write(path) as file:
            file.write(pixels.png_bytes(self.sample_picture()))

    def sample_picture(self):
        """Return the 25 pictures as one, a 5 by 5 grid: uint8 (height, width), or (height, width, 3) in colour."""
        return pixels.tile(self.sample_grid(), GRID, GRID)


def to_unit_range(pictures):
    """Scale a uint8 tensor of pictures to [-1, 1]; leave a float one as it is."""
    return (tf.cast(pictures, tf.float32) - 127.5) / 127.5 if pictures.dtype == tf.uint8 else pictures


def in_chunks(function, *arrays, size=1000):
    """Apply a function to `size` rows of each array at a time, so that memory stays flat; return all it returned."""
    chunks = ([tf.constant(rows[i : i + size]) for rows in arrays] for i in range(0, len(arrays[0]), size))
    return np.concatenate([function(*chunk).numpy() for chunk in chunks])


def random_from(seed):
    """Return NumPy's random generator for a seed, a different one each time for None; ValueError if it is no seed."""
    return np.random.default_rng(None if seed is None else Whole("seed", 0)(seed))
