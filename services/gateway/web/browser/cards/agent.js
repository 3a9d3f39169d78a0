// The card agent on the reader's own computer: found on one of its ports, asked in JSON. What it refuses is thrown.

const soon = 2500; // milliseconds for an answer that waits for no card
const late = 60_000; // a card may take its time

export class Refused extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

async function ask(address, path, body, patience = late) {
  const asked = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  let answer;
  try {
    const signal = AbortSignal.timeout(patience);
    answer = await fetch(address + path, { ...asked, signal, cache: "no-store", credentials: "omit" });
  } catch {
    throw new Refused("agent-missing"); // not there, or it does not answer this site: a browser tells no difference
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(told.code ?? "agent-failed", told.params);
  return told;
}

function isOlder(version, oldest) {
  const [ours, wanted] = [version, oldest].map((one) => one.split(".").map(Number));
  const differs = wanted.findIndex((part, place) => part !== (ours[place] ?? 0));
  return differs >= 0 && (ours[differs] ?? 0) < wanted[differs];
}

export class Agent {
  constructor(address, told) {
    this.address = address;
    this.told = told;
  }

  // The agent on the first port on which one answers. It may be older than pages can work with.
  static async found(addresses) {
    const asked = await Promise.allSettled(addresses.map((address) => ask(address, "/v1/about", undefined, soon)));
    const place = asked.findIndex(({ value }) => value?.agent === "caretrail-card-agent");
    if (place >= 0) return new Agent(addresses[place], asked[place].value);
    const told = asked.find(({ reason }) => reason instanceof Refused && reason.code !== "agent-missing");
    throw told?.reason ?? new Refused("agent-missing");
  }

  demand(oldest) {
    const { version } = this.told;
    if (isOlder(version, oldest)) throw new Refused("agent-old", { version });
    return this;
  }

  // The readers in which a card is; throws what is missing.
  filled() {
    const { pcsc, readers, modules } = this.told;
    const filled = readers.filter(({ card }) => card);
    if (filled.length || modules.length) return filled;
    if (!pcsc) throw new Refused("no-pcsc");
    throw new Refused(readers.length ? "no-card" : "no-reader");
  }

  card = (reader) => ask(this.address, "/v1/card", { reader });
  nhiCard = (reader) => ask(this.address, "/v1/nhi-card", { reader });
  sign = (nonce, pin, reader, serial) => ask(this.address, "/v1/sign", { nonce, pin, reader, serial });
  check = (pin, reader, serial) => ask(this.address, "/v1/check", { pin, reader, serial });
}
