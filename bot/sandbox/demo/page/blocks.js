// Block Kit, drawn: the blocks that the bot sends, and a plain note for any other.

import { el } from "./elements.js";
import { EMOJI, emoji } from "./emoji.js";
import { isOpenable, mrkdwn } from "./mrkdwn.js";

const DRAW = { section, context, header, divider, actions };

/** Draw a message's blocks; `press(element)` is called with the button that was pressed. */
export function drawBlocks(blocks, reader, press) {
  return blocks.map((block) => (DRAW[block.type] ?? unknown)(block, reader, press));
}

function unknown(block) {
  return el("p", { class: "unknown" }, `This page cannot draw a block of type “${block.type}”.`);
}

function textNodes(text, reader) {
  if (text.type === "mrkdwn") return mrkdwn(text.text, reader);
  return text.emoji === false ? [document.createTextNode(text.text)] : withEmoji(text.text);
}

function withEmoji(text) {
  const pieces = text.split(new RegExp(`(:[a-z0-9_+-]+:|${EMOJI.source})`, "u"));
  return pieces.filter(Boolean).map((piece) => emoji(piece));
}

function section(block, reader, press) {
  const parts = el("div", { class: "block section", dir: "auto" });
  const words = el("div", { class: "section-words" });
  if (block.text) words.append(el("div", { class: "text" }, ...textNodes(block.text, reader)));
  if (block.fields) words.append(fields(block.fields, reader));
  parts.append(words);
  if (block.accessory) parts.append(accessory(block.accessory, reader, press));
  return parts;
}

function fields(texts, reader) {
  const cells = texts.map((text) =>
    el("div", { class: "text field", dir: "auto" }, ...textNodes(text, reader)),
  );
  return el("div", { class: "fields" }, ...cells);
}

function accessory(element, reader, press) {
  return element.type === "button" ? button(element, reader, press) : unknown(element);
}

function context(block, reader) {
  const parts = block.elements.map((element) =>
    element.type === "image"
      ? el("span", { class: "text" }, element.alt_text)
      : el("span", { class: "text" }, ...textNodes(element, reader)),
  );
  return el("div", { class: "block context", dir: "auto" }, ...parts);
}

function header(block, reader) {
  return el("h4", { class: "block header", dir: "auto" }, ...textNodes(block.text, reader));
}

function divider() {
  return el("hr", { class: "block divider" });
}

function actions(block, reader, press) {
  const drawn = block.elements.map((element) => accessory(element, reader, press));
  return el("div", { class: "block actions" }, ...drawn);
}

function button(element, reader, press) {
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(reader.me)) return null;
  const isLink = Boolean(element.url) && isOpenable(element.url);
  const properties = {
    class: `button ${element.style ?? "plain"}`,
    "data-action": `${element.action_id} ${element.value ?? ""}`,
    "aria-label": element.accessibility_label,
    onclick: (event) => press(element, event),
  };
  const label = textNodes(element.text, reader);
  if (!isLink) return el("button", { ...properties, type: "button" }, ...label);
  const opened = { href: element.url, target: "_blank", rel: "noopener noreferrer" };
  return el("a", { ...properties, ...opened }, ...label);
}
