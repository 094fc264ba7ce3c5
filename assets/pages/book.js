// On paper nothing can be unfolded, so what is folded is printed open, and closed again afterwards.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  opened.forEach((fold) => { fold.open = true; });
});
addEventListener("afterprint", () => opened.forEach((fold) => { fold.open = false; }));

// What scrolls sideways because the page is narrow can be scrolled by keyboard.
addEventListener("load", () => document.querySelectorAll(".math-block, .table-wrapper, .output").forEach((box) => {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}));
