// Moments in the time zone of the person who reads, as Slack writes them.

const DAY_SECONDS = 86400;

function format(seconds, zone, options) {
  return new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }).format(seconds * 1000);
}

/** Write the time of day: "1:02 PM". */
export function timeOfDay(seconds, zone, withSeconds = false) {
  const second = withSeconds ? "2-digit" : undefined;
  return format(seconds, zone, { hour: "numeric", minute: "2-digit", second });
}

/** Name the day in a way that can be compared: "2026-11-22". */
export function dayOf(seconds, zone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(seconds * 1000);
}

/** Say how long ago something was: "2 minutes ago". */
export function ago(seconds, now) {
  const past = Math.max(0, now - seconds);
  const units = [["day", DAY_SECONDS], ["hour", 3600], ["minute", 60]];
  for (const [unit, length] of units) {
    const count = Math.floor(past / length);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

/** Name the day for a divider: "Today", "Yesterday", or the whole date. */
export function dayTitle(seconds, zone, now) {
  const near = nearDay(seconds, zone, now);
  return near ? near[0].toUpperCase() + near.slice(1) : longDay(seconds, zone);
}

function nearDay(seconds, zone, now) {
  const day = dayOf(seconds, zone);
  const names = [["today", 0], ["yesterday", -DAY_SECONDS], ["tomorrow", DAY_SECONDS]];
  return names.find(([, shift]) => dayOf(now + shift, zone) === day)?.[0] ?? null;
}

function ordinal(day) {
  const tens = day % 100;
  if (tens >= 11 && tens <= 13) return `${day}th`;
  return `${day}${{ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th"}`;
}

function fullDate(seconds, zone) {
  const month = format(seconds, zone, { month: "long" });
  const day = Number(format(seconds, zone, { day: "numeric" }));
  return `${month} ${ordinal(day)}, ${format(seconds, zone, { year: "numeric" })}`;
}

function longDay(seconds, zone) {
  return `${format(seconds, zone, { weekday: "long" })}, ${fullDate(seconds, zone)}`;
}

function shortDate(seconds, zone) {
  return format(seconds, zone, { month: "short", day: "numeric", year: "numeric" });
}

// Slack's documentation, "Date formatting"; the newer ones from its types for rich text.
const TOKENS = {
  date_num: dayOf,
  date_slash: (s, zone) => format(s, zone, { month: "2-digit", day: "2-digit", year: "numeric" }),
  date: fullDate,
  date_short: shortDate,
  date_long: longDay,
  date_long_full: longDay,
  date_pretty: (s, zone, now) => nearDay(s, zone, now) ?? fullDate(s, zone),
  date_short_pretty: (s, zone, now) => nearDay(s, zone, now) ?? shortDate(s, zone),
  date_long_pretty: (s, zone, now) => nearDay(s, zone, now) ?? longDay(s, zone),
  day_divider_pretty: (s, zone, now) => dayTitle(s, zone, now),
  time: (s, zone) => timeOfDay(s, zone),
  time_secs: (s, zone) => timeOfDay(s, zone, true),
  ago: (s, _zone, now) => ago(s, now),
};

/** Write a moment by Slack's pattern, such as "{date_short_pretty} at {time}". */
export function writeDate(seconds, pattern, zone, now) {
  return pattern.replace(/\{(\w+)\}/g, (whole, token) =>
    Object.hasOwn(TOKENS, token) ? TOKENS[token](seconds, zone, now) : whole,
  );
}

/** Write a moment in full, for a tooltip. */
export function fullMoment(seconds, zone) {
  return `${longDay(seconds, zone)} at ${timeOfDay(seconds, zone, true)} (${zone})`;
}
