/*
KTP: what a page does beyond links and forms. No framework; every page works without this file, only with less comfort.

DATA ATTRIBUTES
data-pref="text|contrast|sidebar" data-pref-value="…"  button: switches the reader's own setting on <html>, remembered (prefs.js)
data-drawer="ID"                 button: opens the sidebar as a drawer on small screens
textarea[maxlength], [data-counter]  shows "126/300" below
[data-bulk] on a form            tick boxes [data-tick] (those of other places by their form attribute), [data-tick-all]. Boxes of rows have
                                 autocomplete="off": what a browser gives back to a page it loads anew, it gives by place, and other rows stand there
                                 .bulk-bar rises (outside the form: .bulk-bar[data-form=ID]); [data-bulk-count] and [data-bulk-sentence] anywhere say how many
details[data-fold]               open in the page; closed on a phone, until it is asked for
data-remember="NAME" on a form    which of its tick boxes NAME are ticked stands in the address, in the query bar's hidden NAME and in its chips
data-dialog="ID"                 opens <dialog id=ID>; data-dialog-close closes it; its <fieldset> is switched off while closed;
                                 <dialog data-dialog-open> stands open at once (the server sent it back with an error)
data-phrase="ID"                 button: puts its text into textarea ID
data-confirm="sentence"          button or link: asks before it goes on; data-confirm-label="确定"
data-captcha-refresh="URL"       link or button: new captcha (JSON {key, image_url, question}); nothing else in the form is touched.
                                 [data-captcha-later] stands where it will be shown: the first one is asked for when the form gets the focus;
                                 img.captcha or [data-captcha-question] shows it; input[name$=_0] (key), input[name$=_1] (answer)
data-cascade="ID"                on either select of a pair (city, county): the one with <optgroup label="city name"> or with
                                 <option data-parent="city value"> is narrowed to what the other has chosen
data-only-for="ID:words"         shown only while what select ID has chosen begins with the words
data-search="hint"               select: a box above it narrows its options to those that contain what is typed
data-suggest="URL"               input: what is typed is asked for at URL?q=…, the answers {found: [{text, note, values}]} are offered below it;
                                 to take one fills the form's fields named in values. Anything else may be typed
data-autosave="URL" on a form    POSTs the form 2 s after the last input, and before a submit; answer {saved, version, missing, missing_by_section}, or 409 {message}:
                                 [data-autosave-mark] says when, input[name=version] is renewed, [data-missing-total] and
                                 [data-missing-section=KEY] say what is missing; [data-when-complete] / [data-when-missing] show by it
data-repeat on a form            may be posted twice (a download); every other POST form goes once
data-key="j"                     link or button: that key presses it; "?" lists the keys (data-key-label names it)
.section-list a[href^="#"]       gets aria-current while its section is read
data-print                       button: prints
data-refresh="URL" on an element  its content is asked for anew every second or two while the answer {open, html} says so
data-drop on a label or div      files dropped here land in its input[type=file]; [data-drop-name] shows the name
*/
(() => {
  "use strict";

  const root = document.documentElement;
  const all = (selector, scope = document) => [...scope.querySelectorAll(selector)];
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const target = event.target.closest?.(selector);
      if (target) act(target, event);
    });

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // ---- the reader's settings: large print, high contrast, folded sidebar ----

  function showPreferences() {
    for (const button of all("[data-pref]")) {
      const pressed = root.dataset[button.dataset.pref] === button.dataset.prefValue;
      button.setAttribute("aria-pressed", String(pressed));
    }
  }
  function setPreference(name, value) {
    if (value) root.dataset[name] = value;
    else delete root.dataset[name];
    try {
      if (value) localStorage.setItem(`ktp.${name}`, value);
      else localStorage.removeItem(`ktp.${name}`);
    } catch {
      // not remembered, but done
    }
    showPreferences();
  }
  on("click", "[data-pref]", (button) => {
    const { pref, prefValue } = button.dataset;
    setPreference(pref, root.dataset[pref] === prefValue ? "" : prefValue);
  });
  // Folded, a group has no room for its children: opening one unfolds the sidebar.
  on("click", ".sidebar-group > summary", (summary, event) => {
    if (root.dataset.sidebar !== "folded" || !matchMedia("(min-width: 992px)").matches) return;
    event.preventDefault();
    summary.parentElement.open = true;
    setPreference("sidebar", "");
  });

  // ---- drawer ----

  let drawer = null; // {button, panel, shade} while open
  function closeDrawer() {
    if (!drawer) return;
    const { button, shade, outside } = drawer;
    drawer = null;
    delete root.dataset.drawer;
    shade.remove();
    for (const element of outside) element.inert = false;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }
  on("click", "[data-drawer]", (button) => {
    const panel = document.getElementById(button.dataset.drawer);
    const shade = make("div", { className: "drawer-shade" });
    shade.addEventListener("click", closeDrawer);
    document.body.append(shade);
    const outside = all(".topbar, .frame-main");
    for (const element of outside) element.inert = true;
    drawer = { button, shade, outside };
    root.dataset.drawer = "open";
    button.setAttribute("aria-expanded", "true");
    panel.querySelector("a, summary, button")?.focus();
  });
  matchMedia("(min-width: 992px)").addEventListener("change", closeDrawer);

  // ---- count of characters ----

  for (const field of all("textarea[maxlength], [data-counter][maxlength]")) {
    const count = make("span", { className: "char-count" });
    count.setAttribute("aria-hidden", "true");
    field.after(count);
    const show = () => {
      const length = field.value.length;
      count.textContent = `${length}/${field.maxLength}`;
      count.classList.toggle("is-near", length > field.maxLength * 0.9 && length < field.maxLength);
      count.classList.toggle("is-full", length >= field.maxLength);
    };
    field.addEventListener("input", show);
    const place = field.parentElement;
    let cut = 0; // how much of what is being pasted the browser cuts off, without a word
    field.addEventListener("paste", (event) => {
      const room = field.maxLength - field.value.length + field.selectionEnd - field.selectionStart;
      cut = Math.max(0, event.clipboardData.getData("text").replaceAll("\r\n", "\n").length - room);
    });
    field.addEventListener("input", () => {
      place.querySelector(".told-by-script")?.remove();
      if (cut) tell(place, `已超出，多余的 ${cut} 字没有粘贴进来。`);
      cut = 0;
    });
    show();
  }

  // ---- ticked rows ----

  for (const form of all("form[data-bulk]")) {
    const ticks = () => [...form.elements].filter((element) => element.matches("[data-tick]"));
    const heads = () => [...form.elements].filter((element) => element.matches("[data-tick-all]"));
    const bars = new Set([...all(".bulk-bar", form), ...all(`.bulk-bar[data-form="${form.id}"]`)]);
    const show = () => {
      const boxes = ticks();
      const count = boxes.filter((box) => box.checked).length;
      for (const bar of bars) bar.classList.toggle("is-up", count > 0);
      for (const place of all("[data-bulk-count]")) place.textContent = count;
      for (const place of all("[data-bulk-sentence]")) place.textContent = count ? `已选 ${count} 项` : "";
      for (const head of heads()) {
        head.checked = count > 0 && count === boxes.length;
        head.indeterminate = count > 0 && count < boxes.length;
      }
    };
    document.addEventListener("change", (event) => {
      if (event.target.form !== form) return;
      if (event.target.matches("[data-tick-all]")) for (const box of ticks()) box.checked = event.target.checked;
      show();
    });
    addEventListener("pageshow", show); // a page that was kept whole comes back with its ticks
    show();
  }

  if (matchMedia("(max-width: 767.98px)").matches) for (const part of all("details[data-fold]")) part.open = false;

  // ---- ticks that the address remembers ----

  for (const form of all("form[data-remember]")) {
    const name = form.dataset.remember;
    document.addEventListener("change", (event) => {
      if (event.target.form !== form) return;
      const boxes = all(`input[name="${name}"]`, form);
      const ticked = boxes.filter((box) => box.checked);
      const value = ticked.length < boxes.length ? ticked.map((box) => box.value).join(",") : "";
      const remembering = (address) => {
        const url = new URL(address);
        if (value) url.searchParams.set(name, value);
        else url.searchParams.delete(name);
        return url;
      };
      history.replaceState(history.state, "", remembering(location.href));
      for (const link of all(".chips a")) link.href = remembering(link.href);
      for (const input of all(`.query-bar input[name="${name}"]`)) Object.assign(input, { value, disabled: !value });
    });
  }

  // ---- dialogs ----

  for (const dialog of all("dialog.dialog")) {
    // A required field in a closed dialog would silently block every other button of its form.
    const fields = all("fieldset", dialog);
    const sync = () => fields.forEach((fieldset) => (fieldset.disabled = !dialog.open));
    dialog.addEventListener("close", sync);
    dialog.addEventListener("toggle", sync);
    sync();
    if (dialog.matches("[data-dialog-open]")) openDialog(dialog);
  }
  function openDialog(dialog) {
    for (const fieldset of all("fieldset", dialog)) fieldset.disabled = false;
    dialog.showModal();
    dialog.querySelector("textarea, input:not([type=hidden]), select")?.focus();
  }
  on("click", "[data-dialog]", (button) => openDialog(document.getElementById(button.dataset.dialog)));
  on("click", "[data-dialog-close]", (button) => button.closest("dialog").close());
  on("click", "dialog.dialog", (dialog, event) => {
    if (event.target !== dialog) return;
    const box = dialog.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    const written = all("textarea", dialog).some((field) => field.value.trim());
    if (!inside && !written) dialog.close();
  });
  on("click", "[data-phrase]", (button) => {
    const field = document.getElementById(button.dataset.phrase);
    field.value = [field.value.trimEnd(), button.textContent.trim()].filter(Boolean).join("\n").slice(0, field.maxLength > 0 ? field.maxLength : undefined);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  function ask(sentence, label) {
    return new Promise((answer) => {
      const yes = make("button", { className: "btn btn-primary", type: "button", textContent: label });
      const no = make("button", { className: "btn btn-plain", type: "button", textContent: "取消" });
      const words = make("p", { textContent: sentence, id: "confirm-words" });
      const dialog = make("dialog", { className: "dialog" }, make("div", { className: "dialog-body" }, words, make("div", { className: "dialog-actions" }, no, yes)));
      dialog.setAttribute("aria-labelledby", "confirm-words");
      yes.addEventListener("click", () => dialog.close("yes"));
      no.addEventListener("click", () => dialog.close());
      dialog.addEventListener("close", () => {
        answer(dialog.returnValue === "yes");
        dialog.remove();
      });
      document.body.append(dialog);
      dialog.showModal();
    });
  }
  document.addEventListener(
    "click",
    async (event) => {
      const element = event.target.closest?.("[data-confirm]");
      if (!element || element.dataset.confirmed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (element.form && !element.formNoValidate && !element.form.reportValidity()) return;
      if (!(await ask(element.dataset.confirm, element.dataset.confirmLabel || "确定"))) return;
      element.dataset.confirmed = "yes";
      element.click();
      delete element.dataset.confirmed;
    },
    true,
  );

  // ---- captcha ----

  async function newCaptcha(button, focused) {
    const form = button.closest("form");
    form.querySelector("[data-captcha-later]")?.remove();
    button.disabled = true;
    try {
      const response = await fetch(button.dataset.captchaRefresh, { headers: { "X-Requested-With": "XMLHttpRequest" } });
      if (response.status === 429) return tell(button.parentElement, (await response.json()).message);
      if (!response.ok) throw new Error(response.status);
      const { key, image_url, question } = await response.json();
      const image = form.querySelector("img.captcha");
      const words = form.querySelector("[data-captcha-question]");
      image.hidden = !image_url;
      if (image_url) image.src = image_url;
      words.hidden = !question;
      words.textContent = question;
      form.querySelector("input[name$='_0']").value = key;
      const answer = form.querySelector("input[name$='_1']");
      answer.value = "";
      if (focused) answer.focus();
    } catch {
      tell(button.parentElement, "没能换一张，请检查网络后再试。");
    } finally {
      button.disabled = false;
    }
  }
  on("click", "[data-captcha-refresh]", (button, event) => {
    event.preventDefault(); // without this script it is a link
    newCaptcha(button, true);
  });
  on("focusin", "form:has([data-captcha-later]) input", (input) => newCaptcha(input.form.querySelector("[data-captcha-refresh]"), false));
  on("keydown", "a[role=button]", (link, event) => {
    if (event.key !== " ") return; // as buttons have it
    event.preventDefault();
    link.click();
  });
  function tell(place, sentence) {
    place.querySelector(".told-by-script")?.remove();
    const note = make("p", { className: "invalid-feedback told-by-script", textContent: sentence });
    note.setAttribute("role", "alert");
    place.append(note);
  }

  // ---- linked choices: city -> county ----

  for (const select of all("select[data-cascade]")) {
    const pair = [select, document.getElementById(select.dataset.cascade)];
    const child = pair.find((one) => one?.querySelector("optgroup, [data-parent]"));
    const parent = pair.find((one) => one && one !== child);
    if (!child || !parent) continue;
    const everything = [...child.children];
    const asking = child.closest(".query-bar"); // a list may be asked for a county of any city
    const narrow = () => {
      const free = asking && !parent.value;
      const name = parent.selectedOptions[0]?.text;
      const chosen = child.value;
      const fits = (one) => (one.matches("optgroup") ? one.label === name : (one.dataset.parent ?? parent.value) === parent.value);
      child.replaceChildren(...everything.filter((one) => free || fits(one)));
      const real = [...child.options].filter((option) => option.value);
      const kept = real.find((option) => option.value === chosen) ?? (real.length === 1 ? real[0] : null);
      child.value = kept?.value ?? ""; // options that were taken out and put back stand chosen anew, the last of them
    };
    parent.addEventListener("change", () => {
      narrow();
      child.dispatchEvent(new Event("change", { bubbles: true }));
    });
    narrow();
  }

  // ---- questions to some only ----

  for (const place of all("[data-only-for]")) {
    const [id, words] = place.dataset.onlyFor.split(":");
    const select = document.getElementById(id);
    const listed = all(`.section-list a[href="#${place.id}"]`).map((link) => link.closest("li"));
    const show = () => {
      for (const one of [place, ...listed]) one.hidden = !select.selectedOptions[0]?.text.startsWith(words);
    };
    select.addEventListener("change", show);
    show();
  }

  // ---- long choices found by typing ----

  for (const select of all("select[data-search]")) {
    const everything = [...select.children];
    const hits = (option, words) => !option.value || option.text.includes(words);
    const box = make("input", { type: "search", className: "form-control mb-2", placeholder: select.dataset.search });
    box.setAttribute("aria-label", select.dataset.search);
    box.addEventListener("input", () => {
      const words = box.value.trim();
      const chosen = select.value;
      const fits = everything.flatMap((one) => {
        if (!one.matches("optgroup")) return hits(one, words) ? [one] : [];
        const group = one.cloneNode(false);
        group.append(...[...one.children].filter((option) => one.label.includes(words) || hits(option, words)).map((option) => option.cloneNode(true)));
        return group.children.length ? [group] : [];
      });
      select.replaceChildren(...fits);
      const real = [...select.options].filter((option) => option.value);
      select.value = (real.find((option) => option.value === chosen) ?? (real.length === 1 ? real[0] : { value: "" })).value;
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // looks for a choice, sends nothing
    });
    select.before(box);
  }

  // ---- forms that save themselves, and every form only once ----

  const sent = new WeakSet();
  function send(form, submitter) {
    sent.add(form);
    for (const button of [...form.elements].filter((element) => element.type === "submit")) {
      button.setAttribute("aria-disabled", "true");
      button.classList.toggle("is-busy", button === submitter);
    }
  }
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return; // come back by 后退: the forms are free again
    for (const form of document.forms) sent.delete(form);
    for (const button of all("[type=submit][aria-disabled]")) {
      button.removeAttribute("aria-disabled");
      button.classList.remove("is-busy");
    }
  });

  const EXPIRED = "登录已过期，内容保留在本页。请在新窗口登录后回到这里继续。";
  const TROUBLE = {
    401: EXPIRED,
    403: EXPIRED,
    409: "这份材料已在别处改动，本页内容没有保存。请先复制要留的文字，再刷新本页。",
    413: "内容过长，没有保存，请删减后再试。",
    429: "操作太频繁，请稍等片刻再试。",
  };

  class Autosave {
    constructor(form) {
      this.form = form;
      this.mark = document.querySelector("[data-autosave-mark]");
      this.saved = this.text();
      this.timer = 0;
      this.running = null;
      this.expired = false;
      form.addEventListener("input", () => this.later());
      form.addEventListener("change", () => this.later());
      setInterval(() => this.dirty() && this.save(), 30_000);
      addEventListener("focus", () => this.expired && this.renew());
      addEventListener("beforeunload", (event) => {
        if (this.dirty() && !sent.has(form)) event.preventDefault();
      });
    }

    /** What is typed: files go only with a real submit. */
    typed() {
      const data = new FormData(this.form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      return data;
    }

    text() {
      const data = this.typed();
      data.delete("csrfmiddlewaretoken");
      data.delete("version");
      return new URLSearchParams(data).toString();
    }

    dirty() {
      return this.text() !== this.saved;
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.dirty() && this.save(), 2000);
    }

    /** Saves; true when nothing stands in the way of a submit. */
    save() {
      this.running ??= this.post().finally(() => (this.running = null));
      return this.running;
    }

    async post() {
      clearTimeout(this.timer);
      const text = this.text();
      let response;
      try {
        response = await fetch(this.form.dataset.autosave, {
          method: "POST",
          body: this.typed(),
          headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
          redirect: "manual",
        });
      } catch {
        return this.say("暂时连不上服务器，内容保留在本页，稍后会自动再存。");
      }
      if (response.type === "opaqueredirect") response = { status: 401 };
      this.expired = response.status === 401 || response.status === 403;
      if (!response.ok) {
        const told = response.status === 409 ? await response.json().catch(() => ({})) : {};
        const sentence = told.message ? `${told.message} 请先复制要留的文字，再刷新本页。` : TROUBLE[response.status];
        if (sentence || response.status >= 500) return this.say(sentence || "没有保存成功，内容保留在本页，稍后会自动再存。");
        return true; // the server has something to say about the content: let it say so on its own page
      }
      const answer = await response.json();
      this.saved = text;
      this.show(answer);
      return true;
    }

    show({ saved, version, missing, missing_by_section }) {
      if (this.mark) {
        this.mark.textContent = `已保存 ${saved}`;
        this.mark.className = "autosave-mark is-saved";
      }
      const held = this.form.elements.namedItem("version");
      if (held && version !== undefined) held.value = version;
      for (const [key, count] of Object.entries(missing_by_section ?? {})) {
        for (const place of all(`[data-missing-section="${CSS.escape(key)}"]`)) {
          place.textContent = count ? `缺 ${count} 项` : "已填全";
          place.classList.toggle("is-complete", !count);
        }
      }
      if (missing === undefined) return;
      for (const place of all("[data-missing-total]")) place.textContent = missing;
      for (const place of all("[data-when-missing]")) place.hidden = !missing;
      for (const place of all("[data-when-complete]")) place.hidden = Boolean(missing);
    }

    say(sentence) {
      if (this.mark) {
        this.mark.textContent = sentence;
        this.mark.className = "autosave-mark is-trouble";
        if (this.expired) this.mark.append(make("a", { href: location.href, target: "_blank", rel: "noopener", textContent: "去登录" }));
      }
      return false;
    }

    /** After logging in elsewhere the old CSRF token is worth nothing: take the new one from a fresh copy of this page. */
    async renew() {
      const response = await fetch(location.href, { redirect: "manual" }).catch(() => null);
      if (!response?.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const token = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
      if (!token) return;
      for (const input of all("[name=csrfmiddlewaretoken]")) input.value = token;
      this.expired = false;
      await this.save();
    }
  }

  const autosaves = new Map(all("form[data-autosave]").map((form) => [form, new Autosave(form)]));

  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (form.method !== "post" || event.defaultPrevented || "repeat" in form.dataset) return;
    if (sent.has(form)) return event.preventDefault();
    const autosave = autosaves.get(form);
    if (autosave && !autosave.passed && autosave.dirty()) {
      // Save first, then go: an expired session or a dead line then costs a sentence and not the text.
      event.preventDefault();
      if (await autosave.save()) {
        autosave.passed = true;
        form.requestSubmit(submitter);
      } else {
        autosave.mark?.scrollIntoView({ block: "center" });
      }
      return;
    }
    if (autosave) autosave.passed = false;
    send(form, submitter);
  });

  // ---- suggestions: a native list of options, so that keyboards, screen readers and phones know it ----

  for (const input of all("input[data-suggest]")) {
    const list = make("datalist", { id: `${input.id}-found` });
    input.after(list);
    input.setAttribute("list", list.id);
    input.autocomplete = "off";
    let found = [];
    let timer = 0;
    const ask = async (words) => {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(words)}`, { headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
      if (!answer?.ok || input.value.trim() !== words) return; // typed on since
      found = (await answer.json()).found;
      list.replaceChildren(...found.map(({ text, note }) => make("option", { value: text, label: note ? `${text}（${note}）` : text })));
    };
    const take = ({ values }) => {
      for (const [name, value] of Object.entries(values)) {
        const field = input.form.elements.namedItem(name);
        if (!field || field === input) continue;
        field.value = value;
        field.dispatchEvent(new Event("change", { bubbles: true }));
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    };
    input.addEventListener("input", (event) => {
      clearTimeout(timer);
      const chosen = found.find(({ text }) => text === input.value);
      // chosen from the list, which is no typing; who types the whole name keeps what stands below
      if (chosen && (!event.inputType || event.inputType === "insertReplacementText")) return take(chosen);
      const words = input.value.trim();
      if (words.length >= 2) timer = setTimeout(ask, 250, words);
    });
  }

  // ---- keys ----

  const keyed = () => all("[data-key]").filter((element) => !element.closest("[hidden]"));
  function showKeys() {
    const rows = [...keyed().map((element) => [element.dataset.key.toUpperCase(), element.dataset.keyLabel || element.textContent.trim()]), ["?", "显示这张表"]];
    const list = make("dl", { className: "keys" });
    for (const [key, label] of rows) list.append(make("dt", {}, make("kbd", { textContent: key })), make("dd", { textContent: label }));
    const close = make("button", { className: "btn btn-plain", type: "button", textContent: "关闭" });
    const dialog = make("dialog", { className: "dialog" }, make("div", { className: "dialog-body" }, make("h2", { textContent: "快捷键", id: "keys-title" }), list, make("div", { className: "dialog-actions" }, close)));
    dialog.setAttribute("aria-labelledby", "keys-title");
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeDrawer();
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    if (event.key === "?" && keyed().length) return showKeys();
    const element = keyed().find((candidate) => candidate.dataset.key === event.key.toLowerCase());
    if (element) {
      event.preventDefault();
      element.click();
    }
  });

  // ---- list of sections ----

  const marks = new Map(all(".section-list a[href^='#']").map((link) => [document.getElementById(decodeURIComponent(link.hash.slice(1))), link]));
  marks.delete(null);
  if (marks.size) {
    const seen = new Set();
    const spy = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target);
        const here = [...marks.keys()].find((section) => seen.has(section));
        if (!here) return;
        for (const [section, link] of marks) section === here ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
      },
      { rootMargin: "-80px 0px -40% 0px" },
    );
    for (const section of marks.keys()) spy.observe(section);
  }

  // ---- small things ----

  // A table that is wider than the text scrolls by itself: by keys, too.
  const reach = () => {
    for (const table of all(".rich table")) {
      if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
      else table.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  reach();

  on("click", "[data-print]", () => print());
  for (const part of all("[data-refresh]")) {
    let pause = 1000;
    const show = (html) => part.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.children);
    const ask = async () => {
      const answer = await fetch(part.dataset.refresh, { headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
      if (answer?.status === 401) return location.reload(); // the session has ended: on to the login page, and back here
      const state = answer?.ok ? await answer.json() : null;
      if (state && !(state.open && part.contains(document.activeElement))) show(state.html); // a button about to be pressed stays
      if (!state || state.open) setTimeout(ask, (pause = Math.min(pause * 1.2, 5000)));
    };
    setTimeout(ask, pause);
  }
  for (const zone of all("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    const name = zone.querySelector("[data-drop-name]");
    const megabytes = (files) => `（${(files.reduce((sum, file) => sum + file.size, 0) / 1048576).toFixed(1)} MB）`;
    const show = () => {
      const files = [...input.files];
      if (name) name.textContent = files.length > 5 ? `${files.length} 个文件${megabytes(files)}` : files.map((file) => file.name + megabytes([file])).join("、");
    };
    for (const type of ["dragover", "dragleave", "drop"]) {
      zone.addEventListener(type, (event) => {
        event.preventDefault();
        zone.classList.toggle("is-over", type === "dragover");
        if (type === "drop" && event.dataTransfer.files.length) {
          input.files = event.dataTransfer.files;
          input.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    }
    input.addEventListener("change", show);
  }
  showPreferences();
})();
