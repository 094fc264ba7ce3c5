"""Formulas in the book as MathML, which browsers draw and read aloud themselves: no script, and no network.

An extension for Sphinx.
"""

from latex2mathml.converter import convert


def setup(app):
    """Register the renderer with Sphinx."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    return {"version": "1", "parallel_read_safe": True}


def _inline(translator, node):
    _write(translator, node, "inline")


def _block(translator, node):
    translator.body.append('<div class="math-block" style="margin: 1em 0; overflow-x: auto">')
    _write(translator, node, "block")
    translator.body.append("</div>")


def _write(translator, node, display):
    from docutils import nodes

    translator.body.append(convert(node.astext(), display=display))
    raise nodes.SkipNode
