// @ts-check
/** Starts what a page asks for: every `data-module="name"` gets `components/name.js`.
 * A module exports `start(element)`. Pages work without any of it, the call excepted. */

/**
 * Start the modules inside a part of the page; `refresh` calls it for what it swaps in.
 * @param {ParentNode} root
 * @returns {Promise<void>}
 */
export async function bind(root) {
  const elements = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-module]")]);
  await Promise.all(
    elements.map(async (element) => {
      for (const name of (element.dataset.module ?? "").split(" ")) {
        const module = await import(`./components/${name}.js`);
        module.start(element);
      }
    }),
  );
}

bind(document);
