import { describe, expect, test } from 'vitest';
import { SessionOpening } from '../../../src/core/database/sessionOpening';

const settings = 'SET a; SET b';

/** Keeps what is sent, and answers when told to. */
function server() {
  const messages: string[] = [];
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  return {
    messages,
    answers,
    receive: (message: string) => {
      messages.push(message);
      return new Promise<void>((resolve, reject) => answers.push({ resolve, reject }));
    },
    answer: (message: string) => {
      messages.push(message);
      return Promise.resolve();
    },
    refuse: (message: string) => {
      messages.push(message);
      return Promise.reject(new Error('refused'));
    },
  };
}

describe('what opens a session', () => {
  test('is sent once, in front of the first statement or by itself', async () => {
    const { messages, answer } = server();
    const joined = new SessionOpening(settings);
    await joined.sendBefore('COPY x', answer);
    await joined.sendBefore('COPY y', answer);
    await joined.send(answer);
    const alone = new SessionOpening(settings);
    await alone.send(answer);
    await alone.send(answer);
    expect(messages).toEqual(['SET a; SET b; COPY x', 'COPY y', 'SET a; SET b']);
  });

  test('is committed before a transaction begins, which would take it back', async () => {
    const { messages, answer } = server();
    const opening = new SessionOpening(settings);
    opening.startTransaction('BEGIN READ ONLY');
    await opening.sendBefore('COPY x', answer);
    opening.endTransaction();
    opening.startTransaction('BEGIN');
    await opening.send(answer);
    await opening.send(answer);
    expect(messages).toEqual(['BEGIN; SET a; SET b; COMMIT; BEGIN READ ONLY; COPY x', 'BEGIN']);
  });

  test('says whether the server has heard of the transaction', async () => {
    const { answer, refuse } = server();
    const opening = new SessionOpening(settings);
    expect(opening.begun).toBe('no');
    opening.startTransaction('BEGIN');
    expect(opening.begun).toBe('no');
    await expect(opening.sendBefore('COPY x', refuse)).rejects.toThrow('refused');
    expect(opening.begun).toBe('unknown');
    await opening.sendBefore('COPY x', answer);
    expect(opening.begun).toBe('yes');
    opening.endTransaction();
    expect(opening.begun).toBe('no');
  });

  test('is said again after a message that failed', async () => {
    const { messages, answer, refuse } = server();
    const opening = new SessionOpening(settings);
    opening.startTransaction('BEGIN');
    await expect(opening.sendBefore('COPY x', refuse)).rejects.toThrow('refused');
    await opening.send(answer);
    await opening.sendBefore('COPY y', answer);
    expect(messages.slice(1)).toEqual(['BEGIN; SET a; SET b; COMMIT; BEGIN', 'COPY y']);
  });

  test.each(['answered', 'refused'])('lets no statement pass before it is %s', async (how) => {
    const { messages, answers, receive } = server();
    const opening = new SessionOpening(undefined);
    opening.startTransaction('BEGIN');
    const first = opening.sendBefore('COPY x', receive).catch(() => undefined);
    const second = opening.sendBefore('COPY y', receive);
    const third = opening.send(receive);
    await new Promise(setImmediate);
    expect(messages).toEqual(['BEGIN; COPY x']);
    if (how === 'answered') answers[0]?.resolve();
    else answers[0]?.reject(new Error('refused'));
    await first;
    await new Promise(setImmediate);
    answers[1]?.resolve();
    await Promise.all([second, third]);
    expect(messages).toEqual(['BEGIN; COPY x', how === 'answered' ? 'COPY y' : 'BEGIN; COPY y']);
  });
});
