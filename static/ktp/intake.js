/*
打包上传: what its pages do beyond forms. Both work without this file, only with less comfort.

form[data-pack]      a folder dropped on its [data-drop] comes in with all PDFs and zips below it; [data-pick-folder] opens a dialog for one
form[data-arrange]   a click on a[data-place] gives the page the next number, or takes it away; select[data-turn] turns the picture beside it
*/
const WANTED = /\.(pdf|zip)$/i;

async function filesBelow(entry) {
  if (entry.isFile) return WANTED.test(entry.name) ? [await new Promise((take, fail) => entry.file(take, fail))] : [];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((take, fail) => reader.readEntries(take, fail)); // a hundred at a time
    if (!some.length) return (await Promise.all(found.map(filesBelow))).flat();
    found.push(...some);
  }
}

function put(input, files) {
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

for (const form of document.querySelectorAll("form[data-pack]")) {
  const input = form.querySelector("input[type=file]");
  form.querySelector("[data-drop]").addEventListener(
    "drop",
    async (event) => {
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
      if (!entries.some((entry) => entry.isDirectory)) return; // files alone: ktp.js puts them in
      event.preventDefault();
      event.stopImmediatePropagation();
      event.currentTarget?.classList.remove("is-over");
      put(input, (await Promise.all(entries.map(filesBelow))).flat());
    },
    { capture: true },
  );
  const button = form.querySelector("[data-pick-folder]");
  const folder = Object.assign(document.createElement("input"), { type: "file", webkitdirectory: true, multiple: true });
  folder.addEventListener("change", () => put(input, [...folder.files].filter((file) => WANTED.test(file.name))));
  button.hidden = false;
  button.addEventListener("click", () => folder.click());
}

for (const form of document.querySelectorAll("form[data-arrange]")) {
  const places = [...form.querySelectorAll("input[type=number]")];
  form.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-place]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const place = document.getElementById(link.dataset.place);
    place.value = place.value ? "" : Math.max(0, ...places.map((one) => Number(one.value))) + 1;
    place.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const turn = (select) => {
    const picture = select.closest("li").querySelector("img");
    picture.style.transform = `rotate(${Number(select.value) - Number(picture.dataset.turned)}deg)`;
  };
  for (const select of form.querySelectorAll("select[data-turn]")) {
    select.addEventListener("change", () => turn(select));
    turn(select);
  }
}
