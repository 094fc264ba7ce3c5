"""Taking a trained network away: to Keras, ONNX, Deeplearning4j, a GIF, and a page that draws digits in the browser.

`plane_page` writes the one page that needs no trained network: lesson 05's game, which trains in the browser.

Every other file is first written to a temporary place and read back: a network is compared with the original on 256
inputs, a GIF with its frames. Only then is it put in place, with a model card beside it. Lesson 12 shows each in use.
"""

from ganlib.export.dl4j import to_dl4j
from ganlib.export.gif import to_gif
from ganlib.export.keras_file import to_keras
from ganlib.export.onnx_file import to_onnx
from ganlib.export.plane_page import plane_page
from ganlib.export.web import to_web
from ganlib.keras_files.errors import ExportError
from ganlib.keras_files.imports import read_network

__all__ = ["ExportError", "plane_page", "read_network", "to_dl4j", "to_gif", "to_keras", "to_onnx", "to_web"]
