/* 系统管理: what Django's own pages leave unsaid. On a phone, where rows are cards and the conditions of a list stand above
   it (admin.css), each cell knows its heading and conditions that are not in use are folded. The boxes that select2 draws
   in place of a choice say what is chosen there. A list that a browser loads anew by 后退 stands with nothing ticked or
   typed: what it gives back, it gives by place, and other rows stand there. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  for (const { tHead, tBodies } of document.querySelectorAll("#result_list, .inline-group table")) {
    const labels = [...tHead.rows[0].cells].map((head) => (head.querySelector(".text") ?? head).textContent.trim());
    for (const row of tBodies[0].rows) [...row.cells].forEach((cell, place) => (cell.dataset.label = labels[place]));
  }
  document.getElementById("changelist-form")?.setAttribute("autocomplete", "off");
  document.querySelector("label[for=searchbar] img")?.setAttribute("alt", "搜索");
  if (matchMedia("(max-width: 767px)").matches) {
    for (const one of document.querySelectorAll("#changelist-filter details")) {
      one.open = !one.querySelector("li:first-child.selected");
    }
  }
});
if (window.django?.jQuery.fn.select2) {
  const $ = django.jQuery;
  const label = (select) => select.getAttribute("aria-label") ?? select.labels[0].textContent.replace(/[:：]\s*$/, "");
  const say = (box, words) => box.setAttribute("aria-label", words);
  const name = (select) => {
    const words = [label(select), select.selectedOptions[0]?.text].filter((word) => word).join("：");
    for (const box of select.nextElementSibling.querySelectorAll("[role=combobox], [role=textbox]")) {
      box.removeAttribute("aria-labelledby"); /* which says what is chosen, and not of what */
      say(box, words);
    }
  };
  const begin = (root) => $(root).find("select.select2-hidden-accessible")
    .on("change", (event) => name(event.target))
    .on("select2:open", (event) => say(document.querySelector(".select2-search__field"), label(event.target)))
    .each((_, select) => name(select));
  $(() => begin(document)); /* after Django's own, which draws them */
  document.addEventListener("formset:added", (event) => begin(event.target));
}
