"""Names for the handles of sliders and the buttons of a player, for those who hear the page: ipywidgets gives none.

The handle is what takes the keyboard. Its name is the label that stands before it.
"""

import anywidget


class Names(anywidget.AnyWidget):
    """Names the handles and the player's buttons in the same `.ganlib` box; shows nothing."""

    _esm = """
    const icons = {
      "fa-play": "play or pause", "fa-pause": "play or pause", "fa-stop": "stop", "fa-retweet": "repeat",
    };
    function name(root) {
      for (const button of root.querySelectorAll("button:not([aria-label])")) {
        const icon = [...(button.querySelector("i")?.classList ?? [])].find((part) => part in icons);
        if (icon && !button.textContent.trim()) button.setAttribute("aria-label", icons[icon]);
      }
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
