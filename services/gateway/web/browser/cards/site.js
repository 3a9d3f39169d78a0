// What a card's page asks of its own site beside its forms.
import { Refused } from "./agent.js";

async function post(address, form = {}) {
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  let answer;
  try {
    answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams(form) });
  } catch {
    throw new Refused("page-failed");
  }
  if (answer.status === 429) throw new Refused("too-often");
  const told = await answer.json().catch(() => ({}));
  if (told.told) throw new Refused("told", told);
  return { isGiven: answer.ok && !answer.redirected, told };
}

// Something for the card to sign: good once, for a few minutes, and for this browser.
export async function nonceOf(address) {
  const { isGiven, told } = await post(address);
  if (!isGiven || !told.nonce) throw new Refused("page-failed");
  return told.nonce;
}

// Whether the site would accept what the card has signed; throws what it says where it would not.
export async function judged(address, token) {
  const { isGiven } = await post(address, { token });
  if (!isGiven) throw new Refused("page-failed");
}
