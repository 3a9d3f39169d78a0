// Every sentence comes with the page, in templates; `{figures}` in them are filled in here.

function fill(node, figures) {
  const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    texts.currentNode.data = texts.currentNode.data.replace(/\{(\w+)\}/g, (whole, name) => figures[name] ?? whole);
  }
  return node;
}

export class Words {
  constructor(root) {
    this.root = root;
  }

  word(name, figures = {}) {
    return this.filled(`[data-word="${name}"]`, figures)?.textContent ?? "";
  }

  // How often the PIN can still be entered; null where the card does not tell.
  left(left) {
    return this.word(left == null ? "left-unknown" : left === 1 ? "left-one" : "left", { left });
  }

  // What a PIN that was not taken leaves to try; empty where something else is wrong.
  ofPin(code, { left }) {
    if (code === "pin-malformed") return this.word("pin.malformed");
    if (code !== "pin-wrong") return "";
    return this.word(left == null ? "pin.wrong-unknown" : left === 1 ? "pin.wrong-last" : "pin.wrong", { left });
  }

  state(name) {
    return this.filled(`[data-state="${name}"]`, {});
  }

  // What is wrong and what to do; what nobody has words for is told by its code.
  trouble(code, figures = {}) {
    const known = this.filled(`[data-trouble="${code}"]`, figures);
    return known ?? this.filled('[data-trouble="agent-failed"]', { code });
  }

  filled(template, figures) {
    const found = this.root.querySelector(`template${template}`);
    return found && fill(found.content.cloneNode(true), figures);
  }
}

// Where a page says how things stand: what stands there already is not said, and so not read out, once more.
export class Place {
  constructor(element) {
    this.element = element;
    this.told = "";
  }

  // A state that passes; it is left out while a trouble is looked at once more.
  passing(fragment) {
    if (!this.told) this.element.replaceChildren(fragment);
  }

  tell(name, fragment) {
    if (name && name === this.told) return;
    this.told = name;
    this.element.replaceChildren(fragment ?? "");
  }
}
