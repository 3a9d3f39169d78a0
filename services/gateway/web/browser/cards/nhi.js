// 健保卡: what the agent reads of the card goes into the form, where its holder sees it and adds the password.
import { Refused } from "./agent.js";
import { watch } from "./watching.js";
import { Place, Words } from "./words.js";

export function nhi(root) {
  const words = new Words(root);
  const { elements } = root.querySelector("form");
  const place = new Place(root.querySelector("[data-place]"));

  function enter({ card_number: number = "", identifier = "", born_on: born = "" }) {
    elements.card_number.value = number;
    if (elements.born_on) elements.born_on.value = born;
    if (identifier) elements.identifier.value = identifier;
  }

  function missing({ code, params }) {
    enter({});
    const name = code === "card-unknown" ? "nhi-wrong-card" : code;
    place.tell(name, words.trouble(name, params));
  }

  async function read(agent, filled) {
    place.passing(words.state("reading"));
    let refused;
    for (const { name } of filled) {
      try {
        const card = await agent.nhiCard(name);
        enter(card);
        const figures = { end: card.card_number.slice(-4), name: card.name };
        place.tell(`nhi-read ${figures.end}`, words.trouble("nhi-read", figures));
        return true;
      } catch (fault) {
        if (!(fault instanceof Refused)) throw fault;
        refused = fault; // perhaps another reader has it
      }
    }
    missing(refused ?? new Refused("no-card"));
    return false;
  }

  watch(root, { missing, came: read });
}
