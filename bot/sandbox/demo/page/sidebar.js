// Who one is, and the channels of that person with what is unread in them.

import { byId, el, icon } from "./elements.js";
import { avatar } from "./messages.js";
import { placeOf } from "./workspace.js";

let drawnPeople = "";
let drawnChannels = "";

/** Draw the choice of people; `become(name)` is called when another is chosen. */
export function drawPeople(workspace, become) {
  const people = workspace.users.filter((user) => !user.is_bot);
  const print = JSON.stringify([people.map((one) => one.id), workspace.user.id]);
  if (print === drawnPeople) return;
  const hadFocus = byId("people").contains(document.activeElement);
  drawnPeople = print;
  const choices = people.map((one) => choice(one, one.id === workspace.user.id, become));
  byId("people").replaceChildren(el("legend", {}, "You are"), ...choices);
  if (hadFocus) byId("people").querySelector("input:checked").focus();
}

function choice(person, isMe, become) {
  const input = el("input", {
    type: "radio",
    name: "person",
    value: person.name,
    checked: isMe,
    onchange: () => become(person.name),
  });
  const first = person.real_name.split(" ")[0];
  const about = person.is_stranger ? `${person.real_name}, of another organisation` : person.real_name;
  const name = el("span", { class: "first-name" }, first);
  const rest = el("span", { class: "unseen" }, about.slice(first.length));
  return el("label", { class: "person", title: `${about} · ${person.tz}` }, input, avatar(person, "small"), name, rest);
}

/** Draw the channels with their unread marks. */
export function drawChannels(workspace, here, counts) {
  const nav = byId("channels");
  const shown = workspace.channels.map((one) => [one, counts(one)]);
  const print = JSON.stringify([workspace.user.id, here.id, shown.map(([one, count]) => [one.id, one.bot_member, count])]);
  if (print === drawnChannels) return;
  drawnChannels = print;
  const focused = nav.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const isDirect = ([one]) => one.kind === "im";
  nav.replaceChildren(
    el("p", { class: "team" }, workspace.team, el("span", { class: "unseen" }, " workspace")),
    ...group("Channels", workspace, here, shown.filter((one) => !isDirect(one))),
    ...group("Direct messages", workspace, here, shown.filter(isDirect)),
  );
  if (focused) [...nav.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus();
}

function group(title, workspace, here, shown) {
  if (!shown.length) return [];
  const entries = shown.map(([channel, count]) => el("li", {}, entry(workspace, channel, count, channel === here)));
  return [el("h2", { class: "group" }, title), el("ul", { role: "list" }, ...entries)];
}

function entry(workspace, channel, count, isHere) {
  const isUnread = count.messages > 0 || count.notices > 0;
  const name = workspace.title(channel);
  const badge = count.notices
    ? el("span", { class: "badge" }, String(count.notices), el("span", { class: "unseen" }, " for you"))
    : null;
  const unread = isUnread && !count.notices ? el("span", { class: "unseen" }, ", unread") : null;
  return el(
    "a",
    {
      href: placeOf(workspace.user.name, channel.name),
      class: `entry${isUnread ? " unread" : ""}`,
      "aria-current": isHere ? "page" : null,
    },
    sign(workspace, channel),
    el("span", { class: "entry-name" }, name),
    unread,
    badge,
  );
}

function sign(workspace, channel) {
  if (channel.kind === "im") {
    const other = channel.members.find((id) => id !== workspace.user.id);
    return avatar(workspace.people.get(other), "tiny");
  }
  return icon(signOf(channel));
}

/** Name the icon of a channel. */
export function signOf(channel) {
  if (channel.is_archived) return "archive";
  if (channel.is_ext_shared) return "shared";
  return { public: "hash", private: "lock" }[channel.kind] ?? "person";
}

/** Say in one line what is special about a channel. */
export function topic(workspace, channel) {
  if (channel.is_archived) return "Archived: nobody can write here any more";
  if (workspace.isWithBot(channel)) return "Your own conversation with the bot";
  if (channel.kind === "im") return "Between two people: a bot can never join";
  const kind = channel.is_ext_shared
    ? "Shared with Acme, another organisation"
    : { public: "Public", private: "Private" }[channel.kind];
  if (!channel.bot_member) return `${kind} · the bot is not in here`;
  return `${kind} · the bot is in here${channel.read_only ? ", but may not post" : ""}`;
}
