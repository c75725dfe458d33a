/*
The text editor of 信息发布: turns textarea[data-editor] into Jodit. Without this file, or without scripts, the textarea takes HTML.
[data-picture-dialog] is the dialog that uploads a picture: data-url, input[type=file], input[name=alt], [data-picture-error].
*/
(() => {
  "use strict";

  const area = document.querySelector("textarea[data-editor]");
  if (!area || !window.Jodit) return;
  const dialog = document.querySelector("[data-picture-dialog]");
  const picture = { name: "插入图片", icon: "image", tooltip: "插入图片", exec: () => dialog.showModal() };
  const editor = Jodit.make(area, {
    language: "zh_cn",
    minHeight: 420,
    beautifyHTML: false,
    sourceEditor: "area",
    toolbarAdaptive: false,
    tabIndex: 0, // by default no key leads into it
    showCharsCounter: false,
    showWordsCounter: false,
    showXPathInStatusbar: false,
    askBeforePasteHTML: false,
    askBeforePasteFromWord: false,
    defaultActionOnPasteFromWord: "insert_clear_html",
    defaultActionOnPaste: "insert_clear_html",
    enableDragAndDropFileToEditor: false,
    useSplitMode: false,
    disablePlugins: ["ai-assistant", "speech-recognize", "powered-by-jodit", "video", "file", "iframe", "media", "image", "image-properties", "image-processor", "drag-and-drop", "drag-and-drop-element", "paste-storage", "xpath", "stat", "spellcheck", "class-span", "color", "font", "mobile"],
    controls: { paragraph: { list: { p: "正文", h2: "一级标题", h3: "二级标题", h4: "三级标题", blockquote: "引用" } } },
    buttons: ["paragraph", "|", "bold", "italic", "underline", "|", "ul", "ol", "align", "|", "table", "link", picture, "hr", "|", "undo", "redo", "eraser", "fullsize"],
  });
  editor.editor.setAttribute("role", "textbox"); // without a role no name may be given
  editor.editor.setAttribute("aria-multiline", "true");
  editor.editor.setAttribute("aria-label", "正文");
  editor.events.on("change", () => area.dispatchEvent(new Event("input", { bubbles: true })));

  // The editor hands over what is typed a moment later: whoever presses a button within it must lose nothing.
  const hand = () => {
    editor.synchronizeValues();
    area.value = editor.value;
  };
  area.form?.addEventListener("submit", hand, { capture: true });

  const error = dialog.querySelector("[data-picture-error]");
  const file = dialog.querySelector("input[type=file]");
  const alt = dialog.querySelector("input[name=alt]");
  const button = dialog.querySelector("[data-picture-insert]");
  button.addEventListener("click", async () => {
    error.textContent = "";
    if (!file.files.length || !alt.value.trim()) return void (error.textContent = "请选择图片并填写替代文字。");
    const form = new FormData();
    form.append("file", file.files[0]);
    form.append("alt", alt.value);
    form.append("csrfmiddlewaretoken", document.querySelector("input[name=csrfmiddlewaretoken]").value);
    button.disabled = true;
    const answer = await fetch(dialog.dataset.url, { method: "POST", body: form, headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    button.disabled = false;
    if (!answer?.ok) return void (error.textContent = told?.message ?? "没有上传成功，请检查网络后再试。");
    dialog.close();
    file.value = alt.value = "";
    const image = editor.createInside.element("img");
    image.setAttribute("src", told.url);
    image.setAttribute("alt", told.alt);
    editor.s.insertNode(image);
    editor.synchronizeValues();
  });
})();
