// What stands behind the scenes: the calls to the outside, what fails there, and time itself.

import { timeOfDay } from "./dates.js";
import { byId, el, isNarrow } from "./elements.js";
import { keepOne, walkable } from "./keyboard.js";

let drawn = { calls: "", failures: "", speeds: "" };

const COMPANIES = ["LifeTime", "ODC", "Slack"];

/** Prepare the panel; `fail(title)` and `turn(speed)` are called when something is chosen. */
export class Backstage {
  #doing;
  #company = COMPANIES[0];
  #chosen = "";
  #redraw = () => {};

  constructor(doing) {
    this.#doing = doing;
    const toggle = byId("backstage-toggle");
    toggle.addEventListener("click", () => this.#open(toggle.getAttribute("aria-expanded") !== "true"));
    walkable(byId("failures"), "button");
    byId("companies").append(...COMPANIES.map((one) => company(one, () => this.#look(one))));
    if (isNarrow()) this.#open(false);
  }

  #open(isOpen) {
    byId("backstage-toggle").setAttribute("aria-expanded", String(isOpen));
    byId("backstage-body").hidden = !isOpen;
    byId("backstage").classList.toggle("closed", !isOpen);
  }

  #look(company) {
    this.#company = company;
    this.#redraw();
    byId("failures").parentElement.scrollTop = 0;
  }

  /** Draw what has changed. */
  draw(workspace) {
    const { rows, failures, chosen, is_spent, speed, speeds } = workspace.backstage;
    const zone = workspace.user.tz;
    once("calls", [rows, zone], () => drawCalls(rows, zone));
    this.#follow(failures.find((one) => one.title === chosen));
    this.#redraw = () => once("failures", [this.#company, chosen, is_spent], () => this.#drawFailures(failures, chosen, is_spent));
    this.#redraw();
    once("speeds", [speed], () => this.#drawSpeeds(speed, speeds));
  }

  // What was chosen elsewhere, in another window perhaps, is shown where it stands.
  #follow(failure) {
    if (failure.title === this.#chosen) return;
    this.#chosen = failure.title;
    this.#company = failure.company ?? this.#company;
  }

  #drawFailures(failures, chosen, isSpent) {
    const hadFocus = byId("failures").contains(document.activeElement);
    for (const input of byId("companies").querySelectorAll("input")) input.checked = input.value === this.#company;
    const shown = failures.filter((one) => [null, this.#company].includes(one.company));
    const items = shown.map((one) => failure(one, one.title === chosen, (title) => this.#doing.fail(title)));
    byId("failures").replaceChildren(...items);
    const buttons = [...byId("failures").querySelectorAll("button")];
    const pressed = buttons.find((one) => one.getAttribute("aria-pressed") === "true") ?? buttons[0];
    keepOne(buttons, pressed);
    if (hadFocus) pressed.focus();
    const isWell = chosen === failures[0].title;
    byId("chosen").className = isWell ? "chosen well" : "chosen ill";
    byId("chosen").textContent = isSpent ? `${chosen} (has happened)` : chosen;
  }

  #drawSpeeds(speed, speeds) {
    const hadFocus = byId("speeds").contains(document.activeElement);
    const buttons = speeds.map((one) =>
      el(
        "button",
        { type: "button", "aria-pressed": String(one === speed), "aria-label": `${one} times as fast`, onclick: () => this.#doing.turn(one) },
        `${one}×`,
      ),
    );
    byId("speeds").replaceChildren(...buttons);
    if (hadFocus) buttons[speeds.indexOf(speed)].focus();
  }
}

function once(part, told, draw) {
  const print = JSON.stringify(told);
  if (drawn[part] === print) return;
  drawn = { ...drawn, [part]: print };
  draw();
}

function company(name, onchange) {
  const input = el("input", { type: "radio", name: "company", value: name, onchange });
  return el("label", {}, input, name);
}

function failure(one, isChosen, choose) {
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "failure", "aria-pressed": String(isChosen), onclick: () => choose(one.title) },
      el("strong", {}, one.name),
      el("span", {}, one.sentence),
    ),
  );
}

function drawCalls(rows, zone) {
  byId("no-calls").hidden = rows.length > 0;
  byId("calls").replaceChildren(...rows.map((row) => call(row, zone)));
}

function call(row, zone) {
  const times = row.times > 1 ? el("span", { class: "times" }, `${row.times} times`) : null;
  return el(
    "tr",
    { class: row.is_well ? "" : "ill" },
    el("td", { class: "when" }, timeOfDay(row.at, zone, true)),
    el("td", {}, el("span", { class: `company-tag ${row.company.toLowerCase()}` }, row.company)),
    el("td", { class: "call" }, el("code", {}, `${row.method} ${row.name}`.trim()), times, el("span", { class: "about" }, row.about)),
    el("td", { class: "outcome" }, row.outcome),
  );
}
