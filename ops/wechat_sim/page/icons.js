/** The few drawings of the phone. */

const PATHS = {
  plus: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 8v8M8 12h8",
  list: "M4 7h16M4 12h16M4 17h16",
  keyboard: "M3 6h18v12H3V6ZM7 10h.5M11.7 10h.5M16.5 10h.5M8 14h8",
  voice: "M6 10v4M10 7v10M14 9v6M18 11v2",
  place: "M12 21c5-6 7-9 7-12a7 7 0 1 0-14 0c0 3 2 6 7 12ZM12 11.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
