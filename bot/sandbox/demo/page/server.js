// Talking with the demo's server: one stream of what is seen, and what a person does.

/** Do something on the server, and give the sentence that the person should read, if any. */
export async function act(name, body) {
  try {
    const response = await fetch(`/act/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.ok ? (await response.json()).said : await response.text();
  } catch (error) {
    if (error instanceof TypeError) return "The demo cannot be reached. Has it been stopped?";
    throw error;
  }
}

/** Receives what one person sees, for as long as it is open. */
export class Watch {
  #source = null;

  /** Watch as this person; `show(state)` at each change, `lost(isLost)` as the line goes or comes. */
  open(user, show, lost) {
    this.#source?.close();
    const source = new EventSource(`/events?user=${encodeURIComponent(user)}`);
    source.onmessage = (event) => show(JSON.parse(event.data));
    source.onopen = () => lost(false);
    source.onerror = () => lost(true);
    this.#source = source;
  }
}
