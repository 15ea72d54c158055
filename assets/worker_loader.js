// The first script of a training worker; a module. The page starts it as
//
//     new Worker("./worker_loader.js?v=BUILD", { type: "module" })
//
// Trunk gives worker files no hash in their names, so the build's version travels in the query, and this script passes
// it on: a cache can never pair the worker of one build with the page of another, nor its script with another's wasm.
const version = new URL(import.meta.url).search;

// Both files are asked for at once: on a slow line each wait counts.
const module = fetch(new URL(`./worker_bg.wasm${version}`, import.meta.url));
// Of two that fail the first is told.
module.catch(() => {});

try {
  const { default: init } = await import(`./worker.js${version}`);
  await init({ module_or_path: module });
} catch (error) {
  // A rejected promise would stay inside the worker; an uncaught error reaches the page's `onerror`.
  setTimeout(() => {
    throw error;
  });
}
