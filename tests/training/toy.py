"""The smallest family of models that the engine can train, and data for it: what the tests of the engine work with.

Two players: the leader learns the mean of the data, the follower learns to undo the leader. Compiling it takes a tenth
of the time that a GAN takes.
"""

import numpy as np

from ganlib._tensorflow import keras, tf
from ganlib.training import LiveValue, TrainableModel, number, switch

POINTS = np.random.default_rng(7).normal(2.0, 1.0, (40, 3)).astype(np.float32)


def network(name, seed):
    init = keras.initializers.GlorotUniform(seed=seed)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, kernel_initializer=init)], name=name)


@keras.saving.register_keras_serializable("toy")
class Toy(TrainableModel):
    columns = ("leader_loss", "follower_loss", "size")
    sparse_columns = ("size",)

    def __init__(self, seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.leader = network("leader", self.seed)
        self.follower = network("follower", self.seed + 1)
        self.optimizers = {"leader": keras.optimizers.Adam(0.01), "follower": keras.optimizers.Adam(0.01)}
        for name, player in self.players.items():
            self.optimizers[name].build(player.trainable_variables)
        self.pull = tf.Variable(1.0, trainable=False)
        self.halted = tf.Variable(0.0, trainable=False)
        self.traces = 0
        self.built = True

    def get_config(self):
        return {"seed": self.seed}

    @property
    def players(self):
        return {"leader": self.leader, "follower": self.follower}

    def parts(self):
        variables = {name: player.variables for name, player in self.players.items()}
        return variables | {f"{name}_optimizer": optimizer.variables for name, optimizer in self.optimizers.items()}

    def live_values(self):
        rate = self.optimizers["leader"].learning_rate
        return {
            "leader_learning_rate": LiveValue(
                number("leader_learning_rate", 0, 1e30), lambda: float(str(rate.numpy())), rate.assign
            ),
            "pull": LiveValue(number("pull", -9, 9), lambda: float(str(self.pull.numpy())), self.pull.assign),
            "halted": LiveValue(
                switch("halted"), lambda: bool(self.halted.numpy()), lambda value: self.halted.assign(float(value))
            ),
        }

    def held_still(self, player):
        return "it is halted" if self.live.read("halted") else None

    def default_data(self):
        return (POINTS,)

    def check_data(self, data):
        return data if isinstance(data, tuple) else (np.asarray(data, np.float32),)

    def iteration(self, draws, batch_size, phase):
        self.traces += 1
        real = draws.examples(batch_size)
        noise = draws.normal([batch_size, 3], 1)
        measured = tf.fill([3], np.nan)
        steps = (self._lead, self._follow)
        for number_of_player, step in enumerate(steps, start=1):
            wanted = (phase == 0) | (phase == number_of_player)
            row = tf.cond(wanted, lambda step=step: step(real, noise), lambda: tf.fill([2], np.nan))
            at = number_of_player - 1
            measured = tf.tensor_scatter_nd_update(measured, [[at]], row[:1])
        size = tf.where(draws.step % 10 == 0, tf.norm(self.leader.weights[0]), np.nan)
        return tf.tensor_scatter_nd_update(measured, [[2]], [size])

    def _lead(self, real, noise):
        return self._learn("leader", lambda: tf.reduce_mean((self.leader(noise) - self.pull * real) ** 2))

    def _follow(self, real, noise):
        return self._learn("follower", lambda: tf.reduce_mean((self.follower(self.leader(noise)) - noise) ** 2))

    def _learn(self, name, loss_of):
        weights = self.players[name].trainable_variables
        with tf.GradientTape() as tape:
            loss = loss_of()
        gradients = tape.gradient(loss, weights)
        gradients = [gradient * (1 - self.halted) for gradient in gradients]
        self.optimizers[name].apply(gradients, weights)
        return tf.stack([loss, loss])


def arrays_of(model):
    """Every array that a checkpoint would hold: the weights, and the optimizers' moments."""
    return model.state()[0]


def same(arrays, others):
    """Tell whether two such dicts are equal bit for bit."""
    return arrays.keys() == others.keys() and all(
        array.dtype == others[name].dtype and array.tobytes() == others[name].tobytes()
        for name, array in arrays.items()
    )


def train(model, steps, **options):
    """Train without a word; return the history."""
    return model.train(steps, 8, verbose=0, **options)


class At(keras.callbacks.Callback):
    """Do something when a step has been made; training pauses there."""

    def __init__(self, step, action):
        super().__init__()
        self.every = step
        self._action = action

    def on_train_batch_end(self, batch, logs=None):
        if batch + 1 == self.every:
            self._action()


def one_sentence(error):
    """Check that a message is a sentence for people, and return it."""
    text = str(error.value if hasattr(error, "value") else error)
    assert 20 < len(text) < 500, text
    assert "\n" not in text, text
    assert text.rstrip("'\"").endswith("."), text
    return text
