import { humanDuration } from '../model/duration.ts';

/** Local time of day, `10:06:41`; of another day with its date, `2025-06-01 10:06`. */
export function timeText(time: number, now: number): string {
  const at = new Date(time);
  const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits);
  if (at.toDateString() === new Date(now).toDateString()) return `${hours}:${minutes}:${seconds}`;
  return `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())} ${hours}:${minutes}`;
}

/** `4 s ago`; the wall clock may have been set back meanwhile. */
export function agoText(time: number, now: number): string {
  return `${humanDuration(Math.max(0, now - time))} ago`;
}

export function isoText(time: number): string {
  return new Date(time).toISOString();
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
