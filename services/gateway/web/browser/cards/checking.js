// 環境檢測: goes through the lines, each with what came of it and what to do next.
import { Agent, Refused } from "./agent.js";
import { Readers } from "./readers.js";
import { judged, nonceOf } from "./site.js";
import { Words } from "./words.js";

const phones = /Android|iPhone|iPad/;
const tooOld = /Windows NT (5|6\.[01])/;

export function checking(root) {
  const words = new Words(root);
  const within = (selector) => root.querySelector(selector);
  const pin = within("#pin");
  const button = within("[data-check]");
  const lines = new Map([...root.querySelectorAll("[data-line]")].map((line) => [line.dataset.line, line]));
  let agent;
  let card;

  function tell(name, outcome, told = "", next = "") {
    const line = lines.get(name);
    if (!line) return;
    const look = root.querySelector(`template[data-outcome="${outcome}"]`);
    const [mark, word] = look.content.cloneNode(true).children;
    line.className = `is-${look.dataset.tone}`;
    line.dataset.came = outcome;
    line.querySelector("[data-mark]").replaceChildren(mark);
    line.querySelector("[data-outcome]").textContent = word.textContent;
    line.querySelector("[data-told]").textContent = told;
    const step = line.querySelector("[data-next]");
    step.textContent = next && words.word("next", { what: next });
    step.hidden = !next;
  }

  // What to do about a refusal: as it is told wherever else it is met.
  function nextAfter({ code, params }) {
    if (code === "told") return params.told;
    const ofPin = words.ofPin(code, params);
    if (ofPin) return ofPin;
    const told = words.trouble(code, { issuer: words.word(`issuer.${card?.kind}`), ...params }).querySelectorAll("p, li");
    return [...told].map(({ textContent }) => textContent).join(" ");
  }

  // One line: passed with what was found, or failed with what to do. Tells whether those after it can be tried.
  async function attempt(name, work) {
    tell(name, "trying");
    try {
      tell(name, "passed", (await work()) ?? "");
      return true;
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      tell(name, "failed", "", words.word(`next.${name}`) || nextAfter(refused));
      return false;
    }
  }

  const demand = (is, code) => {
    if (!is) throw new Refused(code);
  };

  function tellLeft(left) {
    within('[data-fact="left"]').textContent = words.left(left);
    within("[data-last-try]").hidden = left !== 1;
  }

  async function byThePage() {
    const { userAgent, userAgentData } = navigator;
    await attempt("system", () => {
      demand(!phones.test(userAgent) && !tooOld.test(userAgent), "system");
      return userAgentData?.platform || navigator.platform;
    });
    await attempt("browser", () => {
      demand("timeout" in AbortSignal && "requestSubmit" in HTMLFormElement.prototype, "browser");
      const brand = userAgentData?.brands.find(({ brand }) => !/Not.?A.?Brand|Chromium/i.test(brand));
      return brand ? `${brand.brand} ${brand.version}` : userAgent.match(/(Firefox|Edg|Chrome|Version)\/[\d]+/)?.[0];
    });
    tell("scripts", "passed");
    await attempt("cookies", async () => void (await nonceOf(root.dataset.nonce)));
    return (
      (await attempt("agent", async () => {
        agent = await Agent.found(root.dataset.agents.split(" "));
        return agent.address;
      })) &&
      (await attempt("version", () => agent.demand(root.dataset.oldest).told.version)) &&
      (await attempt("reader", () => {
        const { pcsc, readers, modules } = agent.told;
        demand(pcsc || modules.length, "no-pcsc");
        demand(readers.length || modules.length, "no-reader");
        return [...readers.map(({ name }) => name), ...modules].join(" · ");
      })) &&
      (await attempt("card", async () => {
        card = await readers.card(agent, agent.filled());
        tellLeft(card.tries_left);
        return [words.word(`kind.${card.kind}`), card.holder.name].filter(Boolean).join(" · ");
      }))
    );
  }

  async function byTheAgent(typed) {
    const told = await agent.check(typed, readers.name, card.serial); // that card, and no other that came meanwhile
    for (const { line, outcome, code, params = {}, found = "" } of told.lines) {
      if (code === "pin-wrong") tellLeft(params.left);
      tell(line, outcome, words.word(`kind.${found}`) || found, code ? nextAfter({ code, params }) : "");
    }
    return told.lines.some(({ line, outcome }) => line === "sign" && outcome === "passed");
  }

  const bySite = (typed) =>
    attempt("site", async () => {
      const { token } = await agent.sign(await nonceOf(root.dataset.nonce), typed, readers.name, card.serial);
      await judged(root.dataset.judged, token);
    });

  function summary() {
    const came = [...lines.values()].map(({ dataset }) => dataset.came);
    const count = (outcome) => came.filter((one) => one === outcome).length;
    const failed = count("failed");
    const left = came.length - count("passed") - failed;
    const name = failed ? "failed" : left ? "some" : "all";
    const told = words.filled(`[data-summary="${name}"]`, { count: failed || left });
    within("[data-summary-place]").replaceChildren(told);
  }

  async function check(typed) {
    button.disabled = readers.select.disabled = true;
    lines.forEach((_, name) => tell(name, "waiting"));
    const isReady = await byThePage();
    try {
      if (isReady && typed !== undefined && (await byTheAgent(typed || undefined))) await bySite(typed);
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      tell("open-module", "failed", "", nextAfter(refused));
    }
    lines.forEach(({ dataset }, name) => dataset.came === "waiting" && typed !== undefined && tell(name, "skipped"));
    if (typed !== undefined) summary();
    button.disabled = readers.select.disabled = false;
  }

  button.addEventListener("click", async () => {
    const typed = pin.value;
    pin.value = "";
    await check(typed);
    button.textContent = words.word("again");
  });
  const readers = new Readers(root, () => check());
  check(); // without the card, so that the tries left stand there before a PIN is asked
}
