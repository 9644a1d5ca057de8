// Typed controls for values of properties, and the way to a field that the checklist names. The plain fields stay
// in the form and carry what is sent, so that everything works without this file too.
"use strict";

const JSON_OF = (id) => JSON.parse(document.getElementById(id)?.textContent || "{}") || {};
const INPUTS = { String: "text", Number: "text", Date: "date", DateTime: "datetime-local" };
const TALL = new Set(["Textarea", "JSON"]);
let codes = {};
let known = {};

document.addEventListener("DOMContentLoaded", () => {
  codes = JSON_OF("cd-codes");
  known = JSON_OF("cd-settings");
  document.querySelectorAll("[name$='-value_type']").forEach(dress);
  headGroups();
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[name$='-value_type'], [name$='-key'], [name$='-is_secret']")) {
      dress(sibling(event.target, "value_type"));
    }
  });
  document.addEventListener("formset:added", (event) => {
    event.target.querySelectorAll("[name$='-value_type']").forEach(dress);
  });
  document.querySelectorAll("[data-add-row]").forEach((button) => button.addEventListener("click", addRow));
  document.addEventListener("click", removeRow);
  requestAnimationFrame(lead);
});

function sibling(field, name) {
  const wanted = field.name.replace(/-[a-z_]+$/, `-${name}`);
  return field.form.elements.namedItem(wanted);
}

// Builds the control that fits the row's type in the place of the plain field.
function dress(typeField) {
  if (!typeField || typeField.name.includes("__prefix__")) return;
  const plain = sibling(typeField, "value");
  if (!plain) return;
  const cell = plain.parentElement;
  const key = sibling(typeField, "key")?.value.trim() || "";
  const setting = known[key.toLowerCase()] || {};
  const secret = sibling(typeField, "is_secret")?.checked || false;
  const type = secret ? "Secret" : typeField.value;
  const wanted = JSON.stringify([type, setting]);
  cell.querySelector(".cd-typed")?.setAttribute("aria-label", `Value of ${key}`);
  if (cell.dataset.dressed === wanted) return; // a control that somebody is about to use stays
  cell.dataset.dressed = wanted;
  cell.querySelectorAll(".cd-typed").forEach((old) => old.remove());
  showFile(typeField, plain, type === "File");
  const control = TALL.has(type) || type === "File" ? null : build(type, plain, setting);
  plain.hidden = control !== null || type === "File";
  plain.classList.toggle("cd-code", type === "JSON");
  plain.rows = TALL.has(type) ? 4 : 1;
  if (control) {
    control.classList.add("cd-typed", "cd-input");
    control.setAttribute("aria-label", `Value of ${key || "the property"}`);
    plain.before(control);
  }
  hint(cell, setting);
  const remove = sibling(typeField, "remove_secret")?.closest("td > *");
  if (remove) remove.style.visibility = plain.placeholder.startsWith("set") ? "" : "hidden";
}

// A heading above the rows of each Key Group, which come together.
function headGroups() {
  let before = "";
  for (const field of document.querySelectorAll("#properties-data [name$='-key_group']")) {
    const group = field.name.includes("__prefix__") ? "" : field.value.trim();
    if (group && group !== before) {
      const head = document.createElement("tbody");
      head.className = "cd-group";
      head.innerHTML = "<tr><th colspan='9'></th></tr>";
      head.querySelector("th").textContent = `Key Group ${group}`;
      field.closest("tbody").before(head);
    }
    before = group;
  }
}

function build(type, plain, setting) {
  if (type === "Secret") return keep(input("password", plain), plain, (control) => control.value);
  const offered = setting.choices?.length ? setting.choices : type === "Boolean" ? ["true", "false"] : codes[type];
  if (offered) return choose(offered, plain);
  if (type === "DateTime") return moment(plain);
  const control = input(INPUTS[type] || "text", plain);
  if (type === "Number") control.inputMode = "decimal";
  if (control.type === "date" && plain.value && !control.value) return null;
  if (setting.default && !control.placeholder) control.placeholder = setting.default;
  return keep(control, plain, (field) => field.value);
}

function input(type, plain) {
  const control = document.createElement("input");
  control.type = type;
  control.value = plain.value;
  control.placeholder = plain.placeholder;
  control.autocomplete = type === "password" ? "new-password" : "off";
  return control;
}

function keep(control, plain, read) {
  control.addEventListener("input", () => {
    plain.value = read(control);
    plain.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return control;
}

// What is stored and not offered any more stays to be seen, and is refused where it cannot be.
function choose(offered, plain) {
  const control = document.createElement("select");
  const same = offered.find((word) => word.toLowerCase() === plain.value.trim().toLowerCase());
  const words = ["", ...offered, ...(plain.value && same === undefined ? [plain.value] : [])];
  for (const word of words) control.add(new Option(word || "---------", word));
  control.value = same ?? plain.value;
  return keep(control, plain, (field) => field.value);
}

// The control has no offset; that of the stored value is kept, else it is this browser's.
function moment(plain) {
  const stored = plain.value.trim().match(/^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  if (plain.value.trim() && !stored) return null;
  const control = input("datetime-local", plain);
  control.value = stored ? stored[1] + (stored[2] || "") : "";
  control.step = 1;
  return keep(control, plain, (field) => {
    if (!field.value) return "";
    const local = field.value.length === 16 ? `${field.value}:00` : field.value;
    return local + (stored ? stored[3] : offset(new Date(local)));
  });
}

function offset(date) {
  const minutes = -date.getTimezoneOffset();
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}

// The file's own field moves to where the value is; the column that it leaves is hidden by the style sheet.
function showFile(typeField, plain, wanted) {
  const file = sibling(typeField, "file");
  if (!file) return;
  const whole = file.closest("[data-file]") || fileBox(file);
  whole.hidden = !wanted;
  plain.after(whole);
  whole.querySelector(".cd-small").textContent = plain.placeholder.includes("is stored") ? plain.placeholder : "";
}

function fileBox(file) {
  const box = document.createElement("div");
  box.dataset.file = "";
  file.closest("td")?.classList.add("cd-moved");
  file.closest("table")?.classList.add("cd-typed-table");
  const whole = file.closest("td")?.querySelector(":scope > *") || file;
  box.append(whole.contains(file) ? whole : file);
  const note = document.createElement("span");
  note.className = "cd-small";
  box.append(note);
  return box;
}

function hint(cell, setting) {
  cell.querySelectorAll(".cd-hint").forEach((old) => old.remove());
  if (!setting.help) return;
  const words = document.createElement("span");
  words.className = "cd-small cd-hint";
  words.textContent = `${setting.help}${setting.required ? " (required)" : ""}`;
  cell.append(words);
}

function addRow(event) {
  const table = document.getElementById(event.currentTarget.dataset.addRow);
  const number = Number(table.dataset.next);
  table.dataset.next = number + 1;
  const body = table.tBodies[0];
  body.insertAdjacentHTML("beforeend", table.querySelector("template").innerHTML.replaceAll("__row__", number));
  const row = body.lastElementChild;
  row.querySelectorAll("[name$='-value_type']").forEach(dress);
  row.querySelector("input")?.focus();
}

function removeRow(event) {
  const button = event.target.closest?.("[data-remove-row]");
  if (!button) return;
  button.closest("tr").remove();
}

// To the field that "?show=" names: by its name, or by the key of its row.
function lead() {
  const wanted = new URLSearchParams(location.search).get("show");
  if (!wanted) return;
  const form = document.querySelector("#content-main form");
  const named = form?.elements.namedItem(wanted);
  const keys = [...(form?.querySelectorAll("[name$='-key'], [name$='-name']") || [])];
  const row = keys.find((field) => field.value.toLowerCase() === wanted.toLowerCase());
  const target = (named instanceof RadioNodeList ? named[0] : named) || (row && valueOf(row));
  if (!target) return;
  target.closest("details")?.setAttribute("open", "");
  target.scrollIntoView({ block: "center" });
  target.focus();
}

function valueOf(row) {
  const plain = sibling(row, "value");
  return plain?.hidden ? plain.parentElement.querySelector(".cd-typed") : plain || row;
}
