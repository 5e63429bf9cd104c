// Says aloud, to screen readers, what appears and changes in the open channel.

import { plain } from "./mrkdwn.js";

/** Remembers what has been said, and says what is new. */
export class News {
  #region;
  #heard = null;

  constructor(region) {
    this.#region = region;
  }

  /** Begin anew: what already stands in the channel is not news. */
  start() {
    this.#heard = null;
  }

  /** Tell whether a message was not there when the channel was drawn last. */
  isUnheard(message) {
    return this.#heard !== null && !this.#heard.has(message.ts);
  }

  /** Say what is new since the last time. */
  tell(workspace, channel) {
    const heard = this.#heard;
    this.#heard = new Map(channel.messages.map((one) => [one.ts, one.updates]));
    if (heard === null) return;
    const changed = channel.messages.filter((one) => heard.get(one.ts) !== one.updates);
    const others = changed.filter((one) => one.user !== workspace.user.id);
    if (others.length) this.#region.textContent = others.map((one) => sentence(workspace, one)).join(" ");
  }
}

function sentence(workspace, message) {
  const name = workspace.people.get(message.user)?.real_name ?? "Somebody";
  const where = message.ephemeral ? " (only visible to you)" : message.is_reply ? " in the thread" : "";
  return `${name}${where}: ${plain(message.text, workspace.reader())}`;
}
