import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { isFile } from '../../project/findProjectRoot';
import { errnoOf } from '../../syncError';
import { failure, ok, warning, type CheckRule } from '../checkInput';
import { defaultPlatform } from '../deployOptions';

export const releaseBinary = 'target/release/systemprompt';
const places = [releaseBinary, 'core/target/release/systemprompt'];

/** `e_machine` of an ELF header. */
const machines: Readonly<Record<number, string>> = { 62: 'linux/amd64', 183: 'linux/arm64' };

/** The compiled program, or what it can be compiled from (cloud.md 4.3). */
export const releaseBinaryCheck: CheckRule = {
  id: 'releaseBinary',
  title: 'Release binary',
  run: async ({ project, options, layout }) => {
    if (options.skipBuild === true) return undefined;
    const compiles = options.skipCargo !== true && layout?.cargoManifest !== undefined;
    if (compiles) return ok(`Compiled by cargo from ${layout.cargoManifest}.`);
    for (const place of places) {
      if (!(await isFile(join(project.root, place)))) continue;
      const wanted = options.platform ?? defaultPlatform;
      const platform = await platformOf(join(project.root, place));
      if (platform === undefined || wanted.startsWith(platform)) return ok(`${place} is there.`);
      return warning(
        `${place} is a program for ${platform}, and the image is for ${wanted}.`,
        `Compile it for ${wanted}, or choose that platform.`,
      );
    }
    return failure(
      `${releaseBinary} does not exist, and ${layout?.cargoManifest === undefined ? 'there is no Cargo.toml to make it from' : 'compiling is left out'}.`,
      'Compile it (cargo build --release), or let the deploy do so.',
    );
  },
};

/** Undefined for what is no program of Linux that we know: the build will say. */
async function platformOf(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0);
      if (bytesRead < 20 || buffer.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
      return machines[buffer.readUInt16LE(18)];
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
