"""How a GAN learns: what can be chosen besides its networks, its optimizers and its live values."""

from dataclasses import asdict, dataclass, replace

from ganlib.arguments import Choice, Number, check_fields
from ganlib.models.augment import KINDS
from ganlib.models.gan_step import D_STEPS
from ganlib.models.losses import LOSSES, PENALTIES
from ganlib.models.networks import normalises_batches

MAY_BE_NONE = ("ema_decay", "loss_penalty")


@dataclass(frozen=True)
class GANOptions:
    """Options of a GAN; `GAN(ema_decay=0.999)` and `GANOptions(ema_decay=0.999)` take the same.

    Attributes
    ----------
    loss_kind : str
        The loss at first, which can be changed live: "non_saturating", "saturating", "least_squares"; or one of those
        that make the discriminator a critic, which gives scores: "wasserstein" with the interpolated gradient penalty
        (Gulrajani et al. 2017), "hinge" (Lim and Ye 2017; Miyato et al. 2018), "relativistic" with R1 and R2 (Huang et
        al. 2024). `GAN.from_recipe` with the name of one of these three gives it the optimizers of its paper too.
    loss_penalty : float or None
        Weight of the penalty that belongs to the loss "wasserstein" (10 if None) or "relativistic" (1 if None), half of
        which is added to the discriminator's loss, itself the mean of two terms; the other losses have none.
    ema_decay : float or None
        Decay per step of a moving average of the generator's weights, which then makes the pictures; 0 to 0.999999,
        usually 0.99 to 0.9999.
    d_update : str
        "together": one update of the discriminator on a half batch of real and one of fake pictures; "apart": the
        classic code's two updates, first on the real half, then on the fake one.
    d_fakes : str
        "training": the fakes that the discriminator learns from are made with the batch's own statistics, like those
        that the generator learns from; "inference": with the moving statistics, as the classic code does.
    gradient_penalty : float
        Weight of the mean square length of the discriminator's gradient at real pictures, half of which is added to its
        loss on them, whatever that is; 0: none. It is the R1 of Mescheder et al. 2018, equation 9: it damps the
        circling of two networks that only follow their gradients.
    training_spread : float
        Standard deviation, from 0.5 to 1, of the latent vectors that the training draws. Pictures are always made from
        standard normal ones: below 1 these lie farther out than those learned from, and the pictures vary more. It is
        the truncation of Brock et al. 2019, section 3.1, turned round.
    augment : str
        "none", "shift" or "mirror and shift": how the pictures that the discriminator sees are changed at random, so
        that it cannot learn a few hundred by heart. Real and fake ones are shifted alike; mirrored are real ones only.
        See `ganlib.models.augment`.

    Raises
    ------
    ValueError
        An option does not fit.
    """

    loss_kind: str = "non_saturating"
    loss_penalty: float | None = None
    ema_decay: float | None = None
    d_update: str = "together"
    d_fakes: str = "training"
    gradient_penalty: float = 0.0
    training_spread: float = 1.0
    augment: str = "none"

    def __post_init__(self):
        """Check every option."""
        checks = [
            Choice("loss_kind", tuple(LOSSES)),
            Number("loss_penalty", 0, 1e6),
            Number("ema_decay", 0, 0.999999),
            Choice("d_update", tuple(D_STEPS)),
            Choice("d_fakes", ("training", "inference")),
            Number("gradient_penalty", 0, 1e6),
            Number("training_spread", 0.5, 1),
            Choice("augment", KINDS),
        ]
        check_fields(self, checks, MAY_BE_NONE)

    @classmethod
    def of(cls, options):
        """Return the options in a dict; ValueError if one has another name."""
        if unknown := options.keys() - cls.__dataclass_fields__.keys():
            raise ValueError(
                f"A GAN has no option {min(unknown)!r}: its options are {', '.join(cls.__dataclass_fields__)}."
            )
        return cls(**options)

    def as_dict(self):
        """Return all fields as a dict that JSON can hold."""
        return asdict(self)

    def replace(self, **changes):
        """Return the same with some fields changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class FittingLoss(Choice):
    """A check for a loss; it refuses those that the discriminator of a GAN cannot learn."""

    gan: object

    def __call__(self, value):
        kind = super().__call__(value)
        if kind in PENALTIES and self.gan.options.d_update == "apart":
            raise ValueError(
                f"The loss {kind!r} compares real pictures with fakes, so that both belong in one update: build the "
                f'GAN with d_update="together".'
            )
        if kind in PENALTIES and normalises_batches(self.gan.discriminator):
            raise ValueError(
                f"The penalty of the loss {kind!r} is on how steep the discriminator is at one picture, and batch "
                f"normalisation mixes all pictures of a batch: take it out of the discriminator."
            )
        return kind
