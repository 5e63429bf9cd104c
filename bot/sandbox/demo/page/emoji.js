// The few emoji that the bot and the demo use, drawn here so that they look the same everywhere.

import { drawing, el } from "./elements.js";

const DRAWN = {
  white_check_mark: ["✅", [["M3 2.500h14q.5 0 .5.500v14q0 .500-.500.500H3q-.500 0-.500-.500V3q0-.500.500-.500z", "green"], ["m5.800 10.300 2.900 3 5.600-6.500", "stroke-white"]]],
  warning: ["⚠️", [["M10 2.300 18.600 17.300H1.400z", "yellow"], ["M10 7.500v4.700M10 14.200v1.200", "stroke-dark"]]],
  x: ["❌", [["M4 4l12 12M16 4 4 16", "stroke-red"]]],
  hourglass_flowing_sand: ["⏳", [["M5 2.500h10M5 17.500h10M6 2.500c0 5 8 10 8 15M14 2.500c0 5-8 10-8 15", "stroke-amber"]]],
  lock: ["🔒", [["M4.500 9h11v8.500h-11z", "yellow"], ["M7 9V6a3 3 0 0 1 6 0v3", "stroke-grey"]]],
};

const BY_CHARACTER = new Map(
  Object.entries(DRAWN).map(([name, [character]]) => [character.replace("\ufe0f", ""), name]),
);

/** Matches one of the emoji that are drawn here, with its variation selector. */
export const EMOJI = new RegExp(`(?:${[...BY_CHARACTER.keys()].join("|")})\\ufe0f?`, "u");

/** Draw an emoji given as a character or as a short name; text where it is not known. */
export function emoji(given) {
  const name = BY_CHARACTER.get(given.replace("\ufe0f", "")) ?? given.replaceAll(":", "");
  if (!Object.hasOwn(DRAWN, name)) return document.createTextNode(given);
  const label = name.replaceAll("_", " ");
  const shape = drawing("emoji", DRAWN[name][1]);
  return el("span", { role: "img", "aria-label": label, class: "emoji-place" }, shape);
}
