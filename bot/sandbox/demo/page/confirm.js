// The question that Slack asks before a button with a confirmation is pressed.

import { byId, el } from "./elements.js";
import { mrkdwn } from "./mrkdwn.js";

/** Ask; gives whether the person agreed. The focus returns to where it was. */
export function confirmed(question, reader) {
  const dialog = byId("confirm");
  const words = (text) => (text.type === "mrkdwn" ? mrkdwn(text.text, reader) : [text.text]);
  const { promise, resolve } = settled();
  const close = (answer) => {
    resolve(answer);
    dialog.close();
  };
  const deny = question.deny?.text ?? "Cancel";
  const agree = question.confirm?.text ?? "Yes";
  const style = question.style ?? "primary";
  dialog.replaceChildren(
    el("h2", { id: "confirm-title" }, question.title?.text ?? "Are you sure?"),
    el("p", {}, ...words(question.text ?? { text: "" })),
    el(
      "div",
      { class: "actions" },
      el("button", { type: "button", class: "button plain", onclick: () => close(false) }, deny),
      el("button", { type: "button", class: `button ${style}`, onclick: () => close(true) }, agree),
    ),
  );
  dialog.addEventListener("close", () => resolve(false), { once: true });
  dialog.showModal();
  return promise;
}

function settled() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
