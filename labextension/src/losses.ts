import type { Row } from './view';

/** What a shutdown takes with it, each in words that name it. */
export interface Losses {
  /** Paths of documents with changes that are not saved: these can be saved first. */
  unsaved: string[];
  running: string[];
  variables: string[];
  terminals: string[];
}

/** What is lost when these rows are shut down. */
export function losses(gone: Row[], unsaved: string[]): Losses {
  const kernels = gone.filter(r => r.kind === 'kernel');
  return {
    unsaved,
    running: kernels.filter(r => r.busy).map(r => r.label),
    variables: kernels.map(r => r.label),
    terminals: gone.filter(r => r.kind === 'terminal').map(r => r.label)
  };
}
