// Keys for those who work by keyboard. All of it can be done without this file. Physical keys are listened to
// (event.code), so that they work while a Hangul keyboard is on.
"use strict";

const writes = (place) => place instanceof HTMLElement && place.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
const acts = (place) => place instanceof HTMLElement && place.matches("a, button, summary");

function row(step) {
  const rows = [...document.querySelectorAll(".list tr:has(a.open)")];
  const now = rows.findIndex((one) => one.classList.contains("at"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, now + step))];
  if (!next) return;
  rows.forEach((one) => one.classList.remove("at"));
  next.classList.add("at");
  next.querySelector("a.open").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || writes(event.target)) return;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  const choice = digit && document.querySelector(`[data-digit="${digit[1]}"]`);
  if (choice) {
    choice.checked = true;
    choice.focus();
  } else if (event.code === "Enter" || event.code === "NumpadEnter") {
    if (acts(event.target)) return;
    const button = document.querySelector("[data-enter]");
    if (!button) return;
    button.form.requestSubmit(button);
  } else if (event.code === "Slash") {
    const field = document.querySelector("[data-slash]");
    if (!field) return;
    field.closest("details").open = true;
    field.focus();
  } else if (event.code === "KeyJ") {
    row(1);
  } else if (event.code === "KeyK") {
    row(-1);
  } else {
    const other = document.querySelector(`[data-key="${event.code}"]`);
    if (!other) return;
    other.form.requestSubmit(other);
  }
  event.preventDefault();
});
