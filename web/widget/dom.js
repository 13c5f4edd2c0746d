/** Building DOM without markup strings: whatever a person typed can only ever become a text node. */

const ICONS = {
  bot: "M12 3v3M6 6h12a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2ZM9 11v2M15 11v2",
  person: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c1-4 4-6 8-6s7 2 8 6",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 11v6M12 7.5v.5",
  warn: "M12 3 2 20h20L12 3ZM12 10v4M12 17v.5",
  check: "m5 12 5 5 9-10",
  close: "M6 6l12 12M18 6 6 18",
  chat: "M4 5h16v11H10l-5 4v-4H4V5Z",
  send: "M4 12 20 4l-5 16-4-7-7-1Z",
  down: "M12 5v14M6 13l6 6 6-6",
  ticket: "M4 6h16v4a2 2 0 0 0 0 4v4H4v-4a2 2 0 0 0 0-4V6ZM14 6v12",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3 3",
};

export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function styleSheet(file) {
  const node = h("link", { rel: "stylesheet", href: new URL(file, import.meta.url).href });
  // Unstyled but usable is better than nothing when a sheet does not come.
  const loaded = new Promise((resolve) => ["load", "error"].forEach((name) => node.addEventListener(name, resolve)));
  return { node, loaded };
}

/** Array.findLast, which phones of 2021 do not have. */
export function last(list, fits) {
  return [...list].reverse().find(fits);
}
