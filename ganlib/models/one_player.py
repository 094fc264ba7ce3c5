"""What all models of one player share: one optimizer, one learning rate, one network that learns."""

from ganlib._tensorflow import keras
from ganlib.models.common import build_optimizer, live_property, live_rate
from ganlib.models.pictures import PictureModel
from ganlib.training import compile_mode


class OnePlayer(PictureModel):
    """A model of pictures in which one network learns; a family defines `players`, and `learner` if it is a part."""

    optimizer_names = ("optimizer",)

    def learner(self):
        """Return the network that learns: the model itself. No property, or Keras would save the model in itself."""
        return self

    def usual_optimizer(self):
        """Return the optimizer that is taken if none is given."""
        return keras.optimizers.Adam(1e-3)

    def compile(self, optimizer=None, **kwargs):
        """Set the optimizer, the usual one if None; `**kwargs` are what else `keras.Model.compile` takes."""
        optimizer = build_optimizer("optimizer", optimizer or self.usual_optimizer(), self.learner())
        kwargs.setdefault("jit_compile", compile_mode([self.learner()]) == "compiled")
        super().compile(optimizer=optimizer, **kwargs)

    def live_values(self):
        """Return the values that can change while the model trains."""
        return {"learning_rate": live_rate("learning_rate", lambda: self.optimizer)}

    learning_rate = live_property("learning_rate", "The learning rate.")
