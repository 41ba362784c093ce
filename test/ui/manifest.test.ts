import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { viewOfFailure, type ViewKind } from '../../src/ui/changes/projectView';
import * as ids from '../../src/ui/contributions';

interface MenuEntry {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Manifest {
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: string;
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: { readonly supported: boolean };
  };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
    }[];
    readonly taskDefinitions: readonly { readonly type: string }[];
    readonly menus: Readonly<Record<string, readonly MenuEntry[]>>;
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { readonly scope: string; readonly markdownDescription: string }>
      >;
    };
    readonly viewsContainers: {
      readonly activitybar: readonly { readonly id: string; readonly icon: string }[];
    };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly {
      readonly view: string;
      readonly contents: string;
      readonly when: string;
    }[];
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly media: { readonly markdown: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
  };
}

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const nls = JSON.parse(read('package.nls.json')) as Record<string, string>;
const { contributes } = manifest;
const commandIds = Object.values<string>(ids.commands);
const nlsText = (key: string) => nls[key.replaceAll('%', '')] ?? '';

describe('the manifest', () => {
  it('declares every command that is registered, and no other', () => {
    expect(contributes.commands.map(({ command }) => command).sort()).toEqual([...commandIds].sort());
  });

  it('puts all commands into one category', () => {
    expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(
      new Set([ids.commandCategory]),
    );
  });

  it('hides internal commands from the palette, and shows at most 15 that do not depend on where one is', () => {
    const entries = contributes.menus['commandPalette']!;
    const hidden = entries.filter(({ when }) => when === 'false').map(({ command }) => command);
    expect(hidden.sort()).toEqual([...ids.internalCommands].sort());
    const conditional = new Set(entries.map(({ command }) => command));
    expect(commandIds.filter((id) => !conditional.has(id)).length).toBeLessThanOrEqual(15);
  });

  it('puts only declared commands into menus', () => {
    const used = Object.values(contributes.menus).flat();
    for (const { command } of used) expect(commandIds).toContain(command);
  });

  it('declares the settings that are read, each restricted in untrusted folders, each with a description', () => {
    const declared = Object.keys(contributes.configuration.properties).sort();
    expect(declared).toEqual(Object.values<string>(ids.settings).sort());
    expect([...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort()).toEqual(declared);
    for (const { markdownDescription } of Object.values(contributes.configuration.properties)) {
      expect(nlsText(markdownDescription)).toMatch(/\.$/);
    }
  });

  it('lets no settings of another machine decide where a token is sent', () => {
    const { tenantOrigin, tenantControlPlane, tenantClientId } = ids.settings;
    for (const id of [tenantOrigin, tenantControlPlane, tenantClientId])
      expect(contributes.configuration.properties[id]?.scope).toBe('machine-overridable');
  });

  it('lets no settings of another machine decide which programs run', () => {
    const { deployEngine, deployBuilder, deployPlatform, deployBuildArgs } = ids.settings;
    for (const id of [deployEngine, deployBuilder, deployPlatform, deployBuildArgs])
      expect(contributes.configuration.properties[id]?.scope).toBe('machine-overridable');
  });

  it('declares the type of its tasks', () => {
    expect(contributes.taskDefinitions.map(({ type }) => type)).toEqual([ids.taskType]);
  });

  it('has no setting that could hold a secret', () => {
    for (const id of Object.keys(contributes.configuration.properties))
      expect(id).not.toMatch(/url|password|token|secret/i);
  });

  it('declares the view and its container with an icon that exists and takes the theme’s colour', () => {
    const [container] = contributes.viewsContainers.activitybar;
    expect(container?.id).toBe(ids.viewContainer);
    expect(contributes.views[ids.viewContainer]?.map(({ id }) => id)).toEqual(Object.values(ids.views));
    expect(read(container!.icon)).toContain('currentColor');
  });

  it('has a listing icon that is a PNG of at least 128 pixels', () => {
    const png = readFileSync(join(root, manifest.icon));
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(128);
  });

  it('is activated by exact files only, never by a deep search or by every window', () => {
    for (const event of manifest.activationEvents) expect(event).toMatch(/^workspaceContains:[^*]+$/);
  });

  it('runs beside the files, is limited without trust, and refuses virtual workspaces', () => {
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
    expect(manifest.capabilities.virtualWorkspaces.supported).toBe(false);
  });
});

describe('welcome contents', () => {
  const missingSteps: readonly ViewKind[] = [
    'noFolder',
    'noProject',
    'noDatabase',
    'noContentConfig',
    'databaseFailed',
    'failed',
    'starting',
  ];

  it.each(missingSteps)('exist for the state %s', (kind) => {
    const conditions = contributes.viewsWelcome.map(({ when }) => when);
    expect(conditions.some((when) => when.includes(`${ids.contextKeys.state} == ${kind}`))).toBe(true);
  });

  it('name only states that exist', () => {
    const known: readonly string[] = [...missingSteps, 'untrusted', 'ready'];
    const named = JSON.stringify(contributes).matchAll(
      new RegExp(`${ids.contextKeys.state.replace('.', '\\.')} == (\\w+)`, 'g'),
    );
    for (const [, kind] of named) expect(known).toContain(kind);
    expect(viewOfFailure(new Error('x'), undefined).kind).toBe('failed');
  });

  it('exist for a folder that is not trusted', () => {
    expect(contributes.viewsWelcome.some(({ when }) => when.includes('!isWorkspaceTrusted'))).toBe(true);
  });

  it('link only to commands that exist', () => {
    const links = Object.values(nls).flatMap((text) =>
      [...text.matchAll(/\(command:([\w.]+)/g)].map(([, id]) => id),
    );
    const ours = links.filter((id) => id?.startsWith('systempromptSync.'));
    expect(ours.length).toBeGreaterThan(0);
    for (const id of ours) expect(commandIds).toContain(id);
  });
});

describe('when clauses', () => {
  it('use only context keys that are set', () => {
    const used = [
      ...JSON.stringify(contributes).matchAll(/systempromptSync\.\w+(?: (?:==|in|&&|\|\|)| \))?/g),
    ].map(([match]) => match.replace(/ .*/, ''));
    const known = new Set<string>([
      ...Object.values<string>(ids.contextKeys),
      ...Object.values<string>(ids.views),
      ids.walkthrough,
      ...[...commandIds, ...Object.values<string>(ids.settings)].map((id) =>
        id.split('.').slice(0, 2).join('.'),
      ),
    ]);
    for (const key of used) expect(known).toContain(key);
  });

  it('match the context values of tree items', () => {
    const values = Object.values<string>(ids.contextValues);
    const clauses = contributes.menus['view/item/context']!.map(
      ({ when }) => /viewItem =~ \/(.+)\//.exec(when ?? '')?.[1],
    );
    for (const clause of clauses) {
      expect(clause).toBeDefined();
      const [, area, names] = /^\^(\w+):\(([\w|]+)\)\$$/.exec(clause!)!;
      for (const name of names!.split('|')) expect(values).toContain(`${area}:${name}`);
    }
  });

  it('offer push and pull only where the giving side exists', () => {
    const offered = (command: string, value: string) =>
      contributes.menus['view/item/context']!.some(
        (entry) =>
          entry.command === command &&
          new RegExp(/viewItem =~ \/(.+)\//.exec(entry.when ?? '')![1]!).test(value),
      );
    const { pushItem, pullItem, deleteRow, deleteFile, keepDisk, keepDatabase } = ids.commands;
    const table = Object.entries({ pushItem, pullItem, deleteRow, deleteFile, keepDisk, keepDatabase }).map(
      ([name, command]) => [
        name,
        Object.entries(ids.contextValues)
          .filter(([, value]) => offered(command, value))
          .map(([status]) => status),
      ],
    );
    expect(Object.fromEntries(table)).toEqual({
      pushItem: ['added', 'modified'],
      pullItem: ['removed', 'modified'],
      deleteRow: ['removed'],
      deleteFile: ['added'],
      keepDisk: ['conflict'],
      keepDatabase: ['conflict'],
    });
  });
});

describe('the walkthrough', () => {
  const [walkthrough] = contributes.walkthroughs;

  it('has one page of text for each step, and steps that complete themselves', () => {
    expect(`${walkthrough!.id}`).toBe(ids.walkthrough);
    expect(walkthrough!.steps).toHaveLength(4);
    for (const { media, completionEvents } of walkthrough!.steps) {
      expect(existsSync(join(root, media.markdown))).toBe(true);
      expect(completionEvents.length).toBeGreaterThan(0);
    }
  });
});

describe('package.nls.json', () => {
  it('defines every key that the manifest uses, and no other', () => {
    const used = [...JSON.stringify(manifest).matchAll(/%([\w.]+)%/g)].map(([, key]) => key!);
    expect(Object.keys(nls).sort()).toEqual([...new Set(used)].sort());
  });
});
