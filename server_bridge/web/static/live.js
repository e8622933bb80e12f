// Keeps the page moving: the server sends the parts that changed, as HTML, over one event stream.
// Without this file the page is complete and reloads itself.
"use strict";

const SILENT_AFTER_MS = 40000; // the server says something at least every 15 s
const body = document.body;
const rows = document.getElementById("rows");
let stream, silence, retry;

function connect() {
  pause();
  if (document.hidden) return; // a browser allows six streams to a server: hidden tabs leave theirs
  stream = new EventSource(body.dataset.events);
  stream.addEventListener("figures", (event) => {
    heard();
    apply(JSON.parse(event.data));
  });
  stream.onerror = lost; // the browser's own retry gives up after an answer like 503; ours does not
  heard();
}

function pause() {
  clearTimeout(silence);
  clearTimeout(retry);
  if (stream) stream.close();
}

function heard() {
  clearTimeout(silence);
  silence = setTimeout(lost, SILENT_AFTER_MS);
}

function lost() {
  pause();
  const notice = document.getElementById("notice");
  const words = body.dataset.lost.replace("{time}", body.dataset.asOf || "–");
  if (notice.textContent.trim() !== words) {
    notice.className = "lost";
    notice.replaceChildren(Object.assign(document.createElement("p"), { textContent: words }));
  }
  retry = setTimeout(connect, 1000 + Math.random() * 2000); // spread: many screens hang on one server
}

function apply(message) {
  if (message.version !== body.dataset.version) {
    location.reload(); // the server was upgraded
    return;
  }
  body.dataset.asOf = message.asOf;
  for (const [id, html] of Object.entries(message.parts)) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.content.firstElementChild;
    const old = document.getElementById(id);
    if (!old) rows.append(fresh);
    else if (old.getAttribute("role") === "status") {
      // A screen reader only hears of changes inside an element that stays.
      old.className = fresh.className;
      if (old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
    } else {
      mark(old, fresh);
      old.replaceWith(fresh);
    }
  }
  if (message.rows) arrange(message.rows);
}

function mark(old, fresh) {
  for (const figure of fresh.querySelectorAll("[data-key]")) {
    const before = old.querySelector(`[data-key="${figure.dataset.key}"]`);
    if (before && before.textContent !== figure.textContent) {
      figure.classList.add("moved");
      figure.addEventListener("animationend", () => figure.classList.remove("moved"));
    }
  }
}

function arrange(ids) {
  for (const row of [...rows.children]) if (!ids.includes(row.id)) row.remove();
  ids.forEach((id, place) => {
    const row = document.getElementById(id);
    if (rows.children[place] !== row) rows.insertBefore(row, rows.children[place]);
  });
}

const form = document.getElementById("arrange");
form.addEventListener("change", () => form.requestSubmit());
document.addEventListener("visibilitychange", connect);
addEventListener("pagehide", pause);
addEventListener("pageshow", connect); // also when the browser brings a left page back
