import * as tls from 'node:tls';
import * as vscode from 'vscode';
import type { HttpEnvironment } from '../../core/api/httpEnvironment';
import type { ConnectOptions } from '../../core/api/connectTenant';
import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import type { Services } from '../services';
import { editorHttpEnvironment, type ReadCertificates } from './editorHttpEnvironment';
import { readSettings } from './settings';

/**
 * How this editor reaches the tenant of a project: to be handed to whatever of core talks to it (`connectTenant`,
 * FileSyncService, …), as `connectOptions` is on the command line. Asks no server.
 *
 * The token is the one of *Set Token…*; core itself then looks at `SYSTEMPROMPT_API_TOKEN` and at the login of
 * `.systemprompt/credentials.json`, in that order. Whichever it will be is made known to the log's redactor here, so that
 * it cannot appear in a message. Proxy and certificates follow the `http.*` settings of the editor. Whoever finds nobody
 * signed in gets core's `unauthorized` from there, and with it the buttons *Sign In* and *Set Token…*.
 *
 * Which tenant, at which address, is part of the project (`openProject` reads the `systempromptSync.tenant.*` settings):
 * nothing of that is decided here.
 *
 * @throws SyncError `io` when the secret storage cannot be read; `invalidInput` or `io` for a login that cannot be
 */
export async function tenantConnectOptions(
  { tokens, log }: Pick<Services, 'tokens' | 'log'>,
  project: Project,
): Promise<ConnectOptions> {
  const { findOperatorToken } = await import('../../core/signIn/operatorToken');
  const sources = { env: process.env, apiToken: await tokens.read(project.root) };
  try {
    log.redactor.add((await findOperatorToken(project, sources)).value());
  } catch (error) {
    if (!SyncError.is(error, 'unauthorized')) throw error;
  }
  const { tenantClientId: clientId } = readSettings(vscode.Uri.file(project.root));
  return {
    ...sources,
    client: {
      http: { environment: httpEnvironment() },
      ...(clientId !== undefined && { client: { clientId } }),
    },
  };
}

/** Proxy and certificates as the editor is set up now. */
export function httpEnvironment(): HttpEnvironment {
  const http = vscode.workspace.getConfiguration('http');
  const { getCACertificates } = tls as { getCACertificates?: ReadCertificates };
  return editorHttpEnvironment((name) => http.get(name), process.env, getCACertificates);
}
