import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection, type ServiceManager } from '@jupyterlab/services';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { UUID } from '@lumino/coreutils';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import { heard, parse, type Limit, type Status } from './status';
import { ahead, instant } from './time';
import { rows, type Row } from './view';

const STATUS = '@sagewarden/labextension:status';

/** How long the agent takes a request for one that is meant. */
const FRESH = 120_000;

/** What only the agent can shut down. */
export type Whole = 'app' | 'everything';

/** What the panel shows and what its buttons do. It draws nothing. */
export class Model {
  /** Emitted when anything changed that is shown. */
  readonly changed = new Signal<this, void>(this);
  /** What the agent last said, however long ago. */
  status: Status | null = null;
  /** The request that the agent has not answered yet; null when there is none. */
  private asked: { id: string; at: number } | null = null;
  /** The last thing that failed, for the person to read; empty when nothing did. */
  problem = '';

  private readonly poll: Poll;
  /** How far the server's clock, which is the agent's, is ahead of the browser's. */
  private ahead = 0;

  constructor(
    private readonly services: ServiceManager.IManager,
    private readonly settings: ISettingRegistry.ISettings
  ) {
    const changed = (): void => this.changed.emit();
    services.kernels.runningChanged.connect(changed);
    services.sessions.runningChanged.connect(changed);
    services.terminals.runningChanged.connect(changed);
    settings.changed.connect(changed);
    this.poll = new Poll({
      name: STATUS,
      factory: () => this.refresh(),
      frequency: { interval: 10_000, backoff: true, max: 60_000 },
      standby: 'when-hidden'
    });
  }

  dispose(): void {
    this.poll.dispose();
    Signal.clearData(this);
  }

  /** The instant by the server's clock: what the agent says, and what is asked of it, is in its time. */
  get now(): number {
    return Date.now() + this.ahead;
  }

  /** What became of the last request, for the person to read; empty when nothing was asked. */
  get answer(): string {
    if (this.asked === null) {
      return this.status?.handledResult ?? '';
    }
    return this.now - this.asked.at <= FRESH
      ? 'Asked. The agent has not answered yet.'
      : 'The agent did not answer, and will not carry this out any more. Ask again.';
  }

  /** Whether the agent is heard. */
  get heard(): boolean {
    return heard(this.status, this.now);
  }

  /** What runs. */
  get rows(): Row[] {
    const paths = new Map<string, string>();
    for (const session of this.services.sessions.running()) {
      if (session.kernel) {
        paths.set(session.kernel.id, session.path);
      }
    }
    const kernels = [...this.services.kernels.running()].map(k => ({
      id: k.id,
      name: k.name,
      path: paths.get(k.id) ?? '',
      state: k.execution_state ?? '',
      lastActivity: k.last_activity ?? ''
    }));
    const terminals = [...this.services.terminals.running()].map(t => t.name);
    return rows(kernels, terminals, this.status, this.now);
  }

  /** Until when everything is to be kept: what was asked here, until the agent says what it grants. Null for not at all. */
  get keepUntil(): number | null {
    const wished = instant(this.settings.user.keepUntil);
    const until = wished === null ? null : (this.heard && this.status?.keepUntil) || wished;
    return until !== null && until > this.now ? until : null;
  }

  /** A limit that was chosen here, in minutes; undefined for the administrator's. */
  limit(name: Limit): number | undefined {
    const minutes = this.settings.user[name];
    return typeof minutes === 'number' ? minutes : undefined;
  }

  /** Chooses a limit, or goes back to the administrator's. */
  setLimit(name: Limit, minutes: number | undefined): Promise<void> {
    return this.attempt(minutes === undefined ? this.settings.remove(name) : this.settings.set(name, minutes));
  }

  /** Keeps everything for so many minutes from now. */
  keep(minutes: number): Promise<void> {
    return this.attempt(this.settings.set('keepUntil', new Date(this.now + minutes * 60_000).toISOString()));
  }

  /** Ends a keep. */
  release(): Promise<void> {
    return this.attempt(this.settings.set('keepUntil', ''));
  }

  /** Shuts down kernels and terminals. */
  shutdown(gone: Row[]): Promise<void> {
    return this.attempt(
      Promise.all(
        gone.map(r =>
          r.kind === 'kernel' ? this.services.kernels.shutdown(r.id) : this.services.terminals.shutdown(r.id)
        )
      )
    );
  }

  /** Asks the agent to shut down what only it can. */
  request(what: Whole): Promise<void> {
    const [id, at] = [UUID.uuid4(), this.now];
    const sent = this.settings.set('shutdownRequest', { what, at: new Date(at).toISOString(), id });
    return this.attempt(sent.then(() => (this.asked = { id, at })));
  }

  private async attempt(work: Promise<unknown>): Promise<void> {
    try {
      await work;
      this.problem = '';
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.changed.emit();
  }

  private async refresh(): Promise<void> {
    const server = this.services.serverSettings;
    const url = URLExt.join(server.baseUrl, 'lab/api/settings', STATUS) + '?no_track_activity=1';
    const response = await ServerConnection.makeRequest(url, {}, server);
    if (!response.ok) {
      throw new ServerConnection.ResponseError(response);
    }
    this.ahead = ahead(response.headers.get('Date'), Date.now());
    const answer = (await response.json()) as { settings?: unknown };
    this.status = parse(answer.settings);
    if (this.status !== null && this.status.handled === this.asked?.id) {
      this.asked = null;
    }
    this.changed.emit();
  }
}
