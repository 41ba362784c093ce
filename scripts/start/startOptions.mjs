import { parseArgs } from 'node:util';

export const usage = `npm start [-- OPTIONS]

  --desktop    open the desktop "code" instead of the VS Code server
  --no-open    do not open a browser on the address
  --port N     the port of the VS Code server (default: a free one)`;

/**
 * @param {readonly string[]} args
 * @returns {{desktop: boolean, open: boolean, port: number, help: boolean}} port 0: any
 * @throws {Error} for an option that does not exist or a port that cannot be
 */
export function startOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      desktop: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is no port.`);
  return { desktop: values.desktop, open: !values['no-open'], port, help: values.help };
}
