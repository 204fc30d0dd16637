const SCALE = 12;
const HOUR = 3_600_000n;

/** A decimal such as "0.0582", as a whole number of 10^-12; null when it is none. */
function scaled(text: string): bigint | null {
  const match = /^(\d{1,9})(?:\.(\d{1,12}))?$/.exec(text.trim());
  return match ? BigInt(match[1] + (match[2] ?? '').padEnd(SCALE, '0')) : null;
}

/** What a rate of dollars an hour comes to over so many milliseconds, to the cent; null when the rate is not known. */
export function spent(hourly: string, ms: number): string | null {
  const rate = scaled(hourly);
  if (rate === null || ms < 0) {
    return null;
  }
  const cent = 10n ** BigInt(SCALE - 2);
  const cents = ((rate * BigInt(Math.round(ms))) / HOUR + cent / 2n) / cent;
  return `$${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}

/** A rate as it is shown; null when it is not known, since no price is ever guessed. */
export function rate(hourly: string): string | null {
  return scaled(hourly) === null ? null : `$${hourly.trim()} per hour`;
}
