import type { DeployOptions, EngineName } from '../../core/deploy/deployOptions';
import { settings } from '../contributions';

/**
 * The options of a deploy as the settings have them; what is of another type than declared counts as not set, since
 * settings.json can hold anything. Whether a value can be used is core's to say. Pure.
 */
export function deploySettings(read: (id: string) => unknown): DeployOptions {
  const engine = text(read(settings.deployEngine));
  const platform = text(read(settings.deployPlatform));
  const builder = text(read(settings.deployBuilder));
  const buildArgs = read(settings.deployBuildArgs);
  return {
    ...(isEngine(engine) && { engine }),
    ...(platform !== undefined && { platform }),
    ...(builder !== undefined && { builder }),
    ...(isRecord(buildArgs) && { buildArgs: texts(buildArgs) }),
    ...(read(settings.deployNoCache) === true && { noCache: true }),
    ...(read(settings.deploySkipCargo) === true && { skipCargo: true }),
  };
}

function isEngine(value: string | undefined): value is EngineName {
  return value === 'docker' || value === 'podman';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
