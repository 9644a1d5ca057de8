/* Drag and drop of steps and statuses. Without it the same edits are the buttons of a form; this only presses them. */
"use strict";

(() => {
  const form = document.getElementById("chart-form");
  const chart = document.querySelector("[data-chart]");
  if (!form || !chart) return;

  const REMEMBERED = "crossdock-chart";
  let drag = null;

  const send = (operation) => {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "op";
    field.value = operation;
    form.append(field);
    form.submit();
  };

  /* Which element the dragged one would come before; null is the end. */
  const follower = (elements, position, side, size) =>
    elements.find((element) => {
      const box = element.getBoundingClientRect();
      return position < box[side] + box[size] / 2;
    }) ?? null;

  const place = (event) => {
    const columns = [...chart.querySelectorAll("[data-status]")];
    if (drag.kind === "status") {
      const list = chart.querySelector("[data-columns]");
      return { list, before: follower(columns.filter((column) => column !== drag.element), event.clientX, "left", "width") };
    }
    const column = columns.find((item) => {
      const box = item.getBoundingClientRect();
      return event.clientX >= box.left - 14 && event.clientX < box.right + 14;
    });
    if (!column) return null;
    const list = column.querySelector("[data-steps]");
    const cards = [...list.querySelectorAll("[data-step]")].filter((card) => card !== drag.element);
    return { list, before: follower(cards, event.clientY, "top", "height"), status: column.dataset.status };
  };

  const scrollAtEdges = (event) => {
    const box = chart.getBoundingClientRect();
    if (event.clientX > box.right - 48) chart.scrollLeft += 12;
    if (event.clientX < box.left + 48) chart.scrollLeft -= 12;
  };

  const begin = (event) => {
    drag.marker = document.createElement("li");
    drag.marker.className = "cd-marker";
    drag.ghost = document.createElement("div");
    drag.ghost.className = "cd-ghost";
    drag.ghost.textContent = drag.element.querySelector("h2, h3").textContent;
    document.body.append(drag.ghost);
    drag.element.classList.add("cd-dragged");
    drag.started = true;
  };

  const end = () => {
    drag.marker?.remove();
    drag.ghost?.remove();
    drag.element.classList.remove("cd-dragged");
    drag = null;
  };

  const target = (found) => {
    const selector = drag.kind === "step" ? "[data-step]" : "[data-status]";
    const others = [...found.list.children].filter((item) => item.matches(selector) && item !== drag.element);
    const index = found.before ? others.indexOf(found.before) : others.length;
    return drag.kind === "step" ? `step:${drag.key}:to:${found.status}:${index}` : `status:${drag.key}:to:${index}`;
  };

  const stays = (found) => {
    const next = drag.element.nextElementSibling;
    const after = next === drag.marker ? next.nextElementSibling : next;
    return drag.element.parentElement === found.list && (after ?? null) === (found.before ?? null);
  };

  chart.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button !== 0) return;
    const [kind, key] = handle.dataset.handle.split(":");
    drag = { kind, key, element: handle.closest(`[data-${kind}]`), x: event.clientX, y: event.clientY };
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
  });

  chart.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.started && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 5) return;
    if (!drag.started) begin(event);
    scrollAtEdges(event);
    drag.ghost.style.left = `${event.clientX + 10}px`;
    drag.ghost.style.top = `${event.clientY + 6}px`;
    drag.marker.remove();
    drag.found = place(event);
    if (drag.found) drag.found.list.insertBefore(drag.marker, drag.found.before);
  });

  chart.addEventListener("pointerup", () => {
    if (!drag) return;
    const found = drag.started ? drag.found : null;
    const operation = found && !stays(found) ? target(found) : "";
    end();
    if (operation) send(operation);
  });

  chart.addEventListener("pointercancel", () => drag && end());
  document.addEventListener("keydown", (event) => event.key === "Escape" && drag && end());

  /* Whoever moves by keyboard finds the same button again, and the chart where it was. */
  form.addEventListener("submit", (event) => {
    sessionStorage.setItem(REMEMBERED, JSON.stringify({ op: event.submitter?.value ?? "", left: chart.scrollLeft }));
  });
  const remembered = JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "null");
  sessionStorage.removeItem(REMEMBERED);
  if (remembered?.op) {
    chart.scrollLeft = remembered.left;
    const button = form.elements.namedItem("op") && document.querySelector(`button[name="op"][value="${CSS.escape(remembered.op)}"]`);
    const [kind, key] = remembered.op.split(":");
    const own = button && !button.disabled ? button : document.querySelector(`#${kind}-${key} button:not(:disabled)`);
    own?.focus({ preventScroll: true });
    document.getElementById(`${kind}-${key}`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
})();
