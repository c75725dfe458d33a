// Runs before the first paint (no defer): puts what this reader chose on <html>, so that nothing flickers.
// `class="js"` tells ktp.css that helpers like the drawer and the bulk bar may wait for ktp.js.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  try {
    for (const name of ["text", "contrast", "sidebar"]) {
      const value = localStorage.getItem(`ktp.${name}`);
      if (value) root.dataset[name] = value;
    }
  } catch {
    // storage is forbidden here: the page stands as it is
  }
})();
