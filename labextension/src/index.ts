import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Confirm } from './confirm';
import { Model } from './model';
import { Panel } from './panel';
import { Warnings, type Due } from './warnings';

/** The panel, and the warnings before a shutdown. */
const panel: JupyterFrontEndPlugin<void> = {
  id: '@sagewarden/labextension:panel',
  description: 'What runs in this JupyterLab, what it costs, and when it stops.',
  autoStart: true,
  requires: [ISettingRegistry, IDocumentManager],
  optional: [ILayoutRestorer],
  activate: async (
    app: JupyterFrontEnd,
    registry: ISettingRegistry,
    documents: IDocumentManager,
    restorer: ILayoutRestorer | null
  ) => {
    const model = new Model(app.serviceManager, await registry.load(panel.id));
    const widget = new Panel(model, new Confirm(app.shell, documents));
    restorer?.add(widget, widget.id);
    app.shell.add(widget, 'left', { rank: 600 });
    warn(model);
  }
};

/** Warns ten and two minutes before a shutdown, and takes the warning back once it is put off. */
function warn(model: Model): void {
  const warnings = new Warnings();
  let shown: string | undefined;
  const look = (): void => {
    const text = warnings.next(due(model), model.now);
    if (shown !== undefined && (text !== null || !warnings.pending)) {
      Notification.dismiss(shown);
      shown = undefined;
    }
    if (text !== null) {
      shown = Notification.warning(text, {
        autoClose: false,
        actions: [1, 4].map(hours => ({
          label: `Keep ${hours} h`,
          callback: () => void model.keep(hours * 60)
        }))
      });
    }
  };
  model.changed.connect(look);
}

function due(model: Model): Due[] {
  if (!model.heard || model.keepUntil !== null) {
    return [];
  }
  const at = model.status?.shutdownAt;
  return [
    ...(at ? [{ key: 'app', label: model.status?.kind === 'notebook-instance' ? 'The instance' : 'The app', at }] : []),
    ...model.rows.flatMap(r =>
      r.shutdownAt === null ? [] : [{ key: `${r.kind} ${r.id}`, label: r.label, at: r.shutdownAt }]
    )
  ];
}

export default panel;
