"""The optimizer that moves a network, or leaves everything as it is."""

import numpy as np
import pytest

from ganlib._tensorflow import keras, tf
from ganlib.models.common import apply_if

OPTIMIZERS = {
    "Adam": lambda: keras.optimizers.Adam(0.1, beta_1=0.5),
    "AMSGrad": lambda: keras.optimizers.Adam(0.1, amsgrad=True),
    "SGD": lambda: keras.optimizers.SGD(0.1),
    "Nesterov": lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "RMSprop": lambda: keras.optimizers.RMSprop(0.1, centered=True, momentum=0.5),
    "Adadelta": lambda: keras.optimizers.Adadelta(0.1),
    "clipping": lambda: keras.optimizers.Adam(0.1, global_clipnorm=0.5),
    "weight decay": lambda: keras.optimizers.AdamW(0.1, weight_decay=0.1),
    "average": lambda: keras.optimizers.Adam(0.1, use_ema=True),
    "accumulation": lambda: keras.optimizers.Adam(0.1, gradient_accumulation_steps=2),
}
ALL = pytest.mark.parametrize("name", OPTIMIZERS)


class Game:
    """Three weights, an optimizer, and a step that pulls the weights to 1 if it may."""

    def __init__(self, name):
        self.weight = keras.Variable([0.5, -2.0, 3.0])
        self.optimizer = OPTIMIZERS[name]()
        self.optimizer.build([self.weight])

        @tf.function(jit_compile=True)
        def step(moves, broken):
            gradient = 2 * (self.weight.value - 1) + tf.where(broken, np.nan, 0.0)
            apply_if(moves, self.optimizer, [gradient], [self.weight])

        self.step = lambda moves, broken=False: step(tf.constant(moves), tf.constant(broken))

    def state(self):
        return [variable.numpy().tobytes() for variable in (self.weight, *self.optimizer.variables)]


@ALL
def test_what_may_move_moves_as_the_optimizer_says(name):
    game, plain = Game(name), Game(name)

    @tf.function(jit_compile=True)
    def step():
        plain.optimizer.apply([2 * (plain.weight.value - 1)], [plain.weight])

    for _ in range(5):
        game.step(True)
        step()
    assert int(game.optimizer.iterations) == int(plain.optimizer.iterations) > 0
    np.testing.assert_allclose(game.weight.numpy(), plain.weight.numpy(), rtol=1e-6)
    for ours, keras_s in zip(game.optimizer.variables, plain.optimizer.variables, strict=True):
        np.testing.assert_allclose(ours.numpy(), keras_s.numpy(), rtol=1e-5, atol=1e-7)


@ALL
@pytest.mark.parametrize("broken", [False, True], ids=["finite", "NaN"])
def test_what_must_stand_still_keeps_weights_and_moments_bit_for_bit(name, broken):
    game = Game(name)
    game.step(True)
    before = game.state()
    for _ in range(3):
        game.step(False, broken)
    assert game.state() == before
    game.step(True)
    assert game.state() != before


@ALL
def test_the_optimizer_is_left_as_it_was(name):
    game = Game(name)
    game.step(False)
    assert game.optimizer.assign_add.__func__ is type(game.optimizer).assign_add
    game.optimizer.apply([tf.ones(3)], [game.weight])
    game.optimizer.apply([tf.ones(3)], [game.weight])
    assert (game.weight.numpy() != [0.5, -2.0, 3.0]).all()
