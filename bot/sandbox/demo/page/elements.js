// Building elements. Text becomes text nodes, never markup: that is the page's whole defence
// against what people and platforms write, and the server's policy forbids anything else.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element; `properties` are attributes, or listeners where they begin with "on". */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Make an SVG drawing from path data; `kinds` are CSS classes, one for each path. */
export function drawing(className, paths, properties = {}) {
  const svg = document.createElementNS(SVG, "svg");
  fill(svg, { viewBox: "0 0 20 20", class: className, "aria-hidden": "true", ...properties }, []);
  for (const [d, kind] of paths) {
    svg.append(fill(document.createElementNS(SVG, "path"), { d, class: kind ?? null }, []));
  }
  return svg;
}

const ICONS = {
  hash: "M7.5 3.5 6 16.500M14 3.500 12.500 16.500M3.500 7.500h13M3 12.500h13",
  lock: "M5.500 9.500h9v7h-9zM7.500 9.500V6.500a2.500 2.500 0 0 1 5 0v3",
  shared: "M4 6.500h7.500a2 2 0 0 1 2 2v5M13.500 13.500H6M4 4v5M16 11v5",
  archive: "M3.500 4.500h13v3h-13zM5 7.500v8.500h10V7.500M8 11h4",
  person: "M10 10.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4.500 16.500c.6-3 2.800-4.200 5.500-4.200s4.900 1.200 5.500 4.200",
  eye: "M2.500 10S5.500 5 10 5s7.500 5 7.500 5-3 5-7.500 5-7.500-5-7.500-5zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  send: "M3.500 3.500 17 10 3.500 16.500 5.500 10zM5.500 10H11",
  close: "M5 5l10 10M15 5 5 15",
  menu: "M3.500 5.500h13M3.500 10h13M3.500 14.500h13",
  file: "M5.500 3h6l3 3v11h-9zM11.500 3v3h3",
  back: "M12 4.500 6.500 10l5.500 5.500",
};

/** Draw an icon that says nothing to screen readers. */
export function icon(name) {
  return drawing("glyph", [[ICONS[name]]]);
}

/** Find an element of the page by its id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Say whether the page is as narrow as a phone. */
export function isNarrow() {
  return window.matchMedia("(max-width: 760px)").matches;
}
