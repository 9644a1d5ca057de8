/* A form that adds or changes a row is sent once, however often its button is pressed: a second press would issue a
   second API key, which nobody would ever see. */
(() => {
  "use strict";

  const isEditor = (form) => form.method === "post" && /_form$/.test(form.id) && form.id !== "changelist-form";

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !isEditor(form)) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
  });

  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
