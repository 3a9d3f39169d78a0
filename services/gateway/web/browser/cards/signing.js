// 憑證登入: shows the card and how many tries its PIN has left, has the card sign what the site gave, sends that.
// The PIN goes to the agent and nowhere else: its field has no name, lies in no form, and is empty before anything is asked.
import { Refused } from "./agent.js";
import { Readers } from "./readers.js";
import { nonceOf } from "./site.js";
import { watch } from "./watching.js";
import { Place, Words } from "./words.js";

const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "Asia/Taipei" });

export function signing(root) {
  const words = new Words(root);
  const within = (selector) => root.querySelector(selector);
  const found = within("[data-found]");
  const form = within("form");
  const pin = within("#pin");
  const button = within("[data-sign]");
  let agent;
  let card;

  const place = new Place(within("[data-place]"));
  const happened = (fragment) => within("[data-happened]").replaceChildren(fragment ?? "");
  const fact = (name, text) => (within(`[data-fact="${name}"]`).textContent = text);

  function beside(sentence) {
    const error = within("[data-pin-error]");
    error.textContent = sentence;
    error.hidden = !sentence;
    within("[data-pin]").classList.toggle("nhsuk-form-group--error", Boolean(sentence));
    if (sentence) pin.setAttribute("aria-invalid", "true");
    else pin.removeAttribute("aria-invalid");
  }

  function missing({ code, params }) {
    found.hidden = true;
    card = undefined;
    place.tell(code, words.trouble(code, params));
  }

  function tell({ kind, holder, valid_to: until, tries_left: left }) {
    const { wanted } = root.dataset;
    const name = words.word(`kind.${kind}`);
    fact("kind", name);
    fact("holder", holder.name);
    fact("until", day.format(new Date(until)));
    fact("left", words.left(left));
    within("[data-other-kind]").hidden = !wanted || wanted === kind;
    const figures = { kind: name, wanted: words.word(`kind.${wanted}`) };
    within("[data-other-kind-told]").textContent = words.word("other-kind", figures);
    within("[data-last-try]").hidden = left !== 1;
    root.querySelectorAll("[data-for-kind]").forEach((one) => (one.hidden = one.dataset.forKind !== kind));
    const isLocked = left === 0;
    within("[data-pin]").hidden = button.hidden = isLocked;
    if (isLocked) place.tell("pin-blocked", words.trouble("pin-blocked", { issuer: words.word(`issuer.${kind}`) }));
    else place.tell("");
    found.hidden = false;
  }

  async function read(now, filled) {
    agent = now;
    place.passing(words.state("reading"));
    try {
      card = await readers.card(agent, filled);
      tell(card);
      return true;
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      missing(refused);
      return false;
    }
  }

  const readers = new Readers(root, () => {
    beside("");
    place.tell("");
    watching.resume();
  });
  const watching = watch(root, {
    missing: (trouble) => {
      if (trouble.code === "no-card" || trouble.code === "no-reader") readers.offer([]);
      missing(trouble);
    },
    came: read,
  });

  // What went wrong: with the PIN beside its field, anything else above the card.
  function explain({ code, params }) {
    const ofPin = words.ofPin(code, params);
    if (ofPin) beside(ofPin);
    else if (code !== "pin-blocked") happened(words.trouble(code, params)); // locked is told of with the card
  }

  async function sign() {
    const typed = pin.value;
    pin.value = "";
    happened(null);
    beside(typed ? "" : words.word("pin.missing"));
    if (!typed) return pin.focus();
    button.disabled = true;
    watching.pause();
    try {
      place.passing(words.state("asking"));
      const nonce = await nonceOf(root.dataset.nonce);
      place.passing(words.state("signing"));
      const { token } = await agent.sign(nonce, typed, readers.name, card.serial); // by this card, and no other that came meanwhile
      place.passing(words.state("sending"));
      form.elements.token.value = token;
      form.requestSubmit();
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      await watching.resume();
      button.disabled = false; // before anything is told, so that whoever acts on it can
      explain(refused);
      if (!pin.closest("[hidden]")) pin.focus();
    }
  }

  button.addEventListener("click", sign);
  pin.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !button.disabled) sign();
  });
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // a nonce was used, a PIN is not kept
}
