// What makes the pages smoother where scripts run. Every page works without it, and no word is in here.
// htmx brings new pieces into a page, so what belongs to one piece listens on the document.
import "htmx.org";

const warnAfter = 18 * 60 * 1000; // a session ends after 20 minutes at the earliest
const slow = 400; // milliseconds that the old page stays without a word

document.querySelector("[data-error-summary]")?.focus();

// A long text tells how many characters are left; the sentences come with the page, `{count}` in them.
function tellLeft(area) {
  const told = document.getElementById(`${area.id}-count`);
  const left = Number(area.dataset.limit) - [...area.value].length;
  const sentence = left < 0 ? told.dataset.over : told.dataset.left;
  told.textContent = sentence.replace("{count}", Math.abs(left));
  told.classList.toggle("is-over", left < 0);
}
document.querySelectorAll("textarea[data-limit]").forEach(tellLeft);

// A form that would lose what was typed asks before the page is left.
const changed = new Set();
document.addEventListener("input", ({ target }) => {
  if (target.matches("textarea[data-limit]")) tellLeft(target);
  if (target.form?.hasAttribute("data-unsaved")) changed.add(target.form);
});
addEventListener("beforeunload", (event) => {
  if (changed.size) event.preventDefault();
});

// A second click sends nothing; the first is on its way. The key in the form guards where this does not run.
document.addEventListener("submit", (event) => {
  const form = event.target;
  changed.delete(form);
  if (form.hasAttribute("data-on-its-way")) event.preventDefault();
  else if (form.method === "post" && !event.defaultPrevented) form.setAttribute("data-on-its-way", "");
});
addEventListener("pageshow", () => {
  document.querySelectorAll("[data-on-its-way]").forEach((form) => form.removeAttribute("data-on-its-way"));
});

// What was chosen before htmx came to listen, or was put back by the browser, is told as if it were chosen now.
const isChosen = ({ options, value }) => value !== ([...options].find((one) => one.defaultSelected) ?? options[0])?.value;
document.addEventListener("htmx:load", ({ target }) => {
  for (const select of target.querySelectorAll("[hx-trigger=change] select")) {
    if (isChosen(select)) select.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

// Before the session ends, say so, and offer to stay without leaving the page.
const session = document.querySelector("[data-session]");
if (session) {
  const warn = () => setTimeout(() => session.removeAttribute("hidden"), warnAfter);
  let waiting = warn();
  const again = () => {
    clearTimeout(waiting);
    session.setAttribute("hidden", "");
    waiting = warn();
  };
  document.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && again());
}

// A slow answer is told of; the old page stays meanwhile.
const loading = document.querySelector("[data-loading]");
let shows;
document.addEventListener("htmx:beforeRequest", () => {
  clearTimeout(shows);
  shows = setTimeout(() => loading.removeAttribute("hidden"), slow);
});
document.addEventListener("htmx:afterRequest", () => {
  clearTimeout(shows);
  loading.setAttribute("hidden", "");
});

// A refused form comes back as a page of its own with status 422: show it as any other answer.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status === 422) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
});

// A password is shown to who asks, and hidden again before it leaves, so that browsers know it for one.
function reveal(button, type) {
  const field = document.getElementById(button.dataset.reveals);
  if (field.type === type) return;
  field.type = type;
  [button.textContent, button.dataset.other] = [button.dataset.other, button.textContent];
}
document.addEventListener("submit", ({ target }) => {
  target.querySelectorAll("[data-reveals]").forEach((button) => reveal(button, "password"));
});

// Where the reader is, to some hundred metres: asked of the browser, and sent with the form the button stands in.
function locate(button) {
  const form = button.form;
  const refused = () => (document.querySelector("[data-located]").textContent = button.dataset.refused);
  const found = ({ coords }) => {
    form.elements.latitude.value = coords.latitude.toFixed(3);
    form.elements.longitude.value = coords.longitude.toFixed(3);
    form.requestSubmit();
  };
  if (navigator.geolocation) navigator.geolocation.getCurrentPosition(found, refused, { timeout: 10000 });
  else refused();
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-print]")) print();
  const locating = target.closest("[data-locate]");
  if (locating) locate(locating);
  const button = target.closest("[data-reveals]");
  if (button) reveal(button, document.getElementById(button.dataset.reveals).type === "text" ? "password" : "text");
});
