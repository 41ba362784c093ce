import * as vscode from 'vscode';
import type { Project } from '../../core/project/project';
import type { RunContext } from '../../core/ports';
import type { AccountTenant } from '../../core/signIn/account';
import { SyncError } from '../../core/syncError';
import { settings } from '../contributions';
import { readSettings, writeProjectSetting } from '../host/settings';
import { httpEnvironment } from '../host/tenantConnectOptions';
import { withCancellableProgress } from '../host/withProgress';
import { openProject } from '../project/openProject';
import type { CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { tenantPicks, type TenantPick } from '../signIn/tenantPicks';
import { stopWithNotice } from './stopWithNotice';

/** Chooses the tenant of the project: kept in the setting `systempromptSync.tenant.id`, as a profile is in its own. */
export const selectTenant: CommandHandler = async (services) => {
  const { t } = services;
  const opened = await openProject(services.secrets);
  if (opened === undefined) stopWithNotice(t('No folder is open.'));
  const chosen = await choose(services, opened.project, readSettings(opened.folder).tenantId);
  const id = chosen.kind === 'tenant' ? chosen.id : undefined;
  await writeProjectSetting(settings.tenantId, id, opened.folder);
  await services.refresh();
};

type Decided = Extract<TenantPick['chosen'], { readonly kind: 'tenant' | 'unset' }>;

/** Asks until a tenant is chosen: a look at the account comes back to the list. */
async function choose(services: Services, project: Project, setting: string | undefined): Promise<Decided> {
  const { t } = services;
  const { readTenantChoices } = await import('../../core/signIn/tenantChoices');
  for (;;) {
    const known = await readTenantChoices(project.root);
    const picks = tenantPicks(t, project, known, setting);
    const pick = await vscode.window.showQuickPick(picks, {
      title: t('Select Tenant'),
      matchOnDescription: true,
    });
    if (pick === undefined) throw new SyncError('cancelled', 'No tenant was chosen.');
    const { chosen } = pick;
    if (chosen.kind === 'enterId') return { kind: 'tenant', id: await enterId(services, project) };
    if (chosen.kind !== 'askAccount') return chosen;
    await askAccount(services, project);
  }
}

async function enterId({ t }: Services, { tenant }: Project): Promise<string> {
  const id = await vscode.window.showInputBox({
    title: t('Tenant id'),
    value: tenant.id ?? '',
    validateInput: (value) =>
      /^[\x21-\x7e]+$/.test(value.trim()) ? undefined : t('An id holds no blanks, and is not empty.'),
  });
  if (id === undefined) throw new SyncError('cancelled', 'No id was given.');
  return id.trim();
}

/** Brings the account's tenants into tenants.json. */
async function askAccount(services: Services, project: Project): Promise<void> {
  const { t, log, lifetime } = services;
  const title = t('Asking for the tenants of your account');
  const tenants = await withCancellableProgress({ logger: log.logger, lifetime }, title, (context) =>
    fetchTenants(services, project, context),
  );
  const { mergeAccountTenants } = await import('../../core/signIn/tenantChoices');
  await mergeAccountTenants(project.root, tenants, Date.now());
}

async function fetchTenants(
  { tokens, log }: Services,
  project: Project,
  context: RunContext,
): Promise<readonly AccountTenant[]> {
  const { fetchAccount } = await import('../../core/signIn/account');
  const { findOperatorToken } = await import('../../core/signIn/operatorToken');
  const { createHttpTransport } = await import('../../core/api/transport');
  const apiToken = await tokens.read(project.root);
  // The control plane is asked whatever the way to the tenant's files is: a login must be its own.
  const token = (
    await findOperatorToken({ ...project, mode: 'relay' }, { env: process.env, apiToken })
  ).value();
  log.redactor.add(token);
  const transport = createHttpTransport({ environment: httpEnvironment() });
  try {
    return (await fetchAccount(transport, project.apiUrl, token, context)).tenants;
  } finally {
    await transport.close();
  }
}
