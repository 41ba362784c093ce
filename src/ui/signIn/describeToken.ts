import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import type { ProjectToken } from '../project/projectDocument';
import type { Services } from '../services';
import { readTokenState } from './tokenState';
import { tokenLifeText, tokenSourceText } from './tokenText';

/** The token's line on the page about the project: a token that cannot be used is part of what was found. */
export async function describeToken(services: Services, project: Project): Promise<ProjectToken> {
  const { t } = services;
  try {
    const { from, expiry } = await readTokenState(services, project, Date.now());
    return { value: tokenLifeText(t, expiry), from: tokenSourceText(t, from) };
  } catch (error) {
    if (!SyncError.is(error)) throw error;
    return { value: undefined, from: error.message };
  }
}
