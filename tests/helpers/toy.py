"""The smallest family of models that the engine can train, and data for it: what the tests of the engine work with.

Two players: the leader learns the mean of the data, the follower learns to undo the leader. Compiling it takes a tenth
of the time that a GAN takes.
"""

import numpy as np

from ganlib._tensorflow import keras, tf
from ganlib.arguments import Number, Switch
from ganlib.training import LiveValue, Player, TrainableModel

POINTS = np.random.default_rng(7).normal(2.0, 1.0, (40, 3)).astype(np.float32)


def network(name, seed):
    init = keras.initializers.GlorotUniform(seed=seed)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, kernel_initializer=init)], name=name)


@keras.saving.register_keras_serializable("toy")
class Toy(TrainableModel):
    metric_names = ("leader_loss", "follower_loss", "size")
    sparse_metrics = ("size",)

    def __init__(self, seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.leader = network("leader", self.seed)
        self.follower = network("follower", self.seed + 1)
        self.optimizers = {"leader": keras.optimizers.Adam(0.01), "follower": keras.optimizers.Adam(0.01)}
        for player in self.players().values():
            player.optimizer.build(player.network.trainable_variables)
        self.pull = tf.Variable(1.0, trainable=False)
        self.halted = tf.Variable(0.0, trainable=False)
        self.traces = 0
        self.built = True

    def get_config(self):
        return {"seed": self.seed}

    def players(self):
        def repeats():
            return 1 - tf.cast(self.halted, tf.int32)

        steps = {"leader": (self._lead, ("leader_loss", "size")), "follower": (self._follow, ("follower_loss",))}
        return {
            name: Player(getattr(self, name), self.optimizers[name], *step, repeats) for name, step in steps.items()
        }

    def state_variables(self):
        variables = {name: player.network.variables for name, player in self.players().items()}
        return variables | {f"{name}_optimizer": optimizer.variables for name, optimizer in self.optimizers.items()}

    def live_values(self):
        rate = self.optimizers["leader"].learning_rate
        return {
            "leader_learning_rate": LiveValue(
                Number("leader_learning_rate", 0, 1e30), lambda: float(str(rate.numpy())), rate.assign
            ),
            "pull": LiveValue(Number("pull", -9, 9), lambda: float(str(self.pull.numpy())), self.pull.assign),
            "halted": LiveValue(
                Switch("halted"), lambda: bool(self.halted.numpy()), lambda value: self.halted.assign(float(value))
            ),
        }

    def default_data(self):
        return (POINTS,)

    def check_data(self, data):
        return data if isinstance(data, tuple) else (np.asarray(data, np.float32),)

    def _lead(self, draws, batch_size, learn):
        self.traces += not tf.executing_eagerly()
        real, noise = draws.examples(batch_size), draws.normal([batch_size, 3], 1)
        loss = self._learn("leader", learn, lambda: tf.reduce_mean((self.leader(noise) - self.pull * real) ** 2))
        return {"leader_loss": loss, "size": tf.where(draws.step % 10 == 0, tf.norm(self.leader.weights[0]), np.nan)}

    def _follow(self, draws, batch_size, learn):
        noise = draws.normal([batch_size, 3], 1)
        chase = lambda: tf.reduce_mean((self.follower(self.leader(noise)) - noise) ** 2)  # noqa: E731
        return {"follower_loss": self._learn("follower", learn, chase)}

    def _learn(self, name, learn, loss_of):
        weights = getattr(self, name).trainable_variables
        with tf.GradientTape() as tape:
            loss = loss_of()
        if learn:
            self.optimizers[name].apply(tape.gradient(loss, weights), weights)
        return loss


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
