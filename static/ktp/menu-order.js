/* 系统菜单: rows of the list are moved among their neighbours, by dragging or by 「上移」「下移」; 排序 follows, 「保存」 keeps it. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const marks = [...document.querySelectorAll("#result_list [data-row]")];
  const told = document.createElement("p");
  told.setAttribute("role", "status");
  told.className = "menu-told";
  document.querySelector("#changelist-form .results")?.before(told);
  let dragged = null;

  const mark = (row) => row.querySelector("[data-row]");
  const siblings = (row) => [...row.parentNode.rows].filter((other) => mark(other)?.dataset.among === mark(row).dataset.among);
  /* a group moves with the entries below it */
  const block = (row) => [row, ...[...row.parentNode.rows].filter((other) => mark(other)?.dataset.parent === mark(row).dataset.row)];

  function move(row, before) {
    const rows = block(row);
    if (before) before.before(...rows);
    else block(siblings(row).filter((other) => other !== row).at(-1)).at(-1).after(...rows);
    siblings(row).forEach((other, place) => { other.querySelector('input[name$="-order"]').value = (place + 1) * 10; });
    told.textContent = `「${mark(row).textContent}」已移动，点「保存」后生效。`;
  }

  function step(row, by) {
    const all = siblings(row);
    const place = all.indexOf(row) + by;
    if (place >= 0 && place < all.length) move(row, all[by < 0 ? place : place + 1]);
  }

  for (const span of marks) {
    const row = span.closest("tr");
    if (!row.querySelector('input[name$="-order"]') || siblings(row).length < 2) continue;
    const tools = document.createElement("span");
    tools.className = "menu-tools";
    for (const [by, words] of [[-1, "上移"], [1, "下移"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = by < 0 ? "↑" : "↓";
      button.setAttribute("aria-label", `${words}「${span.textContent}」`);
      button.addEventListener("click", () => { step(row, by); button.focus(); });
      tools.append(button);
    }
    row.querySelector('input[name$="-order"]').after(tools);
    row.draggable = true;
    row.addEventListener("dragstart", () => { dragged = row; });
    row.addEventListener("dragover", (event) => {
      if (dragged && dragged !== row && siblings(dragged).includes(row)) event.preventDefault();
    });
    row.addEventListener("drop", (event) => {
      event.preventDefault();
      const all = siblings(row);
      const below = all.indexOf(dragged) < all.indexOf(row);
      move(dragged, below ? all[all.indexOf(row) + 1] : row);
      dragged = null;
    });
    row.addEventListener("dragend", () => { dragged = null; });
  }
});
