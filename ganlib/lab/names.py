"""A name for the handle of every slider, for those who hear the page: ipywidgets gives it none.

The handle is what takes the keyboard. Its name is the label that stands before it.
"""

import anywidget


class Names(anywidget.AnyWidget):
    """Puts the label of each slider of the same `.ganlib` box on its handle; shows nothing."""

    _esm = """
    function name(root) {
      for (const handle of root.querySelectorAll(".noUi-handle:not([aria-label])")) {
        const label = handle.closest(".widget-inline-hbox")?.querySelector(".widget-label");
        if (label?.textContent) handle.setAttribute("aria-label", label.textContent);
      }
    }
    export default {
      render({ el }) {
        el.style.display = "none";
        let observer;
        const begin = () => {
          const root = el.closest(".ganlib");
          if (!root) return;
          clearInterval(waiting);
          name(root);
          observer = new MutationObserver(() => name(root));
          observer.observe(root, { childList: true, subtree: true });
        };
        const waiting = setInterval(begin, 100);
        return () => { clearInterval(waiting); observer?.disconnect(); };
      },
    };
    """
