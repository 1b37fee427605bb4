"use strict";
// Sorting: every head cell of a table.sortable becomes a button, but those marked still.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = table.querySelector("thead tr:last-child").cells;
  [...heads].forEach((head, column) => {
    if (head.classList.contains("still")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, heads, column));
  });
}

function sort(table, heads, column) {
  const head = heads[column];
  const first = head.classList.contains("num") ? "descending" : "ascending";
  const other = first === "ascending" ? "descending" : "ascending";
  const way = head.getAttribute("aria-sort") === first ? other : first;
  for (const one of heads) one.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", way);
  const key = row => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  const sign = way === "ascending" ? 1 : -1;
  for (const body of table.tBodies) {
    const lines = [...body.rows].filter(row => !row.classList.contains("group"));
    const rows = lines.map((row, place) => ({row, place, key: key(row)}));
    rows.sort((a, b) => {
      if (a.key === "" || b.key === "") return (a.key === "") - (b.key === "") || a.place - b.place;
      const difference = a.key - b.key;
      const order = Number.isNaN(difference) ? a.key.localeCompare(b.key) : difference;
      return sign * order || a.place - b.place;
    });
    body.append(...rows.map(one => one.row));
  }
}

// Light and dark: the system decides until the reader does.
const root = document.documentElement, button = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");
const remembered = (() => { try { return localStorage.getItem("theme"); } catch { return null; } })();
if (remembered) root.dataset.theme = remembered;
const dark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
const say = () => { button.textContent = dark() ? "Light" : "Dark"; };
button.hidden = false;
button.addEventListener("click", () => {
  root.dataset.theme = dark() ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a page without storage */ }
  say();
});
system.addEventListener("change", say);
say();

// What scrolls sideways says so, and the keyboard reaches it.
const watch = new ResizeObserver(boxes => { for (const box of boxes) mark(box.target); });
for (const box of document.querySelectorAll(".scroll, .picture, pre")) watch.observe(box);

function mark(box) {
  const wide = box.scrollWidth > box.clientWidth + 1, hint = box.previousElementSibling;
  if (wide === box.hasAttribute("tabindex")) return;
  if (!wide) {
    for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    if (hint?.className === "hint") hint.remove();
    return;
  }
  box.tabIndex = 0;
  if (box.tagName !== "FIGURE") box.setAttribute("role", "group");
  box.setAttribute("aria-label", `${box.dataset.name ?? "Wide part"}, scrolls sideways`);
  if (box.tagName === "PRE") return;
  const said = Object.assign(document.createElement("p"), {className: "hint", textContent: "scroll sideways →"});
  said.setAttribute("aria-hidden", "true");
  box.before(said);
}

// On paper nothing that is printed stays folded.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open]):not(.screen)")];
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => { for (const one of folded) one.open = false; });
