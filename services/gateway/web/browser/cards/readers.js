// Which reader is meant: the one that was chosen, else one with a card of the kind that is wanted, or that can be read.
import { Refused } from "./agent.js";

export class Readers {
  // Calls `changed` when a person has chosen another.
  constructor(root, changed) {
    this.wanted = root.dataset.wanted;
    this.field = root.querySelector("[data-readers]");
    this.select = this.field.querySelector("select");
    this.select.addEventListener("change", () => {
      this.name = this.chosen = this.select.value;
      changed();
    });
  }

  // The card that is meant among these readers; throws why there is none.
  async card(agent, filled) {
    const names = filled.map(({ name }) => name);
    if (!names.includes(this.chosen)) this.chosen = undefined;
    try {
      const anywhere = names.length ? names : [undefined]; // a module's tokens are in no reader
      const found = await this.best(agent, this.chosen ? [this.chosen] : anywhere);
      this.name = found.name;
      return found.card;
    } finally {
      this.offer(names);
    }
  }

  async best(agent, names) {
    let first;
    let trouble;
    for (const name of names) {
      try {
        const there = { name, card: await agent.card(name) };
        if (!this.wanted || there.card.kind === this.wanted) return there;
        first ??= there;
      } catch (refused) {
        if (!(refused instanceof Refused)) throw refused;
        trouble ??= refused;
      }
    }
    if (!first) throw trouble;
    return first;
  }

  offer(names) {
    const isNew = names.join("\n") !== [...this.select.options].map(({ value }) => value).join("\n");
    if (isNew) this.select.replaceChildren(...names.map((name) => new Option(name, name)));
    if (names.includes(this.name)) this.select.value = this.name;
    this.field.hidden = names.length < 2;
  }
}
