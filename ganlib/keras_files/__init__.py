"""Reading networks out of files: `.keras` and `.h5` of Keras 3 and 2, weights alone, without running what they hold."""
