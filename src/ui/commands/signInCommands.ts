import * as vscode from 'vscode';
import type { Project } from '../../core/project/project';
import type { SignedIn } from '../../core/signIn/browserSignIn';
import type { RunContext } from '../../core/ports';
import { SyncError } from '../../core/syncError';
import { httpEnvironment } from '../host/tenantConnectOptions';
import { withCancellableProgress } from '../host/withProgress';
import type { CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { openInBrowser } from '../signIn/openInBrowser';
import { tokenFault } from '../signIn/tokenFault';
import { requireProject } from './readyState';
import { selectTenant } from './selectTenant';
import { stopWithNotice } from './stopWithNotice';

/** Signs in through the browser; the login is kept where the command line of systemprompt.io keeps and finds it. */
export const signIn: CommandHandler = async (services) => {
  const { t, log, tokens, lifetime } = services;
  const project = await requireProject(services);
  const host = hostOf(project.apiUrl);
  const provider = await chooseProvider(services, host);
  const title = t('Signing in to {0}', host);
  const { credentials, account } = await withCancellableProgress(
    { logger: log.logger, lifetime },
    title,
    (context) => signInThere(project, provider, context),
  );
  log.redactor.add(credentials.apiToken);
  const { writeCredentials } = await import('../../core/signIn/credentials');
  const { mergeAccountTenants } = await import('../../core/signIn/tenantChoices');
  await writeCredentials(project.root, credentials);
  // A token that was set by hand counts first: left there, it would hide the login that was just asked for.
  await tokens.remove(project.root);
  await mergeAccountTenants(project.root, account.tenants, Date.now());
  await services.refresh();
  if (process.env['SYSTEMPROMPT_API_TOKEN']) {
    void vscode.window.showWarningMessage(
      t('Signed in as {0}, but SYSTEMPROMPT_API_TOKEN is set and counts first.', account.email),
    );
  } else {
    vscode.window.setStatusBarMessage(`$(check) ${t('Signed in as {0}', account.email)}`, 5000);
  }
  if (project.tenant.id === undefined && account.tenants.length > 0) await selectTenant(services);
};

async function chooseProvider({ t }: Services, host: string): Promise<'github' | 'google'> {
  const choices = [
    { label: '$(github) GitHub', provider: 'github' },
    { label: '$(globe) Google', provider: 'google' },
  ] as const;
  const chosen = await vscode.window.showQuickPick(choices, { title: t('Sign in to {0} with', host) });
  if (chosen === undefined) throw new SyncError('cancelled', 'No provider was chosen.');
  return chosen.provider;
}

async function signInThere(
  { apiUrl }: Project,
  provider: 'github' | 'google',
  context: RunContext,
): Promise<SignedIn> {
  const { browserSignIn } = await import('../../core/signIn/browserSignIn');
  const { createHttpTransport } = await import('../../core/api/transport');
  const transport = createHttpTransport({ environment: httpEnvironment() });
  try {
    return await browserSignIn({ transport, apiUrl, provider, openBrowser: openInBrowser }, context);
  } finally {
    await transport.close();
  }
}

/** Keeps a token in the editor's secret storage; an empty input takes it out again. */
export const setToken: CommandHandler = async (services) => {
  const { t, tokens, log } = services;
  const { root } = await requireProject(services);
  const stored = await tokens.read(root);
  const { describeExpiry } = await import('../../core/signIn/describeExpiry');
  const input = await vscode.window.showInputBox({
    title: t('Tenant token of {0}', root),
    prompt:
      stored === undefined
        ? t('It is kept in the secret storage of this editor, never in a file.')
        : t('A token is stored; leave this empty to remove it.'),
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => tokenFault(t, value.trim(), describeExpiry(value.trim(), Date.now())),
  });
  if (input === undefined) throw new SyncError('cancelled', 'No token was given.');
  const token = input.trim();
  if (token === '') await tokens.remove(root);
  else {
    log.redactor.add(token);
    await tokens.store(root, token);
  }
  await services.refresh();
  const done = token === '' ? t('The token is removed') : t('The token is stored');
  vscode.window.setStatusBarMessage(`$(check) ${done}`, 5000);
};

/** Forgets the token of the secret storage and the login of credentials.json, after asking. */
export const signOut: CommandHandler = async (services) => {
  const { t, tokens } = services;
  const { root } = await requireProject(services);
  const stored = (await tokens.read(root)) !== undefined;
  const { hasCredentials, removeCredentials } = await import('../../core/signIn/credentials');
  const login = await hasCredentials(root);
  const fromEnvironment = Boolean(process.env['SYSTEMPROMPT_API_TOKEN']);
  const rest = fromEnvironment ? t('SYSTEMPROMPT_API_TOKEN is set in the environment and stays.') : '';
  if (!stored && !login) stopWithNotice(`${t('Nobody is signed in.')} ${rest}`.trim());
  const lost = [
    ...(stored ? [t('The token in the secret storage of this editor is forgotten.')] : []),
    ...(login
      ? [t('.systemprompt/credentials.json is deleted; the command line of systemprompt.io uses it too.')]
      : []),
    ...(rest === '' ? [] : [rest]),
  ];
  const yes = t('Sign Out');
  const question = t('Sign out of the tenant of {0}?', root);
  const answer = await vscode.window.showWarningMessage(
    question,
    { modal: true, detail: lost.join('\n') },
    yes,
  );
  if (answer !== yes) throw new SyncError('cancelled', 'Not confirmed.');
  await removeCredentials(root);
  await tokens.remove(root);
  await services.refresh();
  vscode.window.setStatusBarMessage(`$(check) ${t('Signed out')}`, 5000);
};

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
