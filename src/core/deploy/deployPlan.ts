import { netstrings, sha256 } from '../digest';
import type { PlanTarget, SyncPlan } from '../models/plan';
import type { Check } from './check';
import { commandText, type Command } from './commandText';
import type { DeployLayout } from './deployLayout';
import { defaultWaitMs, type DeployOptions } from './deployOptions';
import type { Engine } from './engine';
import type { ImageRepository } from './imageReference';
import type { Release } from './releases';

export type DeployStepName = 'compile' | 'build' | 'login' | 'push' | 'secrets' | 'release' | 'wait';

/** One visible step. `update` stands for the one that replaces what runs. */
export interface DeployStep {
  readonly action: 'create' | 'update';
  readonly name: DeployStepName;
  /** For people, in one line. */
  readonly title: string;
  /** What is run, as it could be typed; without secrets. */
  readonly command?: string;
}

export interface DeployPlan extends SyncPlan<DeployStep> {
  readonly operation: 'crate_deploy';
  readonly kind: 'deploy' | 'rollback';
  readonly image: string;
  readonly tag: string;
  /** Of the tenant whose releases are kept. */
  readonly tenant: string;
  /** The commit; null where none is known. */
  readonly sha: string | null;
  readonly dirty: readonly string[];
  /** Of the image, where it is known before the push. */
  readonly digest: string | null;
  /** What this project released before, as far as it knows. */
  readonly previous: Release | null;
  readonly options: DeployOptions;
  /** Undefined where nothing is built or pushed. */
  readonly engine: Engine | undefined;
  readonly repository: ImageRepository | undefined;
  readonly layout: DeployLayout | undefined;
  /** Of the Dockerfile, so that the apply can tell whether it has moved. */
  readonly dockerfileDigest: string | null;
  readonly checks: readonly Check[];
  /** What a roll-back does not bring back, and the like: to be shown before the question. */
  readonly notes: readonly string[];
}

export interface PlannedCommands {
  readonly compile: Command | undefined;
  readonly build: Command | undefined;
}

/** The steps of a deploy, in order. Pure. */
export function deploySteps(
  { options, engine, image, repository }: Pick<DeployPlan, 'options' | 'engine' | 'image' | 'repository'>,
  commands: PlannedCommands,
): readonly DeployStep[] {
  const steps: DeployStep[] = [];
  if (commands.compile) steps.push(step('compile', 'Compile the program', commandText(commands.compile)));
  if (commands.build) steps.push(step('build', `Build ${image}`, commandText(commands.build)));
  const isBuildOnly = options.skipPush === true && options.skipBuild !== true;
  if (isBuildOnly) return steps;
  if (options.skipPush !== true && engine !== undefined && repository !== undefined) {
    const { registry, username } = repository;
    const { program } = engine;
    const login = { program, args: ['login', registry, '--username', username, '--password-stdin'] };
    steps.push(step('login', `Sign in to ${registry}`, commandText(login)));
    steps.push(step('push', `Push ${image}`, commandText({ program, args: ['push', image] })));
  }
  if (options.secrets === true) steps.push(step('secrets', 'Send the secrets of the profile'));
  return [...steps, ...releaseSteps(image, options)];
}

export function releaseSteps(image: string, { waitMs = defaultWaitMs }: DeployOptions): DeployStep[] {
  const release: DeployStep = { action: 'update', name: 'release', title: `Release ${image}` };
  return waitMs === 0
    ? [release]
    : [release, step('wait', `Wait until the tenant runs it (at most ${Math.round(waitMs / 1000)} s)`)];
}

/** Same input, same id (design.md rule 1). */
export function deployPlanId(
  target: PlanTarget,
  steps: readonly DeployStep[],
  seen: readonly (string | null)[],
): string {
  const done = steps.flatMap(({ name, title, command }) => [name, title, command ?? null]);
  return sha256(netstrings([target.label, ...seen, ...done]));
}

function step(name: DeployStepName, title: string, command?: string): DeployStep {
  return { action: 'create', name, title, ...(command !== undefined && { command }) };
}
