import { describe, expect, it } from 'vitest';
import { settings } from '../../../src/ui/contributions';
import { deploySettings } from '../../../src/ui/deploy/deploySettings';
import { taskRequest } from '../../../src/ui/deploy/taskRequest';

const options = (values: Record<string, unknown>) => deploySettings((id) => values[id]);

describe('the settings of a deploy', () => {
  it('become options', () => {
    expect(
      options({
        [settings.deployEngine]: 'podman',
        [settings.deployPlatform]: 'linux/arm64',
        [settings.deployBuilder]: ' big ',
        [settings.deployBuildArgs]: { A: '1' },
        [settings.deployNoCache]: true,
        [settings.deploySkipCargo]: true,
      }),
    ).toEqual({
      engine: 'podman',
      platform: 'linux/arm64',
      builder: 'big',
      buildArgs: { A: '1' },
      noCache: true,
      skipCargo: true,
    });
  });

  it('name no program but the two engines, and nothing of a wrong type', () => {
    expect(
      options({
        [settings.deployEngine]: '/tmp/evil',
        [settings.deployPlatform]: 7,
        [settings.deployBuilder]: ['x'],
        [settings.deployBuildArgs]: { A: 1, B: 'b' },
        [settings.deployNoCache]: 'true',
      }),
    ).toEqual({ buildArgs: { B: 'b' } });
    expect(options({ [settings.deployEngine]: 'auto', [settings.deployBuildArgs]: [] })).toEqual({});
  });
});

describe('a task', () => {
  it('goes before the settings', () => {
    const definition = { type: 'systemprompt', task: 'deploy', skipCargo: false, tag: 'v1', waitSeconds: 5 };
    expect(taskRequest(definition, { skipCargo: true, engine: 'docker' })).toEqual({
      task: 'deploy',
      options: { engine: 'docker', skipCargo: false, tag: 'v1', waitMs: 5000 },
    });
  });

  it.each([
    [{ task: 'rm' }, 'task'],
    [{ task: 'deploy', tag: 1 }, 'tag'],
    [{ task: 'deploy', skipBuild: 'yes' }, 'skipBuild'],
    [{ task: 'deploy', waitSeconds: -1 }, 'waitSeconds'],
    [{ task: 'deploy', skipBuild: true }, 'tag'],
  ])('is refused by the name of what is wrong: %o', (definition, field) => {
    let thrown: unknown;
    try {
      taskRequest(definition, {});
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'invalidInput', details: { field } });
  });
});
