"""Reading networks out of files: Keras 3's `.keras`, Keras 2's `.h5` and weights alone, running none of their code."""
