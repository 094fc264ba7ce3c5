"""What a figure says."""

from matplotlib.text import Text


def texts_of(figure):
    """All words of a figure; Matplotlib also keeps labels of ticks beyond the ends of an axis, which are not drawn."""
    unseen = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        ticks = [tick for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high or not axis.axes.axison]
        unseen.update(label for tick in ticks for label in (tick.label1, tick.label2))
    texts = (text for text in figure.findobj(Text) if text.get_visible() and text not in unseen)
    return [text for text in texts if text.get_text().strip()]
