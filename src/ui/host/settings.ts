import * as vscode from 'vscode';
import { settings } from '../contributions';
import type { ConfirmPolicy } from '../planText';

/** The settings as code uses them: every value checked, since settings.json can hold anything. */
export interface Settings {
  /** Undefined where the user has set nothing. */
  readonly folder: string | undefined;
  readonly profile: string | undefined;
  readonly servicesDirectory: string | undefined;
  readonly tenantId: string | undefined;
  readonly tenantOrigin: string | undefined;
  readonly tenantControlPlane: string | undefined;
  readonly tenantClientId: string | undefined;
  readonly refreshOnStartup: boolean;
  readonly refreshOnSave: boolean;
  /** 0: the tenant is asked only when the user does something. */
  readonly filesPollMinutes: number;
  readonly keepBackups: number;
  readonly confirmOverwrite: ConfirmPolicy;
  /** Whether the project's schedule runs in this editor. */
  readonly jobsEnabled: boolean;
  /** Entries like those of jobs.yaml; checked by whoever reads that. */
  readonly jobsSchedule: unknown;
  /** Whether saved content goes into the database. */
  readonly syncOnSave: boolean;
}

/** @param folder the workspace folder whose settings count */
export function readSettings(folder?: vscode.Uri): Settings {
  const configuration = vscode.workspace.getConfiguration(undefined, folder);
  const text = (id: string): string | undefined => {
    const value = configuration.get<unknown>(id);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const flag = (id: string, fallback: boolean): boolean => {
    const value = configuration.get<unknown>(id);
    return typeof value === 'boolean' ? value : fallback;
  };
  const whole = (id: string, from: number, to: number, fallback: number): number => {
    const value = configuration.get<unknown>(id);
    return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to
      ? value
      : fallback;
  };
  return {
    folder: text(settings.folder),
    profile: text(settings.profile),
    servicesDirectory: text(settings.servicesDirectory),
    tenantId: text(settings.tenantId),
    tenantOrigin: text(settings.tenantOrigin),
    tenantControlPlane: text(settings.tenantControlPlane),
    tenantClientId: text(settings.tenantClientId),
    refreshOnStartup: flag(settings.refreshOnStartup, true),
    refreshOnSave: flag(settings.refreshOnSave, true),
    filesPollMinutes: whole(settings.filesPollMinutes, 0, 1440, 10),
    keepBackups: whole(settings.keepBackups, 1, 1000, 20),
    confirmOverwrite: text(settings.confirmOverwrite) === 'deletionsOnly' ? 'deletionsOnly' : 'always',
    jobsEnabled: flag(settings.jobsEnabled, false),
    syncOnSave: flag(settings.syncOnSave, false),
    jobsSchedule: configuration.get<unknown>(settings.jobsSchedule, []),
  };
}

/**
 * Writes what belongs to the project where it belongs: into the workspace folder's settings.
 * @param value undefined takes the setting out
 */
export async function writeProjectSetting(
  id: typeof settings.profile | typeof settings.tenantId | typeof settings.jobsEnabled,
  value: string | boolean | undefined,
  folder: vscode.Uri,
): Promise<void> {
  const target =
    vscode.workspace.workspaceFile === undefined
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.WorkspaceFolder;
  await vscode.workspace.getConfiguration(undefined, folder).update(id, value, target);
}
