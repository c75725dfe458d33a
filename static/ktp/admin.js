/* Lists of 系统管理: each cell knows its heading, which stands beside it on a phone, where rows are cards (admin.css). */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  for (const { tHead, tBodies } of document.querySelectorAll("#result_list")) {
    const labels = [...tHead.rows[0].cells].map((head) => head.querySelector(".text").textContent.trim());
    for (const row of tBodies[0].rows) [...row.cells].forEach((cell, place) => (cell.dataset.label = labels[place]));
  }
});
