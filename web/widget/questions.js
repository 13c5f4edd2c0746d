/** Which question is open: pure, so that the rule can be read in one place. */

/** `entries` are {id, sender, choices, text} in order, unsent ones included.
 *  Returns {open: id|null, chosen: Map(id → the label that answered it)}.
 *  A question is answered once the customer spoke and the turn went on; a turn that failed (only a
 *  system line came) opens it again. */
export function openQuestion(entries) {
  let open = null;
  let said = false;
  const chosen = new Map();
  for (const entry of entries) {
    if (entry.sender === "customer") {
      if (open && !said) chosen.set(open.id, entry.text);
      said = true;
    } else if (entry.choices?.length) {
      open = entry;
      said = false;
    } else if (entry.sender !== "system" && said) {
      open = null;
    }
  }
  const waiting = entries.at(-1)?.sender === "customer";
  return { open: open && !waiting ? open.id : null, chosen };
}
