// Smooths what works without it: countdowns, copying, forms that are not sent
// twice and are not lost. The time is the server's; the visitor's own clock only
// measures how much of it went by.
(function () {
  "use strict";

  // ---- the clock -------------------------------------------------------------
  // offset = server - own clock. A page out of the cache or a laptop that slept
  // keeps a right offset, because both clocks went on.
  let offset = 0;
  function sync(iso) {
    const server = Date.parse(iso);
    if (!Number.isNaN(server)) { offset = server - Date.now(); tick(); }
  }
  const two = (n) => String(n).padStart(2, "0");
  // write shows what is left of a [data-due] element: hours to 99, then days.
  function write(el, now) {
    let left = Math.floor((Date.parse(el.dataset.due) - now) / 1000);
    if (Number.isNaN(left)) return;
    const late = left < 0;
    left = Math.abs(left);
    const h = Math.floor(left / 3600), m = Math.floor(left / 60) % 60, s = left % 60;
    const text = h < 100 ? two(h) + ":" + two(m) + ":" + two(s)
      : Math.floor(h / 24) + " " + (el.dataset.day || "d") + " " + two(h % 24) + " " + (el.dataset.hour || "h");
    const shown = (late ? "+" : "") + text;
    if (el.textContent !== shown) el.textContent = shown;
    if (!el.dataset.fixed) {
      const state = late ? "overdue" : h < 12 ? "crit" : h < 36 ? "warn" : "ok";
      if (el.dataset.state !== state) {
        const card = el.closest(".clock-card");
        if (card) { card.classList.remove(el.dataset.state); card.classList.add(state); }
        el.dataset.state = state;
      }
    }
  }
  function tick() {
    const now = Date.now() + offset;
    document.querySelectorAll("[data-due]").forEach((el) => write(el, now));
  }
  // After a sleep the page asks again; the stream does so by itself.
  function wake() {
    tick();
    if (document.querySelector("[data-refresh]") && window.htmx) {
      document.querySelectorAll("[data-refresh]").forEach((el) => window.htmx.trigger(el, "wake"));
    }
  }

  // ---- copying ---------------------------------------------------------------
  function copy(button) {
    const from = document.querySelector(button.dataset.copy);
    const text = from ? (from.value !== undefined ? from.value : from.textContent.trim()) : button.dataset.text || "";
    navigator.clipboard.writeText(text).then(() => {
      const before = button.innerHTML;
      button.textContent = document.body.dataset.copied;
      setTimeout(() => { button.innerHTML = before; }, 1600);
    }).catch(() => { if (from && from.select) from.select(); });
  }

  // ---- forms -----------------------------------------------------------------
  // A form with data-autosave="name" survives "back", a reload and a lost network
  // within this tab. Passwords and files are never kept. What was sent is dropped
  // when the next page has come.
  const prefix = "form:";
  const savable = (f) => f.name && f.name !== "csrf" && !["password", "file", "hidden", "submit"].includes(f.type);
  function save(form) {
    const kept = {};
    Array.from(form.elements).filter(savable).forEach((f) => {
      if (f.type === "radio" || f.type === "checkbox") { if (f.checked) (kept[f.name] = kept[f.name] || []).push(f.value); }
      else kept[f.name] = [f.value];
    });
    try { sessionStorage.setItem(prefix + form.dataset.autosave, JSON.stringify(kept)); } catch (e) { /* full or forbidden */ }
  }
  function restore(form) {
    let kept;
    try { kept = JSON.parse(sessionStorage.getItem(prefix + form.dataset.autosave)); } catch (e) { return; }
    if (!kept || form.querySelector("[aria-invalid]")) return;
    Array.from(form.elements).filter(savable).forEach((f) => {
      const values = kept[f.name];
      if (f.type === "radio" || f.type === "checkbox") f.checked = !!values && values.includes(f.value);
      else if (values) f.value = values[0];
    });
  }
  function dropSent() {
    try {
      Object.keys(sessionStorage).filter((k) => k.startsWith("sent:")).forEach((k) => {
        sessionStorage.removeItem(prefix + k.slice(5));
        sessionStorage.removeItem(k);
      });
    } catch (e) { /* forbidden */ }
  }
  function prepare(root) {
    root.querySelectorAll("form[data-autosave]").forEach(restore);
    root.querySelectorAll("[data-js-only]").forEach((el) => { el.hidden = false; });
    tick();
  }

  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-copy],[data-text]");
    if (button) { e.preventDefault(); copy(button); }
    if (e.target.closest("[data-print]")) window.print();
    document.querySelectorAll("details.menu[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((d) => { d.open = false; d.querySelector("summary").focus(); });
  });
  document.addEventListener("input", (e) => {
    const form = e.target.form;
    if (form && form.dataset.autosave) save(form);
  });
  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-submit]") && e.target.form) e.target.form.requestSubmit();
  });
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (e.defaultPrevented && !form.matches("[hx-post],[hx-boost]")) return;
    if (form.dataset.busy) { e.preventDefault(); return; }
    if (form.dataset.autosave) { try { sessionStorage.setItem("sent:" + form.dataset.autosave, "1"); } catch (err) { /* forbidden */ } }
    if (form.method === "get" || form.dataset.many !== undefined) return;
    form.dataset.busy = "1";
    const pressed = e.submitter;
    if (pressed) pressed.setAttribute("aria-busy", "true");
  });
  function free() {
    document.querySelectorAll("form[data-busy]").forEach((f) => delete f.dataset.busy);
    document.querySelectorAll("[aria-busy]").forEach((b) => b.removeAttribute("aria-busy"));
  }

  document.addEventListener("htmx:afterRequest", free);
  document.addEventListener("htmx:load", (e) => prepare(e.detail.elt));
  document.addEventListener("htmx:sseBeforeMessage", (e) => {
    if (e.detail && e.detail.type === "clock") sync(e.detail.data);
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });
  window.addEventListener("pageshow", (e) => { free(); if (e.persisted) wake(); });
  window.addEventListener("online", wake);

  dropSent();
  sync(document.body.dataset.now);
  prepare(document);
  setInterval(tick, 1000);
})();
