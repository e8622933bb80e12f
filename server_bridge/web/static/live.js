// Updates the live page: the server sends the parts that changed, as HTML, over one event stream.
// Without this script the page is complete and reloads itself.
"use strict";

const SILENT_AFTER_MS = 40000; // the server sends something at least every 15 s
const body = document.body;
const rows = document.getElementById("rows");
let stream, silenceTimer, retryTimer;

function connect() {
  disconnect();
  if (document.hidden) return; // a browser allows six streams to a server: hidden tabs close theirs
  stream = new EventSource(body.dataset.events);
  stream.addEventListener("figures", (event) => {
    restartSilenceTimer();
    apply(JSON.parse(event.data));
  });
  stream.onerror = lost; // the browser's own retry gives up after a response like 503; ours does not
  restartSilenceTimer();
}

function disconnect() {
  clearTimeout(silenceTimer);
  clearTimeout(retryTimer);
  if (stream) stream.close();
}

function restartSilenceTimer() {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(lost, SILENT_AFTER_MS);
}

function lost() {
  disconnect();
  const notice = document.getElementById("notice");
  const words = body.dataset.lost.replace("{time}", body.dataset.asOf || "–");
  if (notice.textContent.trim() !== words) {
    notice.className = "lost";
    notice.replaceChildren(Object.assign(document.createElement("p"), { textContent: words }));
  }
  retryTimer = setTimeout(connect, 1000 + Math.random() * 2000); // random, so that many pages do not reconnect at once
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
      // Screen readers announce changes only inside an element that stays in the document.
      old.className = fresh.className;
      if (old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
    } else {
      highlightChanges(old, fresh);
      old.replaceWith(fresh);
    }
  }
  if (message.rows) arrange(message.rows);
}

function highlightChanges(old, fresh) {
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
addEventListener("pagehide", disconnect);
addEventListener("pageshow", connect); // also when the browser restores a page from its cache
