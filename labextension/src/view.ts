import { heard, type Status, type Thing } from './status';
import { instant } from './time';

/** A kernel as Jupyter's own services know it. */
export interface Kernel {
  id: string;
  name: string;
  /** The document that it belongs to; empty when there is none. */
  path: string;
  state: string;
  lastActivity: string;
}

/** What one line of the panel shows. */
export interface Row {
  kind: 'kernel' | 'terminal';
  id: string;
  label: string;
  detail: string;
  busy: boolean;
  /** In a word, such as busy, active, idle, unknown: the agent's while it is heard. */
  state: string;
  /** What Jupyter says of a kernel that the agent judged: starting, dead; empty where that adds nothing. */
  says: string;
  lastUse: number | null;
  shutdownAt: number | null;
}

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * The rows of the panel. Jupyter's services say what there is, so that what was just shut down is gone at once; the agent,
 * while it is heard, says since when each is unused and when it ends. A state that Jupyter calls busy is busy, whatever the
 * agent saw a minute ago.
 */
export function rows(kernels: Kernel[], terminals: string[], status: Status | null, now: number): Row[] {
  const agent = heard(status, now) ? status : null;
  const said = (things: Thing[] | undefined, id: string): Thing | undefined => things?.find(t => t.id === id);
  return [
    ...kernels.map((k): Row => {
      const thing = said(agent?.kernels, k.id);
      const busy = k.state === 'busy' || thing?.state === 'active';
      return {
        kind: 'kernel',
        id: k.id,
        label: k.path === '' ? `Kernel ${k.id.slice(0, 8)}` : base(k.path),
        detail: k.path === '' ? `${k.name}, without a document` : k.name,
        busy,
        state: (k.state === 'busy' ? '' : thing?.state) || k.state || 'unknown',
        says: thing === undefined || ['busy', 'idle', ''].includes(k.state) ? '' : k.state,
        lastUse: thing?.lastUse ?? instant(k.lastActivity),
        shutdownAt: busy ? null : (thing?.shutdownAt ?? null)
      };
    }),
    ...terminals.map((name): Row => {
      const thing = said(agent?.terminals, name);
      return {
        kind: 'terminal',
        id: name,
        label: `Terminal ${name}`,
        detail: '',
        busy: thing?.state === 'active',
        state: thing?.state ?? 'unknown',
        says: '',
        lastUse: thing?.lastUse ?? null,
        shutdownAt: thing?.shutdownAt ?? null
      };
    })
  ];
}
