import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  existsSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import { startPostgres } from '../postgres.mjs';
import { ensureBrowser } from '../vscode/ensureBrowser.mjs';
import { ensureVscodeServer } from '../vscode/ensureVscodeServer.mjs';
import { startVscodeServer } from '../vscode/startVscodeServer.mjs';
import { bundleHostTests } from './bundleHostTests.mjs';

const patience = 10 * 60_000;

/**
 * Runs test/vscode/host inside the extension host of a real VS Code, on a copy of the sample project with a database.
 * The tests find the database in `TEST_DATABASE_URL` (the server) and `SYNC_TEST_PROJECT_DATABASE_URL` (the sample's),
 * and `SYNC_TEST_LOG_WRITER` is 1 where log files are written. Prints what the tests print.
 *
 * @param {string} root the project's folder, already built
 * @returns {Promise<import('./suites.mjs').SuiteResult>}
 */
export async function runHostSuite(root) {
  const index = await bundleHostTests(root);
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'sync-host-')));
  const given = process.env.TEST_DATABASE_URL;
  const postgres = given === undefined ? await startPostgres() : { url: given, stop: async () => {} };
  try {
    const { databaseUrl, drop } = await createDatabase(postgres.url);
    try {
      const { prepareDemo } = await import('../../demo/prepare.mjs');
      const { directory } = await prepareDemo({ directory: path.join(folder, 'harbour'), databaseUrl });
      const results = path.join(folder, 'results.json');
      await runInWindow(root, index, directory, {
        TEST_DATABASE_URL: postgres.url,
        SYNC_TEST_PROJECT_DATABASE_URL: databaseUrl,
        SYNC_TEST_RESULTS: results,
      });
      if (existsSync(results)) return JSON.parse(readFileSync(results, 'utf8'));
      throw new Error('The tests in the extension host ended without a result.');
    } finally {
      await drop();
    }
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function createDatabase(server) {
  const { default: pg } = await import('pg');
  const name = `sync_host_${process.pid}`;
  const statement = async (sql) => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await statement(`CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { databaseUrl: url.href, drop: () => statement(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/** Opens the window that runs the tests and waits for the end that the extension host announces. */
async function runInWindow(root, index, directory, env) {
  const { chromium } = await import('playwright-core');
  const installation = await ensureVscodeServer();
  const installed = await ensureBrowser();
  const server = await startVscodeServer({
    installation,
    smokeTestDriver: true,
    env: { ...env, SYNC_TEST_LOG_WRITER: installation.hasLogWriter ? '1' : '0' },
  });
  let browser;
  try {
    browser = await chromium.launch({
      executablePath: installed.executablePath,
      args: installed.args,
      env: { ...process.env, ...installed.env },
    });
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const ended = announcedEnd(page);
    const remote = (file) => `vscode-remote://${server.authority}${file}`;
    await page.goto(
      server.url({
        folder: directory,
        payload: [
          ['extensionDevelopmentPath', remote(root.replace(/\/$/, ''))],
          ['extensionTestsPath', remote(index)],
          ['skipWelcome', 'true'],
          ['skipReleaseNotes', 'true'],
        ],
      }),
    );
    const code = await ended;
    if (code !== 0) await saveEvidence(root, page, server);
  } finally {
    await browser?.close();
    await server.stop();
  }
}

function announcedEnd(page) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      console.error(`The tests in the extension host did not end in ${patience / 60_000} minutes.`);
      resolve(-1);
    }, patience);
    const end = (code) => {
      clearTimeout(timer);
      resolve(code);
    };
    page.on('crash', () => end(-1));
    page.on('close', () => end(-1));
    const early = [];
    let begun = false;
    void page.exposeFunction('codeAutomationLog', (_type, args) => {
      const line = format(...args);
      if (begun) console.log(line);
      else early.push(line);
      begun ||= line.includes('host tests begin');
    });
    void page.exposeFunction('codeAutomationExit', (code) => {
      if (!begun) console.error(early.join('\n'));
      end(code);
    });
  });
}

async function saveEvidence(root, page, server) {
  const target = path.join(root, 'test-results');
  mkdirSync(target, { recursive: true });
  if (!page.isClosed()) await page.screenshot({ path: path.join(target, 'extension-host.png') });
  writeFileSync(path.join(target, 'extension-host.log'), server.output());
}
