// What stands behind the scenes: the calls to the outside, what fails there, and time itself.

import { timeOfDay } from "./dates.js";
import { byId, el, isNarrow } from "./elements.js";
import { keepOne, walkable } from "./keyboard.js";

let drawn = { calls: "", failures: "", speeds: "" };

/** Prepare the panel; `fail(name)` and `turn(speed)` are called when something is chosen. */
export class Backstage {
  #doing;

  constructor(doing) {
    this.#doing = doing;
    const toggle = byId("backstage-toggle");
    toggle.addEventListener("click", () => this.#open(toggle.getAttribute("aria-expanded") !== "true"));
    walkable(byId("failures"), "button");
    if (isNarrow()) this.#open(false);
  }

  #open(isOpen) {
    byId("backstage-toggle").setAttribute("aria-expanded", String(isOpen));
    byId("backstage-body").hidden = !isOpen;
    byId("backstage").classList.toggle("closed", !isOpen);
  }

  /** Draw what has changed. */
  draw(workspace) {
    const { rows, failures, chosen, is_spent, speed, speeds } = workspace.backstage;
    const zone = workspace.user.tz;
    once("calls", [rows, zone], () => drawCalls(rows, zone));
    once("failures", [chosen, is_spent], () => this.#drawFailures(failures, chosen, is_spent));
    once("speeds", [speed], () => this.#drawSpeeds(speed, speeds));
  }

  #drawFailures(failures, chosen, isSpent) {
    const hadFocus = byId("failures").contains(document.activeElement);
    const choose = (name) => this.#doing.fail(name);
    const items = ["LifeTime", "Slack"].flatMap((company) => [
      el("li", { class: "company", role: "presentation" }, company),
      ...failures.filter((one) => one.company === company).map((one) => failure(one, one.name === chosen, choose)),
    ]);
    byId("failures").replaceChildren(...items);
    const buttons = [...byId("failures").querySelectorAll("button")];
    const pressed = buttons.find((one) => one.getAttribute("aria-pressed") === "true");
    keepOne(buttons, pressed);
    if (hadFocus) pressed.focus();
    const isWell = chosen === failures[0].name;
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

function failure(one, isChosen, choose) {
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "failure", "aria-pressed": String(isChosen), onclick: () => choose(one.name) },
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
