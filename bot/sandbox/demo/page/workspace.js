// The pushed state, asked in the page's words: who, where, which messages, what is unread.

/** Order timestamps, which are seconds with six digits after the point. */
export function at(message) {
  return Number(message.ts);
}

/** What one person sees, as the server pushed it. */
export class Workspace {
  constructor(state) {
    Object.assign(this, state);
    this.people = new Map(state.users.map((user) => [user.id, user]));
    this.byId = new Map(state.channels.map((channel) => [channel.id, channel]));
    this.receivedAt = performance.now();
  }

  /** Give the demo's own time now, in seconds. */
  time() {
    return this.now + ((performance.now() - this.receivedAt) / 1000) * this.backstage.speed;
  }

  /** Find a channel by name or id; the home channel, or the first, where there is none. */
  channel(name) {
    const named = (wanted) => this.channels.find((one) => [one.name, one.id].includes(wanted));
    return named(name) ?? named(this.home) ?? this.channels[0];
  }

  /** Name a channel as people see it. */
  title(channel) {
    if (channel.kind !== "im") return channel.name;
    const other = channel.members.find((id) => id !== this.user.id) ?? this.user.id;
    return this.people.get(other)?.real_name ?? "Somebody";
  }

  /** Tell whether this is the person's own conversation with the bot. */
  isWithBot(channel) {
    return channel.kind === "im" && channel.members.includes(this.bot);
  }

  /** List what stands in the channel itself, oldest first. */
  top(channel) {
    return channel.messages.filter((one) => !one.is_reply || one.broadcast);
  }

  /** List a thread's replies, oldest first. */
  replies(channel, ts) {
    return channel.messages.filter((one) => one.is_reply && one.thread_ts === ts);
  }

  /** Find a message of the channel. */
  message(channel, ts) {
    return channel.messages.find((one) => one.ts === ts);
  }

  /** Give what markup needs in order to be read by this person. */
  reader() {
    return {
      users: this.people,
      channels: this.byId,
      me: this.user.id,
      zone: this.user.tz,
      now: this.time(),
      place: (channel) => placeOf(this.user.name, channel.name),
    };
  }
}

/** Write the address of a person's view of a channel. */
export function placeOf(user, channel) {
  return `#${encodeURIComponent(user)}/${encodeURIComponent(channel)}`;
}

/** Read who and where from the address; both may be empty. */
export function readPlace() {
  return location.hash.slice(1).split("/").map(decodeURIComponent);
}

/** Remembers how far each person has read, in this window. */
export class Reading {
  #marks = new Map();

  #mark(workspace, channel, thread) {
    return this.#marks.get(`${workspace.user.id}/${channel.id}/${thread}`) ?? 0;
  }

  /** Note that everything in the channel (or in one of its threads) has been seen. */
  see(workspace, channel, thread = "") {
    const shown = thread ? workspace.replies(channel, thread) : workspace.top(channel);
    const last = shown.at(-1);
    if (last) this.#marks.set(`${workspace.user.id}/${channel.id}/${thread}`, at(last));
  }

  /** Tell whether this person has not seen a message yet. */
  isNew(workspace, channel, message) {
    const thread = message.is_reply && !message.broadcast ? message.thread_ts : "";
    return message.user !== workspace.user.id && at(message) > this.#mark(workspace, channel, thread);
  }

  /** Count what is new in a channel: messages, and those that notify. */
  count(workspace, channel) {
    const fresh = channel.messages.filter((one) => this.isNew(workspace, channel, one));
    return {
      messages: fresh.filter((one) => !one.is_reply).length,
      notices: fresh.filter((one) => one.notifies_me).length,
    };
  }
}
