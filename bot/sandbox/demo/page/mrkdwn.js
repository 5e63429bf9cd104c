// Slack's own markup, read into elements. What is no markup stays text.

import { fullMoment, writeDate } from "./dates.js";
import { el } from "./elements.js";
import { EMOJI, emoji } from "./emoji.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const WORD = "[\\p{L}\\p{N}]";

function marked(sign) {
  const s = sign === "*" ? "\\*" : sign;
  return `(?<!${WORD}|${s})${s}(?=\\S)([^${s}\\n]+?)(?<=\\S)${s}(?!${WORD}|${s})`;
}

// One alternative for each form; the first that begins earliest wins.
const INLINE = new RegExp(
  [
    "<([^<>\\n]+)>",
    "`([^`\\n]+)`",
    marked("*"),
    marked("_"),
    marked("~"),
    "(:[a-z0-9_+-]+:)",
    `(${EMOJI.source})`,
  ].join("|"),
  "gu",
);

/** Turn Slack's escapes back into characters. */
export function unescaped(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/** Read markup into nodes; `reader` is { users, channels, me, zone, now, place }. */
export function mrkdwn(text, reader) {
  // Every second part stood between fences; a line break beside a fence is part of the fence.
  const parts = text.split(/\n?```\n?([\s\S]*?)\n?```\n?/);
  return parts.flatMap((part, index) =>
    index % 2 === 1
      ? [el("pre", {}, ...inline(part, reader, "entities"))]
      : paragraphs(part, reader),
  );
}

/** Give the plain text that a person would read. */
export function plain(text, reader) {
  return mrkdwn(text, reader).map((node) => node.textContent).join("").trim();
}

function paragraphs(text, reader) {
  const nodes = [];
  for (const piece of text.split(/((?:^&gt;.*(?:\n|$))+)/m)) {
    if (piece.startsWith("&gt;")) {
      const quoted = piece.replace(/^&gt; ?/gm, "").replace(/\n$/, "");
      nodes.push(el("blockquote", {}, ...inline(quoted, reader)));
    } else if (piece) nodes.push(...inline(piece, reader));
  }
  return nodes;
}

function inline(text, reader, only = "") {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    if (only && match[1] === undefined) continue;
    nodes.push(unescaped(text.slice(end, match.index)));
    nodes.push(...form(match, reader));
    end = match.index + match[0].length;
  }
  nodes.push(unescaped(text.slice(end)));
  return nodes.filter((node) => node !== "").map(asNode);
}

function asNode(node) {
  return typeof node === "string" ? document.createTextNode(node) : node;
}

function form([whole, entity, code, bold, italic, strike, name, character], reader) {
  if (entity !== undefined) return [entityNode(entity, reader) ?? unescaped(whole)];
  if (code !== undefined) return [el("code", {}, ...inline(code, reader, "entities"))];
  if (bold !== undefined) return [el("strong", {}, ...inline(bold, reader))];
  if (italic !== undefined) return [el("em", {}, ...inline(italic, reader))];
  if (strike !== undefined) return [el("s", {}, ...inline(strike, reader))];
  return [emoji(name ?? character)];
}

function entityNode(entity, reader) {
  const bar = entity.indexOf("|");
  const target = bar < 0 ? entity : entity.slice(0, bar);
  const label = bar < 0 ? "" : unescaped(entity.slice(bar + 1));
  if (target.startsWith("@")) return person(target.slice(1), label, reader);
  if (target.startsWith("#")) return channel(target.slice(1), label, reader);
  if (target.startsWith("!")) return special(target.slice(1), label, reader);
  return link(unescaped(target), label);
}

function person(id, label, reader) {
  const name = reader.users.get(id)?.real_name ?? (label || id);
  return el("span", { class: id === reader.me ? "mention mention-me" : "mention" }, `@${name}`);
}

function channel(id, label, reader) {
  const known = reader.channels.get(id);
  if (!known) return el("span", { class: "mention" }, label ? `#${label}` : "a private channel");
  return el("a", { class: "mention", href: reader.place(known) }, `#${known.name}`);
}

function special(word, label, reader) {
  const [kind, seconds, pattern, href] = word.split("^");
  if (kind === "date" && Number(seconds)) return date(Number(seconds), pattern, href, reader);
  if (kind === "subteam") return el("span", { class: "mention" }, label || "@group");
  return el("span", { class: "mention mention-me" }, `@${label || kind}`);
}

function date(seconds, pattern, href, reader) {
  const shown = writeDate(seconds, unescaped(pattern ?? ""), reader.zone, reader.now);
  const machine = new Date(seconds * 1000).toISOString();
  const title = fullMoment(seconds, reader.zone);
  const time = el("time", { datetime: machine, title }, shown);
  return href ? link(href, "", time) : time;
}

/** Tell whether an address may be opened from here. */
export function isOpenable(address) {
  return /^(?:https?:\/\/|mailto:)/i.test(address);
}

function link(address, label, child = null) {
  if (!isOpenable(address)) return null;
  const properties = { href: address, target: "_blank", rel: "noopener noreferrer" };
  return el("a", properties, child ?? (label || address));
}
