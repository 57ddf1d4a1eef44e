// @ts-check
/** What staff do from the call page: the page's own forms, sent without leaving it.
 * Elsewhere there are none, and nothing happens. */

/** @typedef {import("./state.js").Facts} Facts */

const CONDUCTED = new Set(["prisoner", "visitor", "official", "interpreter"]);
const OVER = new Set(["off", "refused", "stopped"]);

/** @param {HTMLElement} root @param {Record<string, string>} words */
export function conduct(root, words) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-act")) return;
    event.preventDefault();
    send(root, form, event.submitter, words);
  });
}

/**
 * @param {HTMLElement} root @param {HTMLFormElement} form @param {HTMLElement | null} button
 * @param {Record<string, string>} words
 */
async function send(root, form, button, words) {
  const said = root.querySelector('[data-part-of-call="answer"]');
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) body.append(name, String(value));
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const answer = await response.json();
    said?.classList.toggle("conduct__answer--done", response.ok);
    if (said) said.textContent = response.ok ? answer.done : [answer.title, ...(answer.reasons ?? [])].join(" ");
    if (!response.ok) return;
    form.reset();
    form.closest("details")?.removeAttribute("open");
  } catch {
    if (said) said.textContent = words.failed;
  }
}

/**
 * Everything of theirs that follows the call.
 * @param {HTMLElement} root @param {Facts} facts @param {Record<string, string>} words
 */
export function draw(root, facts, words) {
  rows(root, facts);
  recording(root, facts, words);
}

/** How it stands with recording, and what may be done about it.
 * @param {HTMLElement} root @param {Facts} facts @param {Record<string, string>} words */
function recording(root, facts, words) {
  const part = root.querySelector('[data-part-of-call="recording-conduct"]');
  const told = root.querySelector('[data-part-of-call="recording-state"]');
  if (!part || !told) return;
  const { state, reason, by } = facts.recording;
  const said = `${words[`recording_is_${state}`] ?? ""} ${words[`recording_why_${reason}`] ?? ""}`.trim();
  if (told.textContent !== said) told.textContent = said;
  part.toggleAttribute("hidden", state === "off" && !reason);
  part.classList.toggle("conduct__recording--bad", by === "service");
  for (const act of part.querySelectorAll("[data-when]")) {
    const [states, why = reason] = (act.getAttribute("data-when") ?? "").split(" because ");
    act.toggleAttribute("hidden", !states.split(" ").includes(state) || why !== reason);
  }
}

/**
 * A row of buttons for everybody who may be let in, muted or darkened.
 * @param {HTMLElement} root @param {Facts} facts
 */
function rows(root, facts) {
  const list = root.querySelector('[data-part-of-call="rows"]');
  const template = root.querySelector("#row");
  if (!list || !(template instanceof HTMLTemplateElement)) return;
  const people = facts.people.filter((person) => CONDUCTED.has(person.part));
  for (const row of [...list.children]) {
    if (!people.some((person) => person.id === row.getAttribute("data-person"))) row.remove();
  }
  for (const person of people) {
    const row = list.querySelector(`[data-person="${person.id}"]`) ?? made(template, person);
    if (!row.isConnected) list.append(row);
    for (const part of row.querySelectorAll("[data-when]")) {
      const [what, on] = (part.getAttribute("data-when") ?? "").split(" ");
      if (what === "hand" || what === "help") {
        part.toggleAttribute("hidden", !(what === "hand" ? facts.hands : facts.helped).includes(person.id));
        continue;
      }
      if (what === "consent") {
        // Who said no is not shown, nor, once somebody did, who did not.
        const answer = facts.consents[person.id] ? "yes" : "open";
        part.toggleAttribute("hidden", OVER.has(facts.recording.state) || answer !== on);
        continue;
      }
      const inside = person.state !== "waiting";
      const blocked = person.blocked.some((kind) => kind === what);
      const shown =
        what === "waiting" ? !inside && facts.phase !== "waiting" : what === "inside" ? inside : inside && blocked === (on === "on");
      part.toggleAttribute("hidden", !shown);
    }
  }
}

/** @param {HTMLTemplateElement} template @param {import("./state.js").Person} person @returns {Element} */
function made(template, person) {
  const row = /** @type {Element} */ (document.importNode(template.content, true).firstElementChild);
  row.setAttribute("data-person", person.id);
  for (const name of row.querySelectorAll("[data-name]")) name.textContent = person.name;
  for (const input of row.querySelectorAll("input[name=participant]")) {
    if (input instanceof HTMLInputElement) input.value = person.id;
  }
  return row;
}
