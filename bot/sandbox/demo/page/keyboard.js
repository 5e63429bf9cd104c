// Moving through the page by keyboard: lists by arrows, "/" to the message box, Escape to go back.

/** Let arrows move the focus among the items of a list, of which one is in the tab order. */
export function walkable(list, selector, { onEnd = () => {} } = {}) {
  const items = () => [...list.querySelectorAll(selector)];
  list.addEventListener("keydown", (event) => {
    const all = items();
    const here = all.indexOf(event.target);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (here < 0 || to === undefined) return;
    event.preventDefault();
    if (to >= all.length) onEnd();
    else all[Math.max(0, to)].focus();
  });
  list.addEventListener("focusin", (event) => {
    const item = event.target.closest(selector);
    if (item) keepOne(items(), item);
  });
}

/** Keep exactly one item in the tab order: the one given, or the last. */
export function keepOne(items, item = items.find((one) => one.tabIndex === 0) ?? items.at(-1)) {
  for (const one of items) one.tabIndex = one === item ? 0 : -1;
}

/** Tell whether keys typed here are text. */
function isTyping(target) {
  return target.matches("input, textarea, select, [contenteditable]");
}

/** Listen for the keys that work everywhere. */
export function everywhere({ toComposer, back }) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "/" && !isTyping(event.target)) toComposer(event);
    else if (event.key === "Escape") back();
  });
}
