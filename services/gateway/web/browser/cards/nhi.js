// 健保卡: what the agent reads of the card goes into the form, where its holder sees it and adds the password.
import { Refused } from "./agent.js";
import { watch } from "./watching.js";
import { Words } from "./words.js";

export function nhi(root) {
  const words = new Words(root);
  const { elements } = root.querySelector("form");
  const place = (fragment) => root.querySelector("[data-place]").replaceChildren(fragment);

  function enter({ card_number: number = "", identifier = "", born_on: born = "" }) {
    elements.card_number.value = number;
    if (elements.born_on) elements.born_on.value = born;
    if (identifier) elements.identifier.value = identifier;
  }

  function missing({ code, params }) {
    enter({});
    place(words.trouble(code === "card-unknown" ? "nhi-wrong-card" : code, params));
  }

  async function read(agent, filled) {
    place(words.state("reading"));
    let refused;
    for (const { name } of filled) {
      try {
        const card = await agent.nhiCard(name);
        enter(card);
        return place(words.trouble("nhi-read", { end: card.card_number.slice(-4), name: card.name }));
      } catch (fault) {
        if (!(fault instanceof Refused)) throw fault;
        refused = fault; // perhaps another reader has it
      }
    }
    return missing(refused ?? new Refused("no-card"));
  }

  watch(root, { missing, came: read });
}
