"""The same step in PyTorch and in JAX, written as somebody who knows them well would write it.

`python -m ganlib.bench.rivals NAME` is a process of its own: it reads a line of JSON, the networks and the batch, and
then, line by line, how many steps to make; to each it answers with the seconds that they took and the last two losses.
Two of these libraries in one process may crash it. A step is that of `ganlib.bench.ways.two_tapes`: half a batch
of real pictures and as many fakes for the discriminator, then a whole batch of fakes for the generator, and Adam.
"""

import json
import sys
import time

import numpy as np

RATE, BETAS, EPSILON = 2e-4, (0.5, 0.999), 1e-7  # of `ganlib.bench.products.usual_adam`
PICTURES = 60_000
SCANNED = 100  # steps in one call of JAX, as in a block of the engine

# --- PyTorch ----------------------------------------------------------------------------------------------------------


def pytorch_steps(generator, discriminator, pictures, batch_size):
    """Return a function `make(steps)` that makes eager steps, with fused Adam, and returns the last two losses.

    Parameters
    ----------
    generator, discriminator : list of list
        What `ganlib.bench.ways.layers_of` returns of the Keras networks.
    pictures : ndarray
        float32 (n, height, width, channels) in [-1, 1].
    batch_size : int
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as log_loss

    g, d = pytorch_network(generator), pytorch_network(discriminator)
    of_g, of_d = (torch.optim.Adam(net.parameters(), RATE, BETAS, EPSILON, fused=True) for net in (g, d))
    data, half = torch.from_numpy(np.ascontiguousarray(np.moveaxis(pictures, -1, 1))), batch_size // 2
    latent_dim, label = generator[0][1], torch.cat([torch.ones(half, 1), torch.zeros(half, 1)])

    def step():
        real = data[torch.randint(len(data), (half,))]
        with torch.no_grad():
            fake = g(torch.randn(half, latent_dim))
        of_d.zero_grad()
        d_loss = log_loss(d(torch.cat([real, fake])), label)
        d_loss.backward()
        of_d.step()
        of_g.zero_grad()
        d.requires_grad_(False)
        g_loss = log_loss(d(g(torch.randn(batch_size, latent_dim))), torch.ones(batch_size, 1))
        g_loss.backward()
        d.requires_grad_(True)
        of_g.step()
        return d_loss.item(), g_loss.item()

    def make(steps):
        for _ in range(steps):
            losses = step()
        return losses

    return make


def pytorch_network(described):
    """Build a network of these layers, channels first, as is usual in PyTorch."""
    from torch import nn

    kinds = {
        "Dense": nn.Linear,
        "Conv2D": lambda *sizes: nn.Conv2d(*sizes, padding=1),  # "same", for kernels of 4 and strides of 2
        "Conv2DTranspose": lambda *sizes: nn.ConvTranspose2d(*sizes, padding=1),
        "BatchNormalization": lambda rank, size, eps, momentum: (nn.BatchNorm2d if rank == 4 else nn.BatchNorm1d)(
            size, eps, 1 - momentum
        ),
        "LeakyReLU": nn.LeakyReLU,
        "Flatten": nn.Flatten,
        "Reshape": lambda height, width, channels: nn.Unflatten(1, (channels, height, width)),
        "tanh": nn.Tanh,
    }
    return nn.Sequential(*(kinds[kind](*sizes) for kind, *sizes in described))


# --- JAX --------------------------------------------------------------------------------------------------------------


def jax_steps(generator, discriminator, pictures, batch_size):
    """Return a function `make(steps)` that makes steps of dense networks, SCANNED at a time in one `lax.scan`.

    The parameters are those of `pytorch_steps`.
    """
    import jax
    import jax.numpy as jnp

    (g, weights_of_g), (d, weights_of_d) = jax_network(generator, 0), jax_network(discriminator, 1)
    data, half, latent_dim = jnp.asarray(pictures.reshape(len(pictures), -1)), batch_size // 2, generator[0][1]

    def log_loss(logits, label):
        return jnp.mean(jax.nn.softplus(logits) - label * logits)

    def d_loss(weights, real, fake):
        logits = d(weights, jnp.concatenate([real, fake]))[0]
        return (log_loss(logits[:half], 1.0) + log_loss(logits[half:], 0.0)) / 2

    def g_loss(weights, weights_of_d, latent):
        fake, seen = g(weights, latent)
        return log_loss(d(weights_of_d, fake)[0], 1.0), seen

    def adam(player, gradients, count):
        weights, first, second = player
        first = jax.tree.map(lambda m, x: m + (1 - BETAS[0]) * (x - m), first, gradients)
        second = jax.tree.map(lambda v, x: v + (1 - BETAS[1]) * (x * x - v), second, gradients)
        rate = RATE * jnp.sqrt(1 - BETAS[1] ** count) / (1 - BETAS[0] ** count)
        moved = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + EPSILON), weights, first, second)
        return moved, first, second

    def averaged(statistics, seen):
        return jax.tree.map(lambda old, new: 0.8 * old + 0.2 * new, statistics, seen)

    def step(state, key):
        of_g, of_d, statistics, count = state
        real_key, fake_key, latent_key = jax.random.split(key, 3)
        real = data[jax.random.randint(real_key, (half,), 0, len(data))]
        fake, seen = g(of_g[0], jax.random.normal(fake_key, (half, latent_dim)))
        statistics = averaged(statistics, seen)
        loss_of_d, gradients = jax.value_and_grad(d_loss)(of_d[0], real, fake)
        of_d = adam(of_d, gradients, count)
        latent = jax.random.normal(latent_key, (batch_size, latent_dim))
        (loss_of_g, seen), gradients = jax.value_and_grad(g_loss, has_aux=True)(of_g[0], of_d[0], latent)
        state = adam(of_g, gradients, count), of_d, averaged(statistics, seen), count + 1
        return state, jnp.stack([loss_of_d, loss_of_g])

    @jax.jit
    def scan(state, key):
        key, now = jax.random.split(key)
        state, losses = jax.lax.scan(step, state, jax.random.split(now, SCANNED))
        return state, key, losses[-1]

    def still(weights):
        return jax.tree.map(jnp.zeros_like, weights)

    players = [(weights, still(weights), still(weights)) for weights in (weights_of_g, weights_of_d)]
    now = [(*players, still(g(weights_of_g, jnp.zeros((1, latent_dim)))[1]), 1.0), jax.random.key(0)]

    def make(steps):
        for _ in range(0, steps, SCANNED):
            *now[:], losses = scan(*now)
            last = losses.tolist()  # waits
        return last

    return make


def jax_network(described, seed):
    """Return `apply(weights, x)`, a dense network in training, and its first weights, one list per layer.

    `apply` takes flat pictures or vectors and gives the outputs, and the mean and variance of the batch at each batch
    normalisation.
    """
    import jax.numpy as jnp

    rng, weights = np.random.default_rng(seed), []
    for kind, *sizes in described:
        if kind == "Dense":
            limit = np.sqrt(6 / sum(sizes))  # Glorot's, as in Keras
            own = [rng.uniform(-limit, limit, sizes), np.zeros(sizes[1])]
        elif kind == "BatchNormalization":
            own = [np.ones(sizes[1]), np.zeros(sizes[1])]
        else:
            own = []
        weights.append([jnp.asarray(weight, jnp.float32) for weight in own])

    def apply(weights, x):
        seen = []
        for (kind, *sizes), own in zip(described, weights, strict=True):
            if kind == "Dense":
                x = x @ own[0] + own[1]
            elif kind == "LeakyReLU":
                x = jnp.where(x > 0, x, sizes[0] * x)
            elif kind == "BatchNormalization":
                mean, variance = x.mean(0), x.var(0)
                seen.append((mean, variance))
                x = own[0] * (x - mean) / jnp.sqrt(variance + sizes[2]) + own[1]
            elif kind == "tanh":
                x = jnp.tanh(x)
        return x, seen

    return apply, weights


# --- a process of its own ---------------------------------------------------------------------------------------------


STEPS = {"pytorch": pytorch_steps, "jax": jax_steps}


def main(name):
    """Read networks and batch, then numbers of steps, until there are no more; answer with seconds and losses."""
    given = json.loads(sys.stdin.readline())
    pictures = np.random.default_rng(0).uniform(-1, 1, (PICTURES, 28, 28, 1)).astype(np.float32)
    make = STEPS[name](given["generator"], given["discriminator"], pictures, given["batch_size"])
    for line in sys.stdin:
        started = time.perf_counter()
        losses = make(int(line))
        print(json.dumps([time.perf_counter() - started, *losses]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
