// Looks every two seconds whether the agent, a reader or a card has come or gone, and tells of each change once; of a
// card that could not be used, until `came` says that one can.
import { Agent, Refused } from "./agent.js";

const every = 2000; // milliseconds

export function watch(root, { came, missing }) {
  const everywhere = root.dataset.agents.split(" ");
  let addresses = everywhere;
  let last;
  let isPaused = false;

  async function look() {
    let agent;
    let filled;
    let trouble;
    try {
      agent = await Agent.found(addresses);
      addresses = [agent.address];
      filled = agent.demand(root.dataset.oldest).filled();
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      trouble = refused;
      if (refused.code === "agent-missing") addresses = everywhere;
    }
    const now = trouble ? trouble.code : JSON.stringify(agent.told);
    if (isPaused || trouble?.code === "busy" || now === last) return;
    last = now;
    if (trouble) missing(trouble);
    else if (!(await came(agent, filled))) last = undefined; // another card may come between two looks
  }

  async function keepLooking() {
    if (!isPaused && !document.hidden) await look();
    setTimeout(keepLooking, every);
  }
  keepLooking();

  return {
    pause: () => (isPaused = true),
    // Goes on, and tells of what is there as if it had just come.
    resume: () => {
      isPaused = false;
      last = undefined;
      return look();
    },
  };
}
