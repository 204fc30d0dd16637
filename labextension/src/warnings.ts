import { length } from './time';

const MINUTE = 60_000;

/** When a person is warned, in milliseconds before a shutdown. */
const THRESHOLDS = [2 * MINUTE, 10 * MINUTE];

/** Something that is going to be shut down. */
export interface Due {
  key: string;
  label: string;
  at: number;
}

/** Says each warning once: at ten minutes, and at two. What is put off is warned of anew. */
export class Warnings {
  private readonly said = new Map<string, number>();

  /** The text to show now; null when there is nothing new to say. */
  next(due: Due[], now: number): string | null {
    const fresh: Due[] = [];
    const near = new Set<string>();
    for (const d of due) {
      const threshold = THRESHOLDS.find(t => d.at - now <= t);
      if (threshold === undefined || d.at <= now) {
        continue;
      }
      near.add(d.key);
      if (threshold < (this.said.get(d.key) ?? Infinity)) {
        this.said.set(d.key, threshold);
        fresh.push(d);
      }
    }
    for (const key of this.said.keys()) {
      if (!near.has(key)) {
        this.said.delete(key);
      }
    }
    if (fresh.length === 0) {
      return null;
    }
    const first = Math.min(...fresh.map(d => d.at)) - now;
    const left = length(Math.ceil(first / MINUTE) * MINUTE);
    return `${fresh.map(d => d.label).join(', ')}: shut down in ${left}, as nothing was used.`;
  }

  /** Whether anything that was warned of is still going to happen. */
  get pending(): boolean {
    return this.said.size > 0;
  }
}
