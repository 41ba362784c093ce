import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runTool } from '../runTool.mjs';
import { unpackEngine } from './unpackEngine.mjs';

/** A socket's path is at most 107 bytes long: the folder stays short, wherever the tests lie (guides/containers.md). */
const longestFolder = 69;

/**
 * Starts a real Docker engine and a real registry that wants a login, both of this run only and on loopback or a socket.
 *
 * @param {{user: string, password: string}} login of the registry
 * @returns {Promise<{socket: string, registry: string, client: string, registryLog: () => string, stopRegistry: () => Promise<void>, stop: () => Promise<void>}>}
 *   `registry` is host:port, `client` Debian's docker
 * @throws {Error} with the end of the log when one of them does not start
 */
export async function startEngine({ user, password }) {
  const root = await unpackEngine();
  const folder = mkdtempSync(path.join(tmpdir(), 'de-'));
  if (folder.length > longestFolder) throw new Error(`${folder} is too long for the socket of the engine`);
  const sbin = path.join(root, 'usr/sbin');
  const bin = path.join(root, 'usr/bin');
  const env = { ...process.env, PATH: `${sbin}:${bin}:${process.env.PATH}` };
  const before = ['/run/docker', '/run/containerd'].filter((place) => existsSync(place));
  const running = [];
  const start = (command, args, log) => {
    const file = openSync(path.join(folder, log), 'a');
    const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', file, file] });
    closeSync(file);
    running.push(child);
    return child;
  };
  const logOf = (name) => readFileSync(path.join(folder, name), 'utf8');

  async function stop() {
    for (const child of [...running].reverse()) await end(child);
    // The second one is there when a container has used the machine's network.
    for (const mount of ['data', 'exec/netns/default'])
      await runTool('umount', ['-l', path.join(folder, mount)], { cwd: '/' }).catch(() => undefined);
    removeGroups(path.basename(folder));
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    for (const place of ['/run/docker', '/run/containerd'])
      if (!before.includes(place)) rmSync(place, { recursive: true, force: true });
  }

  try {
    const hash = await runTool(
      'perl',
      ['-e', 'print crypt($ARGV[0],q($2y$05$abcdefghijklmnopqrstuu))', password],
      { cwd: folder },
    );
    writeFileSync(path.join(folder, 'htpasswd'), `${user}:${hash}\n`);
    writeFileSync(path.join(folder, 'registry.yml'), registrySettings(folder));
    const registry = start('docker-registry', ['serve', path.join(folder, 'registry.yml')], 'registry.log');
    writeFileSync(
      path.join(folder, 'daemon.json'),
      JSON.stringify({ 'deprecated-key-path': path.join(folder, 'key.json') }),
    );
    const socket = path.join(folder, 'd.sock');
    start('dockerd', engineArguments(folder, socket), 'dockerd.log');
    const port = await until(
      () => /listening on 127\.0\.0\.1:(\d+)/.exec(logOf('registry.log'))?.[1],
      () => logOf('registry.log'),
    );
    await until(
      () => answers(socket),
      () => logOf('dockerd.log'),
    );
    return {
      socket,
      registry: `127.0.0.1:${port}`,
      client: path.join(bin, 'docker'),
      registryLog: () => logOf('registry.log'),
      stopRegistry: () => end(registry),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function registrySettings(folder) {
  return `version: 0.1
log: {level: info, formatter: json, accesslog: {disabled: false}}
storage: {filesystem: {rootdirectory: ${folder}/registry}}
http: {addr: 127.0.0.1:0, secret: tests}
auth: {htpasswd: {realm: tests, path: ${folder}/htpasswd}}
`;
}

/** Nothing of the machine's network is changed. */
function engineArguments(folder, socket) {
  return [
    `--config-file=${folder}/daemon.json`,
    `--host=unix://${socket}`,
    `--data-root=${folder}/data`,
    `--exec-root=${folder}/exec`,
    `--pidfile=${folder}/d.pid`,
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
    '--ip-masq=false',
    '--ip-forward=false',
    '--userland-proxy=false',
    `--cgroup-parent=/${path.basename(folder)}`,
    `--storage-driver=${process.env.E2E_DOCKER_STORAGE ?? 'overlay2'}`,
  ];
}

async function until(ask, log) {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await ask();
    if (answer) return answer;
    await delay(100);
  }
  throw new Error(`It did not start:\n${log().slice(-3000)}`);
}

function answers(socketPath) {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path: '/_ping' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}

async function end(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(timer);
}

/** Control groups outlive their processes. */
function removeGroups(name) {
  const top = '/sys/fs/cgroup';
  if (!existsSync(top)) return;
  const hierarchies = [top, ...readdirSync(top).map((entry) => path.join(top, entry))];
  for (const folder of hierarchies.map((place) => path.join(place, name))) removeTree(folder);
}

function removeTree(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(path.join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch {
    // The kernel still counts something in it.
  }
}
