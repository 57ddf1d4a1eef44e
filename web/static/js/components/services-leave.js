// @ts-check
/** Signing out where services wait to be sent: says so first, and lets them stay in this
 * browser for whoever wrote them down. Without any, signing out clears what was typed. */

import { all, forget } from "../services/store.js";

/** @param {HTMLElement} form */
export function start(form) {
  if (!(form instanceof HTMLFormElement) || !("indexedDB" in window)) return;
  let certain = false;
  form.addEventListener("submit", async (event) => {
    if (certain) return;
    event.preventDefault();
    const waiting = await all().catch(() => []);
    const mine = waiting.filter((one) => one.owner === form.dataset.owner).length;
    if (mine && !(await agreed(form, mine))) return;
    if (waiting.length) await keep(form);
    certain = true;
    form.requestSubmit();
  });
}

/** The service then leaves this browser's storage as it is, so that we clear the rest.
 * Whoever comes next and has no line writes nothing down in the name of who has left.
 * @param {HTMLFormElement} form */
async function keep(form) {
  sessionStorage.clear();
  await forget().catch(() => {});
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "keep", value: "services" });
  form.append(field);
}

/** @param {HTMLFormElement} form @param {number} waiting @returns {Promise<boolean>} */
function agreed(form, waiting) {
  return new Promise((done) => {
    const dialog = document.createElement("dialog");
    dialog.className = "ask";
    const question = document.createElement("p");
    question.id = "leave-question";
    const number = waiting.toLocaleString(document.documentElement.lang, { useGrouping: false });
    question.textContent = (form.dataset.ask ?? "").replace("{n}", number);
    dialog.setAttribute("aria-labelledby", question.id);
    const row = document.createElement("div");
    row.className = "row";
    const stay = answer(form.dataset.stay ?? "", "button");
    const go = answer(form.dataset.go ?? "", "button button--secondary");
    go.addEventListener("click", () => dialog.close("go"));
    stay.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "go");
    });
    row.append(stay, go);
    dialog.append(question, row);
    document.body.append(dialog);
    dialog.showModal();
    stay.focus();
  });
}

/** @param {string} words @param {string} look */
function answer(words, look) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: look, textContent: words });
  return button;
}
