// Search boxes that narrow what is on the page, as somebody types.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-narrows]")) {
    const target = document.querySelector(box.dataset.narrows);
    const nothing = document.querySelector(`[data-narrows-nothing="${box.dataset.narrows}"]`);
    const apply = () => narrow(target, nothing, box.value.trim().toLowerCase());
    box.addEventListener("input", apply);
    if (box.value) apply(); // typed before the script was there
    box.addEventListener("keydown", (event) => {
      const first = target.querySelector("[data-narrowed]:not([hidden]) a");
      if (event.key === "Enter" && box.value.trim() && first) {
        event.preventDefault();
        first.click();
      }
    });
  }
});

function narrow(target, nothing, text) {
  const words = text.split(/\s+/);
  let shown = 0;
  for (const item of target.querySelectorAll("[data-narrowed]")) {
    item.hidden = !words.every((word) => item.dataset.narrowed.includes(word));
    shown += item.hidden ? 0 : 1;
  }
  for (const group of target.querySelectorAll("[data-narrowed-group]")) {
    group.hidden = !group.querySelector("[data-narrowed]:not([hidden])");
  }
  nothing.hidden = shown > 0;
}
