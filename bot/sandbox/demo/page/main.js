// Puts the page together: what is pushed is drawn, and what a person does is sent.

import { Backstage } from "./backstage.js";
import { Composer } from "./composer.js";
import { confirmed } from "./confirm.js";
import { timeOfDay } from "./dates.js";
import { byId, icon, isNarrow } from "./elements.js";
import { everywhere, keepOne, walkable } from "./keyboard.js";
import { COMMAND } from "./lines.js";
import { MessageList } from "./messages.js";
import { News } from "./news.js";
import { act, Watch } from "./server.js";
import { drawChannels, drawPeople, signOf, topic } from "./sidebar.js";
import { drawWelcome } from "./welcome.js";
import { placeOf, readPlace, Reading, Workspace } from "./workspace.js";

const view = { workspace: null, channel: null, thread: null, newFrom: null, awaitsCard: false, opener: null };
const reading = new Reading();
const watch = new Watch();
const news = new News(byId("announcer"));
let watched = "";

const press = async (message, element, event) => {
  const isLink = Boolean(element.url);
  const button = event.currentTarget;
  if (element.confirm) {
    event.preventDefault();
    if (!(await confirmed(element.confirm, view.workspace.reader()))) return;
    if (isLink) window.open(element.url, "_blank", "noopener,noreferrer");
  }
  button.setAttribute("aria-busy", "true");
  const { action_id, value } = element;
  await send("click", { channel: message.channel, ts: message.ts, action_id, value });
  button.removeAttribute("aria-busy");
};

const main = new MessageList(byId("messages"), byId("channel-scroll"), { press, openThread });
const thread = new MessageList(byId("replies"), byId("thread-scroll"), { press, openThread: null });
const backstage = new Backstage({
  fail: (title) => send("fail", { title }),
  turn: (speed) => send("turn", { speed }),
});
const composer = new Composer(byId("channel-composer"), {
  id: "composer",
  label: "Message",
  withCommands: true,
  send: (text) => {
    view.awaitsCard = text.startsWith("/");
    main.toBottom();
    send("write", { channel: view.channel.id, text });
  },
});
const answer = new Composer(byId("thread-composer"), {
  id: "answer",
  label: "Reply",
  withCommands: false,
  send: (text) => send("write", { channel: view.channel.id, text, thread_ts: view.thread }),
});

async function send(name, body) {
  say(await act(name, { user: view.workspace.user.id, ...body }));
}

function say(sentence) {
  byId("toast").textContent = sentence;
  byId("toast").hidden = !sentence;
}

// Where one is ---------------------------------------------------------------------------------

function follow() {
  const [person] = readPlace();
  const user = person || "ada";
  if (user !== watched) {
    watched = user;
    watch.open(user, received, lost);
  } else if (view.workspace) arrive();
}

function lost(isLost) {
  document.body.classList.toggle("lost", isLost);
  say(isLost ? "The demo cannot be reached. Has it been stopped?" : "");
}

function received(state) {
  const isOther = view.workspace?.user.id !== state.user.id;
  view.workspace = new Workspace(state);
  if (isOther) arrive();
  else view.channel = view.workspace.byId.get(view.channel.id) ?? view.workspace.channel();
  draw();
}

function arrive() {
  const { workspace } = view;
  const isFirst = view.channel === null;
  view.channel = workspace.channel(readPlace()[1]);
  const fresh = workspace.top(view.channel).find((one) => reading.isNew(workspace, view.channel, one));
  view.newFrom = isFirst ? null : (fresh?.ts ?? null);
  news.start();
  main.clear();
  closeThread();
  showChannels(false);
  draw();
  if (isFirst && isFresh(view.channel)) main.toTop();
  else main.toBottom();
  if (isFirst && !isNarrow() && view.channel.name === workspace.home) composer.put(COMMAND, { isHint: true });
}

// Whether the bot has said nothing yet: then the welcome is what one should read.
function isFresh(channel) {
  return !channel.messages.some((one) => one.user === view.workspace.bot);
}

function become(person) {
  location.hash = placeOf(person, view.channel.name);
}

// Drawing --------------------------------------------------------------------------------------

function draw() {
  const { workspace, channel } = view;
  const isUnread = (message) => reading.isNew(workspace, channel, message);
  const stays = main.isAtBottom;
  openFirstCard();
  reading.see(workspace, channel);
  if (view.thread) reading.see(workspace, channel, view.thread);
  drawPeople(workspace, become);
  drawHead(workspace, channel);
  drawWelcome(workspace, channel, { type: (text) => composer.put(text), typeAs, failing });
  main.draw(workspace, channel, workspace.top(channel), { newFrom: view.newFrom, isUnread });
  drawThread();
  if (stays) main.toBottom(); // a thread that opens makes the channel narrower, and so longer
  keepOne([...byId("messages").querySelectorAll(".message")]);
  drawChannels(workspace, channel, (one) => reading.count(workspace, one));
  backstage.draw(workspace);
  news.tell(workspace, channel);
  const notices = workspace.channels.reduce((sum, one) => sum + reading.count(workspace, one).notices, 0);
  document.title = `${notices ? `(${notices}) ` : ""}${workspace.title(channel)} · sast-source demo`;
}

function drawHead(workspace, channel) {
  const name = workspace.title(channel);
  byId("channel-name").replaceChildren(icon(signOf(channel)), name);
  byId("channel-topic").textContent = topic(workspace, channel);
  byId("messages").setAttribute("aria-label", `Messages in ${name}`);
  const place = channel.kind === "im" ? name : `#${name}`;
  composer.describe({
    label: `Message ${place}`,
    placeholder: channel.is_archived ? "This channel is archived" : invitation(place),
    note: channel.is_archived ? "" : "Enter sends · / comes here · ↑ ↓ walk through the messages",
    disabled: channel.is_archived,
  });
  answer.describe({ label: "Reply in the thread", placeholder: "Reply…" });
}

function invitation(place) {
  return isNarrow() ? `Message ${place}` : `Message ${place}, or type / for a command`;
}

function drawThread() {
  const { workspace, channel } = view;
  const parent = view.thread && workspace.message(channel, view.thread);
  byId("thread").hidden = !parent;
  document.body.classList.toggle("with-thread", Boolean(parent));
  if (!parent) return;
  byId("thread-topic").textContent = workspace.title(channel);
  thread.draw(workspace, channel, [parent, ...workspace.replies(channel, view.thread)]);
  keepOne([...byId("replies").querySelectorAll(".message")]);
}

// Threads --------------------------------------------------------------------------------------

function openFirstCard() {
  if (!view.awaitsCard || isNarrow()) return;
  const { workspace, channel } = view;
  const last = workspace.top(channel).at(-1);
  const isCard = last && last.user === workspace.bot && !last.ephemeral;
  if (!isCard || !news.isUnheard(last)) return;
  view.awaitsCard = false;
  setThread(last);
}

function setThread(message) {
  if (view.thread !== message.ts) thread.clear();
  view.thread = message.ts;
}

function openThread(message) {
  view.opener = message.ts;
  setThread(message);
  draw();
  thread.toBottom();
  answer.focus();
}

function closeThread() {
  const hadFocus = byId("thread").contains(document.activeElement);
  const opener = view.opener ?? view.thread;
  view.thread = view.opener = null;
  byId("thread").hidden = true;
  document.body.classList.remove("with-thread");
  thread.clear();
  if (!hadFocus) return;
  const message = byId("messages").querySelector(`[data-key="${opener}"]`);
  if (message) message.focus();
  else composer.focus();
}

// What the page itself offers ------------------------------------------------------------------

function typeAs(person, text) {
  become(person);
  composer.put(text);
}

async function failing(title, text) {
  await send("fail", { title });
  composer.put(text);
}

function showChannels(isOpen) {
  document.body.classList.toggle("with-channels", isOpen);
  byId("menu").setAttribute("aria-expanded", String(isOpen));
  if (isOpen) byId("channels").querySelector("[aria-current]")?.focus();
}

function back() {
  if (document.body.classList.contains("with-channels")) {
    showChannels(false);
    byId("menu").focus();
  } else if (!byId("toast").hidden && !document.body.classList.contains("lost")) say("");
  else if (view.thread) closeThread();
}

function start() {
  byId("menu").append(icon("menu"));
  byId("menu").addEventListener("click", () => showChannels(!document.body.classList.contains("with-channels")));
  byId("thread-close").append(icon("close"));
  byId("thread-close").addEventListener("click", closeThread);
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    composer.focus();
  });
  walkable(byId("messages"), ".message", { onEnd: () => composer.focus() });
  walkable(byId("replies"), ".message", { onEnd: () => answer.focus() });
  byId("messages").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".message")) return;
    event.target.querySelector(".summary")?.click();
  });
  byId("composer").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" || event.defaultPrevented || !composer.isEmpty) return;
    event.preventDefault();
    [...byId("messages").querySelectorAll(".message")].at(-1)?.focus();
  });
  everywhere({
    toComposer: (event) => {
      event.preventDefault();
      if (composer.isEmpty) composer.put("/");
      else composer.focus();
    },
    back,
  });
  setInterval(tick, 500);
  window.addEventListener("hashchange", follow);
  follow();
}

function tick() {
  if (view.workspace) byId("clock").textContent = timeOfDay(view.workspace.time(), view.workspace.user.tz, true);
}

start();
