// Refreshes a school's day, and exchanges the ticks of a roll-call with other phones. Without this
// script the same pages work by reloading.
"use strict";

const REFRESH_MS = 20_000;
const POLL_MS = 3_000;
const SETTLE_MS = 1_500; // a tap just after another phone's tick is ignored: both meant to tick

function refreshDay(today) {
  const refresh = async () => {
    if (document.hidden || today.contains(document.activeElement)) return;
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("today");
    if (!fresh) return;
    for (const old of today.querySelectorAll("details[id]")) {
      const same = fresh.querySelector(`#${CSS.escape(old.id)}`);
      if (same) same.open = old.open;
    }
    today.replaceChildren(...fresh.childNodes);
  };
  setInterval(() => refresh().catch(() => {}), REFRESH_MS);
}

function syncRollCall(roll) {
  const buttons = new Map([...roll.querySelectorAll(".tick button")].map((b) => [b.value, b]));
  const unsent = new Map(); // line -> the form to send, until the server has it
  const changed = new Map(); // line -> when another phone changed it
  const bar = roll.querySelector(".bar");
  let sending = false;

  const press = (button, here) => {
    button.setAttribute("aria-pressed", String(here));
    button.name = here ? "not" : "here";
  };

  const recount = () => {
    const missing = {};
    for (const button of buttons.values()) {
      if (button.dataset.group && button.name === "here") {
        missing[button.dataset.group] = (missing[button.dataset.group] || 0) + 1;
      }
    }
    // A page of one class has no lines of the other classes.
    const shown = new Set([...roll.querySelectorAll(".group[id]")].map((group) => group.id.slice(2)));
    for (const place of roll.querySelectorAll("[data-group-missing]")) {
      const group = place.dataset.groupMissing;
      if (shown.has(group)) place.textContent = missing[group] || 0;
    }
    roll.querySelector("#unsent").hidden = unsent.size === 0;
  };

  const applyState = (state) => {
    if (state.closed) return location.reload();
    const here = new Set(state.here.map(String));
    for (const [line, button] of buttons) {
      if (unsent.has(line) || (button.name === "not") === here.has(line)) continue;
      press(button, here.has(line));
      changed.set(line, Date.now());
    }
    roll.querySelector("#missing-number").textContent = state.missing;
    bar.classList.toggle("complete", state.missing === 0);
    recount();
  };

  const read = async (answer) => {
    if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
    return answer.json();
  };

  const exchange = async () => {
    if (sending) return;
    sending = true;
    try {
      let state;
      for (const [line, tap] of [...unsent]) {
        state = await read(
          await fetch(tap.to, { method: "POST", body: tap.body, headers: { Accept: "application/json" } }),
        );
        if (unsent.get(line) === tap) unsent.delete(line);
      }
      state ??= await read(await fetch(roll.dataset.state, { cache: "no-store" }));
      applyState(state);
    } catch {
      recount(); // unsent ticks are kept, and a notice is shown
    } finally {
      sending = false;
    }
  };

  roll.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!event.target.matches(".tick") || !button) return;
    event.preventDefault();
    if (Date.now() - (changed.get(button.value) ?? 0) < SETTLE_MS) return;
    unsent.set(button.value, {
      to: event.target.action,
      body: new URLSearchParams(new FormData(event.target, button)),
    });
    press(button, button.name === "here");
    recount();
    exchange();
  });
  setInterval(() => document.hidden || exchange(), POLL_MS);
  addEventListener("beforeunload", (event) => unsent.size && event.preventDefault());
}

const today = document.getElementById("today");
if (today) refreshDay(today);
const roll = document.querySelector("#roll-call[data-state]");
if (roll) syncRollCall(roll);
const printer = document.getElementById("print");
if (printer) {
  printer.hidden = false;
  printer.addEventListener("click", () => window.print());
}
