// What a newcomer reads first: where this is, and four things to try.

import { byId, el, icon } from "./elements.js";
import { COMMAND, ON_BOTH, ON_ODC, TYPO } from "./lines.js";
import { signOf } from "./sidebar.js";

let drawn = "";

/** Draw the head of a channel; `doing` is { type(text), typeAs(person, text), failing(title, text) }. */
export function drawWelcome(workspace, channel, doing) {
  const print = `${workspace.user.id} ${channel.id} ${channel.bot_member}`;
  if (print === drawn) return;
  drawn = print;
  const isHome = channel.name === workspace.home;
  byId("welcome").className = isHome ? "welcome" : "welcome plain-welcome";
  byId("welcome").replaceChildren(...(isHome ? welcome(workspace, doing) : beginning(workspace, channel)));
}

function welcome(workspace, doing) {
  const other = workspace.users.find((one) => !one.is_bot && !one.is_stranger && one.id !== workspace.user.id);
  const name = other.real_name.split(" ")[0];
  return [
    el("h3", {}, "Welcome. Source code for SAST, from one line in Slack."),
    el(
      "p",
      {},
      "The bot is the real one. Slack and the two platforms, LifeTime (OutSystems 11) and ODC (OutSystems Developer Cloud), are pretend ones on this machine, so nothing here leaves it. Four things to try:",
    ),
    el(
      "ol",
      { class: "tries", role: "list" },
      attempt("Get a package", "Press Enter below, then watch the card and its thread. Download the zip from the link.", "Type the command", () => doing.type(COMMAND)),
      attempt(
        "Ask another platform",
        "The same line finds what is on ODC. What is on both is asked back. Type / for more lines.",
        "On ODC",
        () => doing.type(ON_ODC.text),
        "On both",
        () => doing.type(ON_BOTH.text),
      ),
      attempt("Be two people", `Ask, then become ${name} and ask for the same: one packaging, two links.`, `Become ${name}`, () => doing.typeAs(other.name, COMMAND)),
      attempt("Let it go wrong", "Misspell a name, or let packaging fail, and see what the bot says.", "Misspell it", () => doing.type(TYPO), "Let it fail", () => doing.failing("LifeTime: Packaging fails", COMMAND)),
    ),
  ];
}

function attempt(title, words, ...offers) {
  const buttons = [];
  for (let index = 0; index < offers.length; index += 2) {
    buttons.push(el("button", { type: "button", class: "button plain", onclick: offers[index + 1] }, offers[index]));
  }
  return el("li", {}, el("h4", {}, title), el("p", {}, words), el("div", { class: "actions" }, ...buttons));
}

function beginning(workspace, channel) {
  const name = workspace.title(channel);
  const title = channel.kind === "im" ? [name] : [icon(signOf(channel)), name];
  return [el("h3", {}, ...title), el("p", {}, hint(workspace, channel))];
}

function hint(workspace, channel) {
  if (channel.is_archived) return "This channel is archived. There is nothing to do here.";
  if (workspace.isWithBot(channel)) {
    return "What the bot cannot say elsewhere, it says to you here. The command works here, too.";
  }
  if (channel.kind === "im") return "A bot cannot join a conversation between two people. Type the command all the same.";
  if (channel.is_ext_shared) return "People of another organisation read this channel, so links go by direct message.";
  if (!channel.bot_member) return "The bot is not in here. Type the command all the same, or type /invite @sast-source.";
  if (channel.read_only) return "The bot may not post here. Type the command, and see where it answers.";
  return "The bot is in here: the command works as it does in the first channel.";
}
