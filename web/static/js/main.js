// @ts-check
/** Starts what a page asks for: every `data-module="name"` gets `components/name.js`.
 * A module exports `start(element)`. Pages work without any of it, the call excepted. */

// iPhones before iOS 16 and Androids before 2022 hold a call, but know neither of these.
AbortSignal.timeout = AbortSignal.timeout ?? ((ms) => {
  const over = new AbortController();
  setTimeout(() => over.abort(), ms);
  return over.signal;
});
const form = HTMLFormElement.prototype;
form.requestSubmit = form.requestSubmit ?? function (submitter) {
  const button = submitter ?? this.appendChild(document.createElement("button"));
  button.click();
  if (!submitter) button.remove();
};

/** @type {WeakSet<HTMLElement>} */
const started = new WeakSet();

/**
 * Start the modules inside a part of the page that have not started yet; whoever changes
 * a part calls it for what is new there.
 * @param {ParentNode} root
 * @returns {Promise<void>}
 */
export async function bind(root) {
  const every = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-module]")]);
  const elements = every.filter((element) => !started.has(element));
  for (const element of elements) started.add(element);
  await Promise.all(
    elements.map(async (element) => {
      for (const name of (element.dataset.module ?? "").split(" ")) {
        const module = await import(`./components/${name}.js`);
        module.start(element);
      }
    }),
  );
}

bind(document).then(() => {
  document.documentElement.dataset.ready = "";
});
