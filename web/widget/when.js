/** Times for customers: deadlines in Beijing time with the phone's own time beside it. */

const BEIJING = "Asia/Shanghai";

/** {beijing: "10月9日 18:00", local: "12:00" | "10月8日 22:00" | ""}; midnight reads as 24:00 of the day that ends. */
export function deadline(iso) {
  const instant = new Date(iso);
  let there = parts(instant, BEIJING);
  let clock = there.clock;
  if (clock === "00:00") {
    there = parts(new Date(instant.getTime() - 60_000), BEIJING);
    clock = "24:00";
  }
  const here = parts(instant);
  const same = here.clock === parts(instant, BEIJING).clock && here.day === parts(instant, BEIJING).day;
  const local = same ? "" : here.day === there.day ? here.clock : `${here.day} ${here.clock}`;
  const year = there.year === parts(new Date(), BEIJING).year ? "" : `${there.year}年`;
  return { beijing: `${year}${there.day} ${clock}`, local };
}

/** When a message came, as the customer's phone counts: 14:05, or 10月9日 14:05 on another day. */
export function moment(iso) {
  const then = parts(new Date(iso));
  return then.day === parts(new Date()).day ? then.clock : `${then.day} ${then.clock}`;
}

function parts(instant, timeZone) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const found = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return {
    year: found.year,
    day: `${Number(found.month)}月${Number(found.day)}日`,
    clock: `${found.hour}:${found.minute}`,
  };
}
