import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';

/** What a stand-in does for calls that begin with these words. */
export interface Behaviour {
  readonly stdout?: string;
  readonly stderr?: string;
  /** Raw bytes for standard output, base64. */
  readonly bytes?: string;
  readonly code?: number;
  /** Stays until it is ended; with a child of its own in the same group. */
  readonly hangs?: boolean;
  readonly ignoresTerm?: boolean;
  /** Writes its standard input to its standard output: what a careless program would do with a password. */
  readonly echoesInput?: boolean;
}

export interface Call {
  readonly program: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly pid: number;
  readonly childPid?: number;
  readonly env: Readonly<Record<string, string>>;
  /** config.json of DOCKER_CONFIG, as the program saw it. */
  readonly dockerConfig?: string;
  readonly dockerConfigFolder?: readonly string[];
}

export interface StandIns {
  /** The only folder on PATH: recording stand-ins, and the real git. */
  readonly bin: string;
  readonly calls: () => Promise<readonly Call[]>;
  readonly behave: (call: string, behaviour: Behaviour) => Promise<void>;
  readonly remove: (program: string) => Promise<void>;
}

const digest = `sha256:${'ab'.repeat(32)}`;

/** What the programs say when all is well; shapes as measured (guides/containers.md). */
const defaults: Readonly<Record<string, Behaviour>> = {
  'docker --version': { stdout: 'Docker version 28.2.2, build e6534b4' },
  'docker version': { stdout: '28.2.2' },
  'docker buildx version': { stderr: "docker: 'buildx' is not a docker command.", code: 1 },
  'docker build': { stdout: 'Step 1/2 : FROM scratch\n ---> \nStep 2/2 : COPY a /a\nSuccessfully built abc' },
  'docker buildx build': { stderr: '#4 [1/2] COPY a /a\n#4 DONE 0.0s' },
  'docker login': { stdout: 'Login Succeeded' },
  'docker push': {
    stdout: `0123456789ab: Preparing\n0123456789ab: Pushed\nlatest: digest: ${digest} size: 528`,
  },
  'podman --version': { stdout: 'podman version 4.3.1' },
  'podman version': { stdout: '4.3.1' },
  'podman build': { stdout: 'STEP 1/2: FROM scratch' },
  'podman login': { stdout: 'Login Succeeded!' },
  'podman push': { stderr: 'Copying blob 123 done' },
  'cargo build': { stderr: '   Compiling app v0.1.0\n    Finished release' },
};

export { digest as pushedDigest };

export async function createStandIns(folder: string, programs: readonly string[]): Promise<StandIns> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  const git = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  await symlink(git, join(bin, 'git'));
  const behaviours: Record<string, Behaviour> = { ...defaults };
  const file = join(folder, 'behaviours.json');
  const log = join(folder, 'calls.jsonl');
  const save = () => writeFile(file, JSON.stringify(behaviours));
  await save();
  await writeFile(log, '');
  for (const program of programs) {
    await writeFile(join(bin, program), script(program, file, log));
    await chmod(join(bin, program), 0o755);
  }
  return {
    bin,
    async calls() {
      const lines = (await readFile(log, 'utf8')).split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line) as Call);
    },
    async behave(call, behaviour) {
      behaviours[call] = behaviour;
      await save();
    },
    async remove(program) {
      await rm(join(bin, program));
    },
  };
}

function script(program: string, behaviours: string, log: string): string {
  return `#!${process.execPath}
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const args = process.argv.slice(2);
const words = ['${program}', ...args].join(' ');
const all = JSON.parse(fs.readFileSync(${JSON.stringify(behaviours)}, 'utf8'));
const key = Object.keys(all).filter((call) => words.startsWith(call)).sort((a, b) => b.length - a.length)[0];
const behaviour = all[key] ?? {};
if (behaviour.ignoresTerm) process.on('SIGTERM', () => {});
const child = behaviour.hangs
  ? spawn(process.execPath, ['-e', (behaviour.ignoresTerm ? "process.on('SIGTERM', () => {});" : '') + 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  : undefined;
const folder = process.env.DOCKER_CONFIG;
const read = (path) => { try { return fs.readFileSync(path, 'utf8'); } catch { return undefined; } };
const list = (path) => { try { return fs.readdirSync(path).sort(); } catch { return undefined; } };
const input = args.includes('--password-stdin') ? fs.readFileSync(0, 'utf8') : '';
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify({
  program: '${program}', args, input, pid: process.pid, childPid: child?.pid, env: process.env,
  dockerConfig: folder && read(folder + '/config.json'), dockerConfigFolder: folder && list(folder),
}) + '\\n');
const digestFile = args[args.indexOf('--digestfile') + 1];
if (args.includes('--digestfile')) fs.writeFileSync(digestFile, '${digest}');
if (behaviour.echoesInput) process.stdout.write('got ' + input + '\\n');
if (behaviour.stdout) process.stdout.write(behaviour.stdout + '\\n');
if (behaviour.bytes) process.stdout.write(Buffer.from(behaviour.bytes, 'base64'));
if (behaviour.stderr) process.stderr.write(behaviour.stderr + '\\n');
if (behaviour.hangs) setInterval(() => {}, 1000);
else process.exitCode = behaviour.code ?? 0;
`;
}
