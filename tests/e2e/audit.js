// What an accessibility checker would look at first, measured from computed styles: returns a list of findings.
() => {
  const findings = [];
  const rgba = (text) => {
    const found = text.match(/[\d.]+/g).map(Number);
    return { r: found[0], g: found[1], b: found[2], a: found[3] ?? 1 };
  };
  const over = (top, under) => ({
    r: top.r * top.a + under.r * (1 - top.a),
    g: top.g * top.a + under.g * (1 - top.a),
    b: top.b * top.a + under.b * (1 - top.a),
    a: 1,
  });
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const parentOf = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
  const background = (node) => {
    const layers = [];
    for (let at = node; at; at = parentOf(at)) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour.a > 0) layers.push(colour);
      if (colour.a === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), { r: 255, g: 255, b: 255, a: 1 });
  };
  const everything = [];
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      everything.push(node);
      if (node.shadowRoot) walk(node.shadowRoot);
    }
  };
  walk(document);
  const seen = everything.filter((node) => node.checkVisibility?.({ visibilityProperty: true }) && node.getClientRects().length);
  const describe = (node) => `${node.tagName.toLowerCase()}.${node.className?.baseVal ?? node.className} “${(node.textContent || node.value || "").trim().slice(0, 20)}”`;
  const ownText = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  for (const node of seen) {
    const style = getComputedStyle(node);
    const unseen = style.clipPath !== "none";
    if (ownText(node) && !unseen && !node.closest(":disabled")) {
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const under = background(node);
      const contrast = ratio(over(rgba(style.color), under), under);
      if (contrast < (large ? 3 : 4.5)) findings.push(`contrast ${contrast.toFixed(2)}: ${describe(node)}`);
      if (size < 12) findings.push(`text of ${size}px: ${describe(node)}`);
    }
    if (node.matches("button, input, textarea, summary, a[href]") && !node.disabled) {
      const { width, height } = node.getBoundingClientRect();
      const inline = node.matches("a");
      if (!inline && (width < 24 || height < 24)) findings.push(`target ${width}x${height}: ${describe(node)}`);
    }
    if (node.matches("textarea, .choice:enabled, .human:enabled") && !node.disabled) {
      const contrast = ratio(rgba(style.borderTopColor), background(parentOf(node)));
      if (contrast < 3) findings.push(`border contrast ${contrast.toFixed(2)}: ${describe(node)}`);
    }
    if (node.matches("button")) {
      const name = node.getAttribute("aria-label") || node.textContent.trim();
      if (!name) findings.push(`button without a name: ${node.outerHTML.slice(0, 80)}`);
    }
    if (node.matches("input, textarea") && !node.labels?.length && !node.getAttribute("aria-label")) {
      findings.push(`field without a label: ${describe(node)}`);
    }
    if (node.tabIndex > 0) findings.push(`positive tabindex: ${describe(node)}`);
    for (const name of ["aria-controls", "aria-describedby"]) {
      const target = node.getAttribute(name);
      if (target && !node.getRootNode().getElementById(target)) findings.push(`${name} leads nowhere: ${describe(node)}`);
    }
  }
  if (!document.documentElement.lang) findings.push("the page has no language");
  return findings;
}
