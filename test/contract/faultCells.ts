import type { Fault, Reply } from '../support/faultProxy';

/** The matrix of issue 4: operation × fault × position. Pure data, so that a sample and the whole are the same cells. */

export const operations = ['token', 'manifest', 'download', 'upload', 'uploadTo012', 'delete'] as const;
export type Operation = (typeof operations)[number];

export interface FaultCell {
  readonly title: string;
  readonly operation: Operation;
  readonly fault: Fault;
  /** How many exchanges of the operation go wrong. */
  readonly times: number;
}

const html: Reply = {
  status: 200,
  headers: ['content-type: text/html'],
  body: '<html><body>Please sign in to the network</body></html>',
};
const unauthorized: Reply = {
  status: 401,
  headers: ['content-type: application/json'],
  body: '{"code":"unauthorized","message":"expired","timestamp":"t"}',
};
const tooMany: Reply = {
  status: 429,
  headers: ['content-type: application/json', 'retry-after: 1'],
  body: '{}',
};
const badGateway: Reply = { status: 502, headers: ['content-type: text/html'], body: '<html>502</html>' };

const sixteenths = Array.from({ length: 17 }, (_, index) => index);
const withBody: readonly Operation[] = ['token', 'upload', 'uploadTo012', 'delete'];
const always = 1_000;

function faultsOf(operation: Operation): Fault[] {
  const sendsBody = withBody.includes(operation);
  // 0.12 applies what it has read while it is still reading nothing of us: at the last sixteenth its answer is open
  // (see replyLost, which waits for it), and a shortened archive is half applied there by design.
  const cuts = operation === 'uploadTo012' ? sixteenths.slice(0, 16) : sixteenths;
  const shortens = sendsBody && operation !== 'uploadTo012';
  return [
    ...(sendsBody ? cuts : [0]).map((sixteenth): Fault => ({ kind: 'reset', side: 'request', sixteenth })),
    ...sixteenths.slice(0, 16).map((sixteenth): Fault => ({ kind: 'reset', side: 'response', sixteenth })),
    ...sixteenths.slice(0, 16).flatMap((sixteenth): Fault[] => [
      { kind: 'truncate', side: 'response', sixteenth, length: 'right' },
      { kind: 'truncate', side: 'response', sixteenth, length: 'wrong' },
    ]),
    ...(shortens ? [0, 5, 10, 15] : []).flatMap((sixteenth): Fault[] => [
      { kind: 'truncate', side: 'request', sixteenth, length: 'right' },
      { kind: 'truncate', side: 'request', sixteenth, length: 'wrong' },
    ]),
    { kind: 'delay', ms: 50 },
    { kind: 'trickle', side: 'response', ms: 3 },
    { kind: 'trickle', side: 'request', ms: 3 },
    { kind: 'replyLost' },
    { kind: 'duplicateReply' },
    { kind: 'stall' },
    ...[html, unauthorized, tooMany, badGateway].flatMap((reply) =>
      (['before', 'midway', 'after'] as const).map((when): Fault => ({ kind: 'answer', reply, when })),
    ),
  ];
}

export function faultCells(): FaultCell[] {
  return operations.flatMap((operation) =>
    faultsOf(operation).flatMap((fault) =>
      [1, ...(isPersistent(fault) ? [always] : [])].map((times) => ({
        title: `${operation}: ${describeFault(fault)}${times > 1 ? ', every time' : ''}`,
        operation,
        fault,
        times,
      })),
    ),
  );
}

/** About every n-th cell, so that every operation and every kind of fault is in it. */
export function sampleCells(size: number): FaultCell[] {
  const cells = faultCells().filter((cell) => cell.fault.kind !== 'stall');
  const byKind = new Map<string, FaultCell[]>();
  for (const cell of cells) {
    const kind = cell.fault.kind;
    byKind.set(kind, [...(byKind.get(kind) ?? []), cell]);
  }
  const groups = [...byKind.values()];
  const perGroup = Math.ceil(size / groups.length);
  return groups.flatMap((group) =>
    Array.from(
      { length: Math.min(perGroup, group.length) },
      (_, index) => group[Math.floor((index * group.length) / perGroup)]!,
    ),
  );
}

/** Repeated without end where that says something of its own: what never works must still change nothing. */
function isPersistent(fault: Fault): boolean {
  if (fault.kind === 'reset') return fault.sixteenth % 8 === 0;
  return fault.kind === 'replyLost' || fault.kind === 'answer' || fault.kind === 'duplicateReply';
}

function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'reset':
      return `connection reset after ${fault.sixteenth}/16 of the ${fault.side}`;
    case 'truncate':
      return `${fault.side} cut at ${fault.sixteenth}/16 with the ${fault.length} length`;
    case 'trickle':
      return `${fault.side} in a trickle`;
    case 'answer':
      return `${fault.reply.status}${fault.reply === html ? ' as a web page' : ''} ${fault.when} the endpoint saw it`;
    case 'delay':
      return 'late reply';
    case 'replyLost':
      return 'reply lost after commit';
    case 'duplicateReply':
      return 'reply sent twice';
    case 'stall':
      return 'no reply at all';
  }
}
