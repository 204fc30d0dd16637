import { describe, expect, test } from 'vitest';
import { losses } from '../src/losses';
import { rate, spent } from '../src/money';
import { heard, parse } from '../src/status';
import { ahead, clock, instant, length } from '../src/time';
import { rows, type Kernel } from '../src/view';
import { Warnings } from '../src/warnings';

const NOW = Date.parse('2026-03-02T12:00:00Z');
const MINUTE = 60_000;
const at = (minutes: number): string => new Date(NOW + minutes * MINUTE).toISOString();

describe('time', () => {
  test.each([
    ['2026-03-02T12:00:00Z', NOW],
    ['2026-03-02T12:00:00.250Z', NOW + 250],
    ['2026-03-02T21:00:00+09:00', NOW],
    ['', null],
    ['soon', null],
    ['0001-01-01T00:00:00Z', null],
    [7, null]
  ])('%s is the instant %s', (text, want) => expect(instant(text)).toBe(want));

  test.each([
    [-5, 'under a minute'],
    [59_999, 'under a minute'],
    [12 * MINUTE, '12 min'],
    [60 * MINUTE, '1 h'],
    [125 * MINUTE, '2 h 5 min'],
    [72 * 60 * MINUTE, '3 days']
  ])('%d ms is %s', (ms, want) => expect(length(ms)).toBe(want));

  test.each([
    [6_729_000, '1:52:09'],
    [545_000, '9:05'],
    [1, '0:01'],
    [0, '0:00'],
    [-9, '0:00']
  ])('%d ms left is %s', (ms, want) => expect(clock(ms)).toBe(want));
});

describe('the clock of the server', () => {
  test.each([
    ['Mon, 02 Mar 2026 12:05:00 GMT', 5 * MINUTE],
    ['Mon, 02 Mar 2026 11:00:00 GMT', -60 * MINUTE],
    ['Mon, 02 Mar 2026 11:59:59 GMT', 0],
    ['yesterday', 0],
    [null, 0]
  ])('that says %s is %d ms ahead', (date, want) => expect(ahead(date, NOW)).toBe(want));
});

describe('money', () => {
  test.each([
    ['0.05', 60, '$0.05'],
    ['0.0582', 90, '$0.09'],
    ['37.688', 24 * 60, '$904.51'],
    ['0.1', 18, '$0.03'],
    ['', 60, null],
    ['cheap', 60, null],
    ['1e3', 60, null],
    ['0.05', -1, null]
  ])('%s an hour for %d minutes is %s', (hourly, minutes, want) => expect(spent(hourly, minutes * MINUTE)).toBe(want));

  test('a rate that is not known is not shown', () => {
    expect(rate('')).toBeNull();
    expect(rate('0.05')).toBe('$0.05 per hour');
  });
});

describe('status', () => {
  const said = { agent: '1', at: at(-1), interval: 60, bounds: { min: 30, max: 480 }, kernelIdleMinutes: 90 };

  test.each([[null], [{}], [[]], ['<html>'], [{ at: at(0) }], [{ at: 'now', interval: 60 }]])('%j holds none', value =>
    expect(parse(value)).toBeNull()
  );

  test('fields that are not there, or are of another kind, are empty', () => {
    const status = parse({ ...said, kernels: 'many', problems: [1], shutdownAt: 5 });
    expect(status).toMatchObject({ kernels: [], problems: [''], shutdownAt: null, bounds: { min: 30, max: 480 } });
    expect(status?.limits).toEqual({ kernelIdleMinutes: 90 });
  });

  test('a status older than three intervals is not heard', () => {
    const status = parse(said);
    expect(heard(status, NOW + 2 * MINUTE)).toBe(true);
    expect(heard(status, NOW + 2 * MINUTE + 1)).toBe(false);
    expect(heard(null, NOW)).toBe(false);
  });
});

describe('rows', () => {
  const kernel: Kernel = { id: 'k1', name: 'python3', path: 'work/risk.ipynb', state: 'idle', lastActivity: at(-30) };
  const status = parse({
    at: at(0),
    interval: 60,
    kernels: [{ id: 'k1', state: 'idle', lastUse: at(-50), shutdownAt: at(70) }],
    terminals: [{ name: '1', state: 'active', lastUse: at(0) }]
  });

  test('the agent says since when, Jupyter what there is', () => {
    expect(rows([kernel], ['1', '2'], status, NOW)).toMatchObject([
      { label: 'risk.ipynb', state: 'idle', lastUse: NOW - 50 * MINUTE, shutdownAt: NOW + 70 * MINUTE },
      { label: 'Terminal 1', busy: true },
      { label: 'Terminal 2', state: 'unknown', lastUse: null }
    ]);
    expect(rows([], [], status, NOW)).toEqual([]);
  });

  test('what Jupyter calls busy is busy, whatever the agent saw before', () =>
    expect(rows([{ ...kernel, state: 'busy' }], [], status, NOW)).toMatchObject([
      { busy: true, state: 'busy', shutdownAt: null }
    ]));

  test('a kernel that never came up is what the agent says, and what Jupyter says is told too', () => {
    const stuck = { ...kernel, state: 'starting' };
    expect(rows([stuck], [], status, NOW)).toMatchObject([{ state: 'idle', says: 'starting' }]);
    expect(rows([stuck], [], null, NOW)).toMatchObject([{ state: 'starting', says: '' }]);
  });

  test('what the agent calls in use is never shown as idle', () => {
    const active = parse({ at: at(0), interval: 60, kernels: [{ id: 'k1', state: 'active' }] });
    expect(rows([kernel], [], active, NOW)).toMatchObject([{ state: 'active', busy: true }]);
  });

  test('an agent that is not heard says nothing', () =>
    expect(rows([kernel], ['1'], status, NOW + 10 * MINUTE)).toMatchObject([
      { lastUse: NOW - 30 * MINUTE, shutdownAt: null },
      { state: 'unknown' }
    ]));

  test('losses are named', () => {
    const gone = rows(
      [
        { ...kernel, state: 'busy' },
        { ...kernel, id: 'k2345678', path: '' }
      ],
      ['1'],
      null,
      NOW
    );
    expect(losses(gone, ['a.ipynb'])).toEqual({
      unsaved: ['a.ipynb'],
      running: ['risk.ipynb'],
      variables: ['risk.ipynb', 'Kernel k2345678'],
      terminals: ['Terminal 1']
    });
  });
});

describe('warnings', () => {
  const app = (minutes: number): { key: string; label: string; at: number } => ({
    key: 'app',
    label: 'The app',
    at: NOW + minutes * MINUTE
  });

  test('one at ten minutes, one at two, and none between', () => {
    const warnings = new Warnings();
    expect(warnings.next([app(11)], NOW)).toBeNull();
    expect(warnings.next([app(10)], NOW)).toContain('The app: shut down in 10 min,');
    expect(warnings.next([app(5)], NOW)).toBeNull();
    expect(warnings.next([app(2)], NOW)).toContain('2 min');
    expect(warnings.next([app(1)], NOW)).toBeNull();
  });

  test('what is put off is taken back, and warned of anew', () => {
    const warnings = new Warnings();
    warnings.next([app(1)], NOW);
    expect(warnings.pending).toBe(true);
    expect(warnings.next([], NOW)).toBeNull();
    expect(warnings.pending).toBe(false);
    expect(warnings.next([app(10)], NOW)).not.toBeNull();
  });
});
