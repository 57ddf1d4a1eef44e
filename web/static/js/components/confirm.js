// @ts-check
/** Asks before a button does what it does, in the browser's own dialog element. */

/** @param {HTMLElement} button */
export function start(button) {
  if (!(button instanceof HTMLButtonElement)) return;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    // A form that is already out of order is told so before anything is asked.
    if (button.form && !button.form.reportValidity()) return;
    ask(button);
  });
}

/** @param {HTMLButtonElement} button */
function ask(button) {
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  const question = document.createElement("p");
  question.id = "ask-question";
  question.textContent = button.dataset.confirm ?? "";
  dialog.setAttribute("aria-labelledby", question.id);
  const row = document.createElement("div");
  row.className = "row";
  const yes = answer(button.dataset.yes ?? "", "button");
  const no = answer(button.dataset.no ?? "", "button button--secondary");
  yes.addEventListener("click", () => {
    dialog.close();
    button.form?.requestSubmit(twin(button));
  });
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    button.focus();
  });
  row.append(yes, no);
  dialog.append(question, row);
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
}

/**
 * A hidden button that sends the same name and value without asking again.
 * @param {HTMLButtonElement} button
 * @returns {HTMLButtonElement}
 */
function twin(button) {
  const other = document.createElement("button");
  other.name = button.name;
  other.value = button.value;
  other.hidden = true;
  for (const name of ["formaction", "formmethod", "formnovalidate"]) {
    const value = button.getAttribute(name);
    if (value !== null) other.setAttribute(name, value);
  }
  button.form?.append(other);
  return other;
}

/**
 * @param {string} words
 * @param {string} look
 * @returns {HTMLButtonElement}
 */
function answer(words, look) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = look;
  button.textContent = words;
  return button;
}
