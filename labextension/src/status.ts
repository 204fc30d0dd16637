import { instant } from './time';

/** A kernel or a terminal as the agent judges it. */
export interface Thing {
  id: string;
  state: string;
  lastUse: number | null;
  shutdownAt: number | null;
}

/** The limits between which an administrator lets people choose, in minutes. */
export interface Bounds {
  min: number;
  max: number;
}

/** The three idle limits, in minutes, by their names in the settings. */
export const LIMITS = ['idleMinutes', 'kernelIdleMinutes', 'terminalIdleMinutes'] as const;
export type Limit = (typeof LIMITS)[number];

/** What the agent last said. */
export interface Status {
  agent: string;
  at: number;
  interval: number;
  resource: string;
  kind: string;
  instanceType: string;
  startedAt: number | null;
  hourly: string;
  state: string;
  lastUse: number | null;
  why: string;
  shutdownAt: number | null;
  keepUntil: number | null;
  bounds: Bounds;
  limits: Partial<Record<Limit, number>>;
  kernels: Thing[];
  terminals: Thing[];
  handled: string;
  handledResult: string;
  problems: string[];
}

type Fields = Record<string, unknown>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;

const thing =
  (name: string) =>
  (value: unknown): Thing => {
    const f = fields(value);
    return {
      id: text(f[name]),
      state: text(f.state),
      lastUse: instant(f.lastUse),
      shutdownAt: instant(f.shutdownAt)
    };
  };

/** The status in what the agent wrote; null when it holds none, as before the agent's first look. */
export function parse(value: unknown): Status | null {
  const f = fields(value);
  const at = instant(f.at);
  const interval = count(f.interval);
  if (at === null || interval === null) {
    return null;
  }
  const bounds = fields(f.bounds);
  const limits: Status['limits'] = {};
  for (const limit of LIMITS) {
    const minutes = count(f[limit]);
    if (minutes !== null) {
      limits[limit] = minutes;
    }
  }
  return {
    agent: text(f.agent),
    at,
    interval: interval * 1000,
    resource: text(f.resource),
    kind: text(f.kind),
    instanceType: text(f.instanceType),
    startedAt: instant(f.startedAt),
    hourly: text(f.hourly),
    state: text(f.state),
    lastUse: instant(f.lastUse),
    why: text(f.why),
    shutdownAt: instant(f.shutdownAt),
    keepUntil: instant(f.keepUntil),
    bounds: { min: count(bounds.min) ?? 15, max: count(bounds.max) ?? 1440 },
    limits,
    kernels: list(f.kernels).map(thing('id')),
    terminals: list(f.terminals).map(thing('name')),
    handled: text(f.handled),
    handledResult: text(f.handledResult),
    problems: list(f.problems).map(text)
  };
}

/** Whether the agent is heard: a status that is older than three intervals says nothing of now. */
export function heard(status: Status | null, now: number): status is Status {
  return status !== null && now - status.at <= 3 * status.interval;
}
