// The box that people type into, with Slack's list of commands above it.

import { el, icon } from "./elements.js";
import { ANSWERED, LIBRARY, ON_BOTH, ON_ODC } from "./lines.js";

const COMMANDS = [
  { text: "/sast-source ", usage: "[application] [environment]", about: "Get the generated source code for SAST" },
  { text: "/sast-source help", usage: "", about: "See what the bot understands" },
  { text: "/invite @sast-source", usage: "", about: "Add the bot to this channel" },
];
// Only as long as the command itself is typed: behind it, Enter must send what stands there.
const EXAMPLES = [ON_ODC, ON_BOTH, ANSWERED, LIBRARY].map((line) => ({ ...line, usage: "" }));
let numbers = 0;

/** One message box. `send(text)` is called with what was typed. */
export class Composer {
  #box;
  #options;
  #note;
  #send;
  #active = 0;
  #matching = [];

  constructor(place, { id, label, withCommands, send }) {
    this.#send = send;
    const listId = `commands-${(numbers += 1)}`;
    this.#box = el("textarea", {
      id,
      rows: 1,
      maxlength: 4000,
      "aria-label": label,
      autocomplete: "off",
      spellcheck: "false",
      enterkeyhint: "send",
      oninput: () => this.#changed(),
      onkeydown: (event) => this.#key(event),
      onblur: () => this.#show([]),
    });
    this.#options = el("ul", { class: "commands", id: listId, role: "listbox", "aria-label": "Commands", hidden: true });
    this.#note = el("p", { class: "composer-note" });
    const button = el("button", { class: "send", type: "button", "aria-label": "Send", onclick: () => this.#go() }, icon("send"));
    place.append(this.#options, el("div", { class: "composer" }, this.#box, button), this.#note);
    if (withCommands) this.#announceList(listId);
  }

  #announceList(listId) {
    const says = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId };
    for (const [name, value] of Object.entries(says)) this.#box.setAttribute(name, value);
  }

  /** Say below the box what can be done, and in it what to write; empty box only. */
  describe({ label, placeholder, note = "", disabled = false }) {
    this.#box.setAttribute("aria-label", label);
    this.#box.placeholder = placeholder;
    this.#box.disabled = disabled;
    this.#note.textContent = note;
  }

  /** Tell whether nothing is typed. */
  get isEmpty() {
    return this.#box.value === "";
  }

  /** Put a text into the box, selected where `isHint`, so that typing replaces it. */
  put(text, { isHint = false } = {}) {
    this.#box.value = text;
    this.#changed();
    this.focus();
    if (isHint) this.#box.select();
    else this.#box.setSelectionRange(text.length, text.length);
  }

  /** Move the keyboard here. */
  focus() {
    this.#box.focus();
  }

  #changed() {
    this.#fit();
    const isCommand = this.#box.hasAttribute("aria-controls") && this.#box.value.startsWith("/");
    const typed = this.#box.value;
    const known = typed.length < COMMANDS[0].text.length ? [...COMMANDS, ...EXAMPLES] : COMMANDS;
    this.#show(isCommand ? known.filter((one) => one.text.startsWith(typed) && one.text !== typed) : []);
  }

  #fit() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight}px`;
  }

  #show(matching) {
    this.#matching = matching;
    this.#active = 0;
    this.#options.hidden = matching.length === 0;
    if (!this.#box.hasAttribute("aria-controls")) return;
    this.#box.setAttribute("aria-expanded", String(matching.length > 0));
    this.#draw();
  }

  #draw() {
    const options = this.#matching.map((command, index) => this.#option(command, index));
    this.#options.replaceChildren(...options);
    const active = options[this.#active];
    if (active) {
      this.#box.setAttribute("aria-activedescendant", active.id);
      active.scrollIntoView({ block: "nearest" });
    } else this.#box.removeAttribute("aria-activedescendant");
  }

  #option(command, index) {
    return el(
      "li",
      {
        id: `${this.#options.id}-${index}`,
        role: "option",
        "aria-selected": String(index === this.#active),
        onmousedown: (event) => {
          event.preventDefault(); // the box keeps the focus
          this.#take(command);
        },
      },
      el("strong", {}, ...command.text.trim().split(/(?= --)/).map((part) => el("span", {}, part))),
      command.usage ? el("span", { class: "usage" }, command.usage) : null,
      el("span", { class: "about" }, command.about),
    );
  }

  #take(command) {
    this.#box.value = command.text;
    this.#fit();
    this.#show([]);
  }

  #key(event) {
    if (event.isComposing) return;
    const chosen = this.#matching[this.#active];
    if (chosen && this.#keyInList(event, chosen)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#go();
    }
  }

  #keyInList(event, chosen) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      const count = this.#matching.length;
      this.#active = (this.#active + moves[event.key] + count) % count;
      this.#draw();
    } else if (["Enter", "Tab"].includes(event.key) && !event.shiftKey) this.#take(chosen);
    else if (event.key === "Escape") this.#show([]);
    else return false;
    return true;
  }

  #go() {
    const text = this.#box.value.trim();
    if (!text) return;
    this.#box.value = "";
    this.#fit();
    this.#show([]);
    this.#send(text);
    this.focus();
  }
}
