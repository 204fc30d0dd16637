const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The instant that an RFC 3339 text names, in milliseconds; null when it names none. */
export function instant(text: unknown): number | null {
  if (typeof text !== 'string' || text === '') {
    return null;
  }
  const at = Date.parse(text);
  // Go writes its zero time as the year 1: no instant that anybody means.
  return Number.isNaN(at) || at <= 0 ? null : at;
}

/**
 * How far the clock that wrote an HTTP date is ahead of ours, in milliseconds. Such a date has whole seconds, and takes a
 * moment to arrive: less than two seconds are no difference.
 */
export function ahead(date: string | null, now: number): number {
  const by = Date.parse(date ?? '') - now;
  return Math.abs(by) >= 2 * SECOND ? by : 0;
}

/** A length of time as people say it: "2 h 5 min", "12 min", "under a minute". */
export function length(ms: number): string {
  if (ms < MINUTE) {
    return 'under a minute';
  }
  const hours = Math.floor(ms / HOUR);
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  if (hours === 0) {
    return `${minutes} min`;
  }
  if (hours >= 48) {
    return `${Math.floor(hours / 24)} days`;
  }
  return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
}

/** Time left as a clock that ticks: "1:52:09", "9:05", "0:00" once it is over. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
