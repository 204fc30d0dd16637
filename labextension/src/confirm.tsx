import { Dialog, ReactWidget, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import * as React from 'react';
import { losses, type Losses } from './losses';
import type { Row } from './view';

type Context = DocumentRegistry.IContext<DocumentRegistry.IModel>;

/** Asks people before anything is shut down. */
export class Confirm {
  constructor(
    private readonly shell: JupyterFrontEnd.IShell,
    private readonly documents: IDocumentManager
  ) {}

  /** Whether to go on, once what is lost was named, and saved where that was asked for. */
  async ask(title: string, gone: Row[]): Promise<boolean> {
    const dirty = this.dirty();
    const buttons = [Dialog.cancelButton()];
    if (dirty.length > 0) {
      buttons.push(Dialog.okButton({ label: 'Save all and shut down', actions: ['save'] }));
    }
    buttons.push(Dialog.warnButton({ label: 'Shut down' }));
    const lost = losses(
      gone,
      dirty.map(c => c.path)
    );
    const body = ReactWidget.create(<Lost {...lost} />);
    body.addClass('jp-Sagewarden-lost');
    const { button } = await showDialog({ title, body, buttons, defaultButton: 0 });
    if (!button.accept) {
      return false;
    }
    try {
      if (button.actions.includes('save')) {
        await Promise.all(dirty.map(c => c.save()));
      }
    } catch (error) {
      await showErrorMessage('Nothing was shut down, as not all could be saved', error as Error);
      return false;
    }
    return true;
  }

  private dirty(): Context[] {
    const contexts = new Set<Context>();
    for (const widget of this.shell.widgets('main')) {
      const context = this.documents.contextForWidget(widget);
      if (context?.model.dirty) {
        contexts.add(context);
      }
    }
    return [...contexts];
  }
}

function Lost(lost: Losses): React.ReactElement {
  const parts: [string, string[]][] = [
    ['Not saved', lost.unsaved],
    ['Running now, and interrupted', lost.running],
    ['Variables in memory, lost', lost.variables],
    ['Terminals, with what runs in them', lost.terminals]
  ];
  const named = parts.filter(([, names]) => names.length > 0);
  return named.length === 0 ? (
    <p>Nothing is lost.</p>
  ) : (
    <>
      {named.map(([title, names]) => (
        <section key={title}>
          <h3>{title}</h3>
          <ul>
            {names.map(name => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
