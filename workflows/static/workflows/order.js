/* Keeps an order's page up to date, opens calls and questions in place. Without it, links and reloads do the same. */
(() => {
  "use strict";

  const page = document.querySelector("[data-order]");
  const QUICK = 1000, SLOW = 15000;

  const parse = (html) => new DOMParser().parseFromString(html, "text/html");
  const read = async (url) => {
    const answer = await fetch(url, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return answer;
  };
  const isBusy = () => Boolean(document.querySelector("[data-busy]"));
  const isTyping = () => {
    const field = document.activeElement;
    return Boolean(field && field.closest("[data-live]") && field.matches("input, select, textarea") && field.value);
  };

  /* What somebody has opened or closed stays so, and what was loaded stays loaded. */
  const keep = (from, to) => {
    for (const old of from.querySelectorAll("details[id]")) {
      const fresh = to.querySelector(`#${CSS.escape(old.id)}`);
      if (!fresh) continue;
      fresh.open = old.open;
      if (old.dataset.loaded) fresh.replaceWith(old);
    }
  };

  const refresh = async () => {
    const fresh = parse(await (await read(location.href)).text());
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (!other || part.querySelector("[data-kept]")) continue;
      keep(part, other);
      part.replaceWith(document.adoptNode(other));
    }
  };

  const look = async () => {
    try {
      const url = page.dataset.pulseUrl;
      if (!document.hidden && !isTyping()) {
        if (!url) {
          if (isBusy()) await refresh();
        } else {
          const told = await (await read(url)).json();
          if (told.pulse !== document.querySelector("[data-pulse]").dataset.pulse) await refresh();
        }
      }
    } catch {
      /* The network or the session is away; the next look may find it again. */
    }
    setTimeout(look, isBusy() ? QUICK : SLOW);
  };

  const load = async (details) => {
    if (details.dataset.loaded || !details.open) return;
    details.dataset.loaded = "1";
    if (details.dataset.frame) {
      const frame = document.createElement("iframe");
      frame.src = `${details.dataset.frame}#navpanes=0&view=FitH`;
      frame.title = "Label";
      details.append(frame);
      return;
    }
    const place = details.querySelector(".journey-payload");
    try {
      place.innerHTML = await (await read(details.dataset.src)).text();
    } catch {
      delete details.dataset.loaded;
    }
  };

  const older = async (link) => {
    const found = parse(await (await read(link.dataset.older)).text());
    const holder = link.closest("[data-live]");
    const list = holder.querySelector(".journey");
    for (const item of [...found.querySelectorAll(".journey > li")]) list.append(item);
    const next = found.querySelector(".journey-older");
    const last = link.closest(".journey-older");
    if (next) last.replaceWith(next); else last.remove();
    list.dataset.kept = "1";
  };

  const show = (dialog, html, url) => {
    const form = parse(html).querySelector("[data-confirm]");
    if (!form) { location.href = url; return; }
    dialog.replaceChildren(form);
    if (!dialog.open) dialog.showModal();
    const first = form.querySelector("input[type=text], select");
    if (first) first.focus();
  };

  const ask = async (dialog, url) => {
    try {
      show(dialog, await (await read(url)).text(), url);
    } catch {
      location.href = url;
    }
  };

  document.addEventListener("toggle", (event) => {
    if (event.target.matches && event.target.matches("details[data-src], details[data-frame]")) load(event.target);
  }, true);

  document.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    const dialog = document.getElementById("order-dialog");
    const link = event.target.closest("a");
    if (link && link.dataset.older) {
      event.preventDefault();
      older(link).catch(() => { location.href = link.href; });
    } else if (link && dialog && "dialog" in link.dataset) {
      event.preventDefault();
      ask(dialog, link.href);
    } else if (link && dialog && "close" in link.dataset && link.closest("dialog")) {
      event.preventDefault();
      dialog.close();
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target, dialog = form.closest("dialog");
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (dialog && event.submitter && event.submitter.formMethod === "get") {
      event.preventDefault();
      const values = new URLSearchParams(new FormData(form));
      values.delete("csrfmiddlewaretoken");
      ask(dialog, `${form.getAttribute("action")}?${values}`);
      return;
    }
    if (form.matches("[data-confirm]") && (!event.submitter || event.submitter.formMethod !== "get")) form.dataset.sent = "1";
  });

  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  if (page) setTimeout(look, isBusy() ? QUICK : SLOW);
})();
