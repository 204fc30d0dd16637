import { ReactWidget, UseSignal } from '@jupyterlab/apputils';
import * as React from 'react';
import type { Confirm } from './confirm';
import { icon } from './icon';
import type { Model, Whole as What } from './model';
import { rate, spent } from './money';
import { LIMITS, type Bounds, type Limit } from './status';
import { clock, length } from './time';
import type { Row } from './view';

const HOURS = [1, 2, 4, 8];
const NAMES: Record<Limit, string> = {
  idleMinutes: 'App or instance',
  kernelIdleMinutes: 'Kernels',
  terminalIdleMinutes: 'Terminals'
};

/** The panel in the left sidebar. */
export class Panel extends ReactWidget {
  constructor(
    private readonly model: Model,
    private readonly confirm: Confirm
  ) {
    super();
    this.id = 'sagewarden-panel';
    this.addClass('jp-Sagewarden');
    this.title.icon = icon;
    this.title.caption = 'Sagewarden: what runs, what it costs, when it stops';
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'Sagewarden');
  }

  protected render(): React.ReactElement {
    return (
      <UseSignal signal={this.model.changed}>{() => <Body model={this.model} confirm={this.confirm} />}</UseSignal>
    );
  }
}

interface Props {
  model: Model;
  confirm: Confirm;
}

function Body({ model, confirm }: Props): React.ReactElement {
  const rows = model.rows;
  const shut = async (title: string, gone: Row[]): Promise<void> => {
    if (await confirm.ask(title, gone)) {
      await model.shutdown(gone);
    }
  };
  return (
    <>
      <header>
        <h2>Sagewarden</h2>
      </header>
      <div className="jp-Sagewarden-body">
        {model.heard ? <Whole model={model} /> : <Silent />}
        {model.problem !== '' && (
          <p className="jp-Sagewarden-problem" role="alert">
            {model.problem}
          </p>
        )}
        {model.heard && <Keep model={model} />}
        <List model={model} title="Kernels" rows={rows.filter(r => r.kind === 'kernel')} shut={shut} />
        <List model={model} title="Terminals" rows={rows.filter(r => r.kind === 'terminal')} shut={shut} />
        {model.heard && <Limits model={model} />}
        {model.heard && <End model={model} confirm={confirm} rows={rows} />}
      </div>
    </>
  );
}

function Silent(): React.ReactElement {
  return (
    <section className="jp-Sagewarden-card" role="status">
      <strong>No agent is heard</strong>
      <p>Nothing is stopped, nothing is reported. What runs here costs until you shut it down.</p>
    </section>
  );
}

function Whole({ model }: { model: Model }): React.ReactElement | null {
  const now = useNow(model);
  const status = model.status;
  if (status === null) {
    return null;
  }
  const price = rate(status.hourly);
  const since = status.startedAt === null ? null : spent(status.hourly, now - status.startedAt);
  const left = status.shutdownAt === null ? null : status.shutdownAt - now;
  const noun = status.kind === 'notebook-instance' ? 'Instance' : 'App';
  return (
    <section className="jp-Sagewarden-card" aria-label={noun}>
      <div className="jp-Sagewarden-line">
        <strong>{status.instanceType || noun}</strong>
        <State name={status.state} />
      </div>
      <p>{price ?? 'Price not known'}</p>
      {since !== null && <p className="jp-Sagewarden-quiet">{since} since start</p>}
      {left === null ? (
        <p className="jp-Sagewarden-quiet">{status.why}</p>
      ) : (
        <div className={left < 600_000 ? 'jp-Sagewarden-left jp-mod-near' : 'jp-Sagewarden-left'}>
          <span>{noun} stops in</span>
          <time role="timer" aria-live="off">
            {clock(left)}
          </time>
        </div>
      )}
      {/* The clock ticks for the eye; the ear is told once a minute. */}
      <span className="jp-Sagewarden-ear" aria-live="polite">
        {left !== null && `${noun} stops in ${length(Math.ceil(left / 60_000) * 60_000)}`}
      </span>
      {status.problems.map(problem => (
        <p key={problem} className="jp-Sagewarden-problem">
          {problem}
        </p>
      ))}
    </section>
  );
}

function Keep({ model }: { model: Model }): React.ReactElement {
  const now = useNow(model);
  const max = model.status?.bounds.max ?? 0;
  const until = model.keepUntil;
  return (
    <section aria-label="Keep running">
      <h3>Keep running</h3>
      {until !== null && (
        <div className="jp-Sagewarden-line jp-Sagewarden-kept">
          <span>Kept for {length(until - now)}</span>
          <button className="jp-mod-styled jp-mod-minimal" onClick={() => void model.release()}>
            Release
          </button>
        </div>
      )}
      <div className="jp-Sagewarden-keep">
        {HOURS.filter(h => h * 60 <= max).map(h => (
          <button
            key={h}
            className="jp-mod-styled"
            aria-label={`Keep for ${h} ${h === 1 ? 'hour' : 'hours'}`}
            onClick={() => void model.keep(h * 60)}
          >
            {h} h
          </button>
        ))}
        <button
          className="jp-mod-styled"
          title={`Your administrator allows ${length(max * 60_000)} at a time`}
          onClick={() => void model.keep(max)}
        >
          Until I release it
        </button>
      </div>
    </section>
  );
}

interface ListProps {
  model: Model;
  title: string;
  rows: Row[];
  shut: (title: string, gone: Row[]) => Promise<void>;
}

function List({ title, rows, shut, model }: ListProps): React.ReactElement {
  const now = useNow(model);
  return (
    <section aria-label={title}>
      <div className="jp-Sagewarden-line">
        <h3>
          {title} <span className="jp-Sagewarden-count">{rows.length}</span>
        </h3>
        {rows.length > 1 && (
          <button
            className="jp-mod-styled jp-mod-minimal"
            aria-label={`Shut down all ${title.toLowerCase()}`}
            onClick={() => void shut(`Shut down all ${title.toLowerCase()}?`, rows)}
          >
            Shut down all
          </button>
        )}
      </div>
      {rows.length === 0 && <p className="jp-Sagewarden-quiet">None</p>}
      <ul>
        {rows.map(row => (
          <li key={row.id} className="jp-Sagewarden-row">
            <div>
              <div className="jp-Sagewarden-label" title={row.detail || row.label}>
                {row.label}
              </div>
              <div className="jp-Sagewarden-quiet">{since(row, now)}</div>
            </div>
            <State name={row.state} />
            <button
              className="jp-mod-styled jp-mod-minimal"
              aria-label={`Shut down ${row.label}`}
              title={`Shut down ${row.label}`}
              onClick={() => void shut(`Shut down ${row.label}?`, [row])}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function since(row: Row, now: number): string {
  if (row.busy) {
    return row.kind === 'kernel' ? 'Running' : 'In use';
  }
  const parts = row.says === '' ? [] : [row.says];
  if (row.lastUse !== null) {
    parts.push(now - row.lastUse < 60_000 ? 'used just now' : `unused for ${length(now - row.lastUse)}`);
  }
  if (row.shutdownAt !== null) {
    parts.push(`ends in ${length(row.shutdownAt - now)}`);
  }
  return parts.join(', ') || row.detail;
}

function Limits({ model }: { model: Model }): React.ReactElement {
  const bounds = model.status?.bounds ?? { min: 1, max: 1440 };
  return (
    <section aria-label="Idle limits">
      <h3>Idle limits</h3>
      {LIMITS.map(name => (
        <Minutes key={name} name={name} bounds={bounds} model={model} />
      ))}
      <p className="jp-Sagewarden-quiet">
        Minutes, from {bounds.min} to {bounds.max}. Empty: what your administrator has set.
      </p>
    </section>
  );
}

function Minutes({ name, bounds, model }: { name: Limit; bounds: Bounds; model: Model }): React.ReactElement {
  const chosen = model.limit(name);
  const [text, setText] = React.useState(String(chosen ?? ''));
  React.useEffect(() => setText(String(chosen ?? '')), [chosen]);
  const commit = (): void => {
    const wished = text === '' ? undefined : Math.round(Number(text));
    const minutes = wished === undefined ? undefined : Math.min(bounds.max, Math.max(bounds.min, wished));
    setText(String(minutes ?? ''));
    if (minutes !== chosen) {
      void model.setLimit(name, minutes);
    }
  };
  return (
    <label className="jp-Sagewarden-line">
      <span>{NAMES[name]}</span>
      <input
        className="jp-mod-styled"
        type="number"
        name={name}
        min={bounds.min}
        max={bounds.max}
        placeholder={String(model.status?.limits[name] ?? '')}
        value={text}
        onChange={event => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={event => event.key === 'Enter' && commit()}
      />
    </label>
  );
}

function End({ model, confirm, rows }: Props & { rows: Row[] }): React.ReactElement {
  useNow(model); // an answer that does not come is told without one
  const noun = model.status?.kind === 'notebook-instance' ? 'instance' : 'app';
  const end = async (what: What, title: string): Promise<void> => {
    if (await confirm.ask(title, rows)) {
      await model.request(what);
    }
  };
  return (
    <section aria-label="Shut down">
      <h3>Shut down</h3>
      <div className="jp-Sagewarden-keep">
        <button className="jp-mod-styled" onClick={() => void end('app', `Stop the ${noun}?`)}>
          Stop the {noun}
        </button>
        <button className="jp-mod-styled jp-mod-warn" onClick={() => void end('everything', 'Shut down everything?')}>
          Everything
        </button>
      </div>
      <p className="jp-Sagewarden-quiet" role="status">
        {model.answer}
      </p>
    </section>
  );
}

function State({ name }: { name: string }): React.ReactElement {
  return <span className={`jp-Sagewarden-state jp-mod-${name}`}>{name || 'unknown'}</span>;
}

/** The instant by the server's clock, each second while the page is seen. */
function useNow(model: Model): number {
  const [now, setNow] = React.useState(() => model.now);
  React.useEffect(() => {
    const tick = window.setInterval(() => document.hidden || setNow(model.now), 1000);
    return () => window.clearInterval(tick);
  }, [model]);
  return now;
}
