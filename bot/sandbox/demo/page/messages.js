// A list of messages that is redrawn where it changed, and keeps its place and the focus.

import { drawBlocks } from "./blocks.js";
import { ago, dayOf, dayTitle, fullMoment, timeOfDay } from "./dates.js";
import { el, icon } from "./elements.js";
import { mrkdwn } from "./mrkdwn.js";
import { at } from "./workspace.js";

const GROUPED_SECONDS = 300;
const NEAR_BOTTOM = 80;
const SIZES = [[1e6, "MB"], [1e3, "kB"]];

/** Draws the messages of a channel or a thread. */
export class MessageList {
  #prints = new Map();
  #list;
  #scroll;
  #doing;

  /** `doing` is { press(message, element, event), openThread(message) or null }. */
  constructor(list, scroll, doing) {
    this.#list = list;
    this.#scroll = scroll;
    this.#doing = doing;
  }

  /** Forget what was drawn: another person reads, or another conversation. */
  clear() {
    this.#prints.clear();
    this.#list.replaceChildren();
  }

  /** Draw `messages`; `newFrom` is the ts before which the line "New" stands. */
  draw(workspace, channel, messages, { newFrom = null, isUnread = () => false } = {}) {
    const stays = this.isAtBottom;
    const reader = workspace.reader();
    const wanted = this.#items(workspace, channel, messages, reader, newFrom, isUnread);
    this.#lay(wanted);
    if (stays) this.toBottom();
  }

  /** Show the newest message. */
  toBottom() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  /** Show where everything begins. */
  toTop() {
    this.#scroll.scrollTop = 0;
  }

  /** Tell whether the newest message is shown, or nearly so. */
  get isAtBottom() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
  }

  #items(workspace, channel, messages, reader, newFrom, isUnread) {
    const items = [];
    let before = null;
    for (const message of messages) {
      const isOtherDay = !before || day(before, reader) !== day(message, reader);
      if (isOtherDay) items.push(divider(day(message, reader), dayTitle(at(message), reader.zone, reader.now)));
      if (message.ts === newFrom) items.push(divider("new", "New", "new-line"));
      const isCompact = !isOtherDay && message.ts !== newFrom && follows(before, message);
      items.push(this.#item({ workspace, channel, message, reader, isCompact, isUnread }));
      before = message;
    }
    return items;
  }

  #item(shown) {
    const { workspace, channel, message, reader } = shown;
    const thread = this.#doing.openThread ? workspace.replies(channel, message.ts) : [];
    const replies = thread.filter((reply) => !reply.ephemeral);
    const fresh = replies.filter(shown.isUnread).length;
    const age = replies.length ? ago(at(replies.at(-1)), reader.now) : "";
    const told = [message, replies.length, fresh, age, shown.isCompact, dayOf(reader.now, reader.zone)];
    const draw = () => this.#parts({ ...shown, replies, fresh, age });
    const kind = `message${shown.isCompact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`;
    return { key: message.ts, kind, print: JSON.stringify(told), draw, isMessage: true };
  }

  #lay(wanted) {
    const old = new Map([...this.#list.children].map((node) => [node.dataset.key, node]));
    let place = this.#list.firstElementChild;
    for (const item of wanted) {
      const node = old.get(item.key) ?? this.#made(item);
      old.delete(item.key);
      if (this.#prints.get(item.key) !== item.print) this.#redraw(node, item);
      if (node === place) place = place.nextElementSibling;
      else this.#list.insertBefore(node, place);
    }
    for (const [key, node] of old) {
      this.#prints.delete(key);
      node.remove();
    }
  }

  #made(item) {
    return el("li", { "data-key": item.key, tabindex: item.isMessage ? "-1" : null });
  }

  #redraw(node, item) {
    const focused = node.contains(document.activeElement) ? document.activeElement : null;
    const action = focused?.dataset.action;
    node.className = item.kind;
    node.replaceChildren(...item.draw());
    this.#prints.set(item.key, item.print);
    if (!focused || focused === node) return;
    // What had the focus was drawn anew, or is gone: then the message itself takes it.
    const again = [...node.querySelectorAll("[data-action]")].find((one) => one.dataset.action === action);
    (again ?? node).focus({ preventScroll: true });
  }

  #parts({ workspace, channel, message, reader, isCompact, replies, fresh, age }) {
    const author = workspace.people.get(message.user);
    const body = el("div", { class: "body" });
    if (message.ephemeral) body.append(el("p", { class: "only-you" }, icon("eye"), "Only visible to you"));
    body.append(byline(author, message, reader, isCompact));
    body.append(...this.#content(message, reader));
    body.append(...message.files.map((file) => fileCard(file, workspace.user)));
    if (replies.length) body.append(this.#summary(workspace, message, replies, fresh, age));
    return [isCompact ? el("span", { class: "avatar-gap" }) : avatar(author), body];
  }

  #content(message, reader) {
    const press = (element, event) => this.#doing.press(message, element, event);
    const edited = message.edited ? [el("span", { class: "edited" }, " (edited)")] : [];
    if (message.blocks.length) return [...drawBlocks(message.blocks, reader, press), ...edited];
    if (!message.text) return [];
    return [el("div", { class: "text plain-text", dir: "auto" }, ...mrkdwn(message.text, reader), ...edited)];
  }

  #summary(workspace, message, replies, fresh, age) {
    const people = [...new Set(replies.map((reply) => reply.user))].slice(0, 4);
    const count = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
    return el(
      "button",
      { class: "summary", type: "button", "data-action": "thread", onclick: () => this.#doing.openThread(message) },
      ...people.map((id) => avatar(workspace.people.get(id), "small")),
      el("span", { class: "count" }, count),
      fresh ? el("span", { class: "fresh" }, `${fresh} new`) : null,
      el("span", { class: "last" }, `Last reply ${age}`),
    );
  }
}

function day(message, reader) {
  return dayOf(at(message), reader.zone);
}

function follows(before, message) {
  const isSame = before.user === message.user && before.ephemeral === message.ephemeral;
  return isSame && !before.blocks.length && !message.blocks.length && at(message) - at(before) < GROUPED_SECONDS;
}

function divider(key, label, kind = "day-line") {
  const draw = () => [el("span", {}, label)];
  return { key: `line-${key}`, kind, print: label, draw, isMessage: false };
}

function byline(author, message, reader, isCompact) {
  const seconds = at(message);
  const title = fullMoment(seconds, reader.zone);
  const time = el("time", { title }, timeOfDay(seconds, reader.zone));
  const badge = author?.is_bot ? el("span", { class: "app" }, "App") : null;
  const name = el("span", { class: "author" }, author?.real_name ?? message.user);
  return el("p", { class: isCompact ? "byline unseen" : "byline" }, name, badge, time);
}

/** Draw a person's picture: initials on a colour, or the bot's icon. */
export function avatar(person, size = "") {
  const name = person?.real_name ?? "?";
  if (person?.name === "sast-source" && person.is_bot) {
    return el("img", { class: `avatar ${size}`, src: "/page/icon.svg", alt: "" });
  }
  const initials = name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("");
  const tint = [...(person?.id ?? "")].reduce((sum, sign) => sum + sign.codePointAt(0), 0) % 6;
  return el("span", { class: `avatar tint-${tint} ${size}`, "aria-hidden": "true" }, initials);
}

function fileCard(file, user) {
  if (file.mode === "tombstone") {
    return el("p", { class: "file gone" }, icon("file"), "This file was deleted.");
  }
  const [unit, name] = SIZES.find(([least]) => file.size >= least) ?? [1, "bytes"];
  const href = `/files/${encodeURIComponent(user.id)}/${encodeURIComponent(file.id)}`;
  const size = el("span", { class: "file-size" }, `${Math.round((file.size / unit) * 10) / 10} ${name}`);
  const words = el("span", { class: "file-words" }, el("strong", {}, file.title), size);
  return el("a", { class: "file", href, download: file.name, "data-action": file.id }, icon("file"), words);
}
