// The small helpers of the pages. Everything works without them: they count down,
// copy, keep what was typed, and turn the report into three short steps.
(function () {
  "use strict";
  var doc = document, root = doc.documentElement, body = doc.body;
  root.classList.add("js");
  doc.querySelectorAll("[data-js-only]").forEach(function (el) { el.hidden = false; });

  // ---- the server's clock -------------------------------------------------
  // The offset is measured, never the local clock trusted: a laptop that slept or
  // runs late still shows the right time left.
  var offset = 0;
  var meta = doc.querySelector('meta[name="server-now"]');
  if (meta) {
    var nav = performance.getEntriesByType && performance.getEntriesByType("navigation")[0];
    var rendered = nav && nav.responseStart ? performance.timeOrigin + nav.responseStart : Date.now();
    var server = Date.parse(meta.content);
    if (!isNaN(server)) { offset = server - rendered; }
  }
  function now() { return Date.now() + offset; }
  function sync() {
    var icon = doc.querySelector('link[rel="icon"]');
    if (!icon || !doc.querySelector("[data-due]")) { return; }
    var asked = Date.now();
    fetch(icon.href, { cache: "no-store" }).then(function (r) {
      var at = Date.parse(r.headers.get("Date") || "");
      if (!isNaN(at)) {
        // The header tells whole seconds: only a real difference counts.
        var measured = at + 500 - (asked + Date.now()) / 2;
        if (Math.abs(measured - offset) > 1500) { offset = measured; }
        tick();
      }
    }).catch(function () {});
  }

  // ---- countdowns ---------------------------------------------------------
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function left(ms) {
    var s = Math.floor(Math.abs(ms) / 1000), h = Math.floor(s / 3600);
    if (h > 99) {
      return Math.floor(h / 24) + "\u00a0" + body.dataset.day + " " + two(h % 24) + "\u00a0" + body.dataset.hour;
    }
    return (ms < 0 ? "+" : "") + two(h) + ":" + two(Math.floor(s / 60) % 60) + ":" + two(s % 60);
  }
  function stateOf(ms) {
    if (ms < 0) { return "late"; }
    if (ms < 12 * 3600e3) { return "crit"; }
    return ms < 36 * 3600e3 ? "warn" : "ok";
  }
  function tick() {
    var at = now();
    doc.querySelectorAll("[data-due]").forEach(function (el) {
      var due = Date.parse(el.dataset.due);
      if (isNaN(due)) { return; }
      var ms = due - at, state = stateOf(ms), text = left(ms);
      if (el.textContent !== text) { el.textContent = text; }
      if (el.dataset.state === state && el.dataset.counted) { return; }
      el.dataset.state = state;
      el.dataset.counted = "1";
      el.setAttribute("aria-live", "off");
      var words = el.nextElementSibling;
      if (words && words.classList.contains("countdown-words")) {
        words.textContent = body.dataset["words" + state.charAt(0).toUpperCase() + state.slice(1)] || "";
      }
      var card = el.closest(".clock-card");
      if (card) { card.classList.remove("ok", "warn", "crit", "late"); card.classList.add(state); }
    });
  }
  tick();
  setInterval(tick, 1000);
  doc.addEventListener("visibilitychange", function () { if (!doc.hidden) { tick(); sync(); } });
  doc.addEventListener("htmx:afterSettle", tick);
  window.addEventListener("pageshow", function (e) { if (e.persisted) { tick(); sync(); } });

  // ---- copy, print --------------------------------------------------------
  doc.addEventListener("click", function (e) {
    var copy = e.target.closest("[data-copy]");
    if (copy) {
      var from = doc.querySelector(copy.dataset.copy);
      var text = from ? (from.value !== undefined ? from.value : from.textContent) : "";
      var done = function () {
        var label = copy.querySelector("[data-label]") || copy, before = label.textContent;
        if (label.dataset.before) { return; }
        label.dataset.before = before;
        label.textContent = body.dataset.copied;
        setTimeout(function () { label.textContent = label.dataset.before; delete label.dataset.before; }, 2000);
        tickCopied(copy);
      };
      var byHand = function () { // also where the browser forbids the clipboard
        var box = doc.createElement("textarea");
        box.value = text.trim();
        body.appendChild(box); box.select(); doc.execCommand("copy"); box.remove(); done();
      };
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(text.trim()).then(done, byHand);
      } else {
        byHand();
      }
    }
    if (e.target.closest("[data-print]")) { window.print(); }
    doc.querySelectorAll("details.menu[open]").forEach(function (d) {
      if (!d.contains(e.target)) { d.removeAttribute("open"); }
    });
  });
  doc.addEventListener("keydown", function (e) {
    if (e.key !== "Escape") { return; }
    doc.querySelectorAll("details.menu[open]").forEach(function (d) {
      d.removeAttribute("open"); d.querySelector("summary").focus();
    });
  });

  // ---- the filing companion -----------------------------------------------
  // A copied answer is ticked off at once. The server draws the tick: its page is
  // fetched again and the parts that say so are put in place.
  function tickCopied(button) {
    var form = button.dataset.tick && doc.querySelector(button.dataset.tick);
    if (!form || !form.elements.copied) { return; }
    var data = new URLSearchParams(new FormData(form));
    fetch(form.action, { method: "POST", body: data, credentials: "same-origin" }).then(function (r) {
      return r.ok ? r.text() : "";
    }).then(function (html) {
      if (!html) { return; }
      var fresh = new DOMParser().parseFromString(html, "text/html");
      ["t-" + data.get("question"), "i-" + data.get("question"), "companion-progress"].forEach(function (id) {
        var old = doc.getElementById(id), now = fresh.getElementById(id);
        if (!old || !now) { return; }
        now.querySelectorAll("[data-js-only]").forEach(function (el) { el.hidden = false; });
        old.replaceWith(doc.adoptNode(now));
      });
    });
  }
  function count(box) {
    var out = doc.querySelector(box.dataset.count), n = Array.from(box.value).length;
    if (!out) { return; }
    out.textContent = n + " " + out.dataset.words;
    out.classList.toggle("text-crit", n > Number(box.dataset.max));
    out.classList.toggle("text-secondary", n <= Number(box.dataset.max));
  }
  doc.querySelectorAll("textarea[data-count]").forEach(count);
  doc.addEventListener("input", function (e) {
    if (e.target.matches && e.target.matches("textarea[data-count]")) { count(e.target); }
  });

  // ---- lists by keyboard --------------------------------------------------
  // "/" goes to the search, the arrows walk through what was found.
  function rowsOf(el) {
    var list = el && doc.querySelector(el.dataset.rows);
    return list ? Array.prototype.slice.call(list.querySelectorAll("[data-row]")) : [];
  }
  doc.addEventListener("keydown", function (e) {
    var search = doc.querySelector("[data-slash]"), at = doc.activeElement;
    if (!search || e.altKey || e.ctrlKey || e.metaKey) { return; }
    if (e.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !at.isContentEditable) {
      e.preventDefault();
      // When the key comes up again, so that its sign is not typed.
      doc.addEventListener("keyup", function () { search.focus(); search.select(); }, { once: true });
      return;
    }
    if (e.key !== "ArrowDown" && e.key !== "ArrowUp") { return; }
    var rows = rowsOf(search), k = rows.indexOf(at);
    if (at !== search && k < 0) { return; }
    var next = e.key === "ArrowDown" ? rows[k + 1] : rows[k - 1] || (k === 0 ? search : null);
    if (next) { e.preventDefault(); next.focus(); }
  });

  // ---- one sending per form -----------------------------------------------
  doc.addEventListener("submit", function (e) {
    var form = e.target;
    if (e.defaultPrevented || form.hasAttribute("hx-post") || form.hasAttribute("data-repeatable")) { return; }
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    // Later, or the pressed button would not be part of what is sent.
    setTimeout(function () {
      doc.querySelectorAll("button").forEach(function (b) { if (b.form === form && b.type === "submit") { b.disabled = true; } });
    }, 0);
  });
  window.addEventListener("pageshow", function () {
    doc.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      doc.querySelectorAll("button").forEach(function (b) { if (b.form === form) { b.disabled = false; } });
    });
  });

  // ---- nothing typed is lost ----------------------------------------------
  var store;
  try { store = window.sessionStorage; } catch (ignored) { store = null; }
  function kept(el) { return el.name && !/^(hidden|password|file|submit|button)$/.test(el.type) && !el.closest("[data-not-saved]"); }
  function keep(form) {
    var all = [];
    Array.prototype.forEach.call(form.elements, function (el) {
      if (!kept(el)) { return; }
      if (el.type === "checkbox" || el.type === "radio") { if (el.checked) { all.push([el.name, el.value]); } } else { all.push([el.name, el.value]); }
    });
    try { store.setItem("form:" + form.dataset.autosave, JSON.stringify(all)); } catch (ignored) { /* full or forbidden */ }
  }
  function restore(form) {
    var all;
    try { all = JSON.parse(store.getItem("form:" + form.dataset.autosave)); } catch (ignored) { all = null; }
    if (!all) { return; }
    var live = form.querySelector("[data-assess]");
    if (live) { window.addEventListener("load", function () { live.dispatchEvent(new Event("change", { bubbles: true })); }); }
    Array.prototype.forEach.call(form.elements, function (el) {
      if (!kept(el)) { return; }
      var values = all.filter(function (p) { return p[0] === el.name; }).map(function (p) { return p[1]; });
      if (el.type === "checkbox" || el.type === "radio") { el.checked = values.indexOf(el.value) >= 0; } else if (values.length && !el.value) { el.value = values[0]; }
    });
  }
  if (store) {
    doc.querySelectorAll("[data-clear]").forEach(function (el) { store.removeItem("form:" + el.dataset.clear); });
    doc.querySelectorAll("form[data-autosave]").forEach(function (form) {
      if (!form.hasAttribute("data-refused")) { restore(form); }
      form.addEventListener("input", function () { keep(form); });
    });
  }

  // ---- an assessment: questions that come up, answers that stand alone -----
  doc.addEventListener("htmx:afterSettle", function () {
    var told = doc.querySelector("[data-asked]");
    if (!told) { return; }
    var asked = told.dataset.asked.split(" ");
    doc.querySelectorAll("[data-assess] [data-question]").forEach(function (el) { el.hidden = asked.indexOf(el.dataset.question) < 0; });
  });
  doc.addEventListener("change", function (e) {
    var el = e.target;
    if (!el.name || !el.closest("[data-assess]") || el.type === "radio" || el.value === "" || el.type === "checkbox" && !el.checked) { return; }
    var alone = el.hasAttribute("data-alone");
    el.closest("[data-question]").querySelectorAll("input").forEach(function (other) {
      if (other === el || other.name !== el.name || !alone && !other.hasAttribute("data-alone")) { return; }
      if (other.type === "checkbox") { other.checked = false; } else { other.value = ""; }
    });
  }, true);

  // ---- files: say at once what would be refused ---------------------------
  doc.querySelectorAll("input[type=file][data-max-bytes]").forEach(function (input) {
    input.addEventListener("change", function () {
      var bad = "";
      if (input.files.length > +(input.dataset.maxFiles || 99)) { bad = input.dataset.tooMany; }
      Array.prototype.forEach.call(input.files, function (f) { if (f.size > +input.dataset.maxBytes) { bad = input.dataset.tooLarge; } });
      input.setCustomValidity(bad || "");
      if (bad) { input.reportValidity(); }
    });
  });

  // ---- the report in three steps ------------------------------------------
  doc.querySelectorAll("form.wizard").forEach(function (form) {
    var steps = form.querySelectorAll("fieldset.step"), marks = doc.querySelectorAll(".report-steps .step-item"), at = 0;
    var last = form.querySelectorAll(".only-last");
    function show(n, move) {
      at = Math.max(0, Math.min(n, steps.length - 1));
      steps.forEach(function (s, k) { s.classList.toggle("shown", k === at); });
      marks.forEach(function (m, k) { m.classList.toggle("active", k === at); if (k === at) { m.setAttribute("aria-current", "step"); } else { m.removeAttribute("aria-current"); } });
      last.forEach(function (el) { el.classList.toggle("shown", at === steps.length - 1); });
      form.querySelector("[data-next]").hidden = at === steps.length - 1;
      form.querySelector("[data-back]").hidden = at === 0;
      if (move) { window.scrollTo(0, 0); var h = steps[at].querySelector("legend"); if (h) { h.tabIndex = -1; h.focus({ preventScroll: true }); } }
    }
    function ready() {
      var bad = null;
      steps[at].querySelectorAll("input,textarea,select").forEach(function (el) { if (!bad && !el.checkValidity()) { bad = el; } });
      if (bad) { bad.reportValidity(); }
      return !bad;
    }
    form.addEventListener("click", function (e) {
      if (e.target.closest("[data-next]") && ready()) { show(at + 1, true); }
      if (e.target.closest("[data-back]")) { show(at - 1, true); }
    });
    form.addEventListener("keydown", function (e) {
      if (e.key === "Enter" && e.target.tagName === "INPUT" && at < steps.length - 1) { e.preventDefault(); if (ready()) { show(at + 1, true); } }
    });
    // Advice of the chosen scenario, and the fields that belong to a choice.
    function choices() {
      var chosen = form.querySelector("input[name=scenario]:checked");
      form.querySelectorAll("[data-advice]").forEach(function (el) { el.hidden = !chosen || el.dataset.advice !== chosen.value; });
      var when = form.querySelector("input[name=when]:checked");
      form.querySelectorAll("[data-when]").forEach(function (el) { el.hidden = !when || el.dataset.when !== when.value; });
    }
    form.addEventListener("change", choices);
    // A browser cannot point at a field in a hidden step: go there first.
    form.addEventListener("invalid", function (e) {
      steps.forEach(function (s, k) { if (s.contains(e.target) && k < at) { show(k, true); } });
    }, true);
    window.addEventListener("pageshow", choices);
    choices();
    var wrong = form.querySelector(".is-invalid, .invalid-feedback"), first = 0;
    if (wrong) { steps.forEach(function (s, k) { if (s.contains(wrong)) { first = k; } }); }
    show(first, false);
  });

  // Where one is among tabs that scroll sideways is seen on a narrow screen too.
  document.querySelectorAll(".settings-nav [aria-current]").forEach(function (el) {
    el.parentElement.scrollLeft = el.offsetLeft - (el.parentElement.clientWidth - el.offsetWidth) / 2;
  });
}());
