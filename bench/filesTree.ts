import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Markdown, YAML and some images: 12 KB on average, of which the images do not compress. The same tree for the same count. */
export function writeServices(services: string, count: number): void {
  let seed = 1;
  const random = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const words = Array.from({ length: 2_000 }, () =>
    Math.floor(random() * 1e9)
      .toString(36)
      .slice(0, 3 + Math.floor(random() * 6)),
  );
  const text = (bytes: number) => {
    const parts: string[] = [];
    for (let length = 0; length < bytes; length += (parts.at(-1)?.length ?? 0) + 1)
      parts.push(words[Math.floor(random() ** 2 * words.length)] ?? '');
    return parts.join(' ');
  };
  for (let index = 0; index < count; index += 1) {
    const isImage = index % 50 === 0;
    const path = join(
      services,
      isImage ? 'content' : index % 3 === 0 ? 'skills' : 'content',
      `d${index % 97}`,
      `${index}.${isImage ? 'png' : 'md'}`,
    );
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, isImage ? noise(180_000, index) : text(3_000 + Math.floor(random() * 11_000)));
  }
}

function noise(bytes: number, seed: number): Buffer {
  const parts: Buffer[] = [];
  for (let block = 0; block * 32 < bytes; block += 1)
    parts.push(createHash('sha256').update(`${seed} ${block}`).digest());
  return Buffer.concat(parts);
}

export function* walkFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walkFiles(path);
    else yield path;
  }
}

export function walkAndStat(folder: string): number {
  let bytes = 0;
  for (const path of walkFiles(folder)) bytes += lstatSync(path).size;
  return bytes;
}

export function walkReadHash(folder: string): number {
  let files = 0;
  for (const path of walkFiles(folder)) {
    createHash('sha256').update(readFileSync(path)).digest('hex');
    files += 1;
  }
  return files;
}

/** spec/cloud.md 1.6 as it stands: every file is read and hashed for the manifest, one after the other. */
export function sequentialManifest(folder: string): string {
  const all = createHash('sha256');
  for (const path of walkFiles(folder))
    all.update(createHash('sha256').update(readFileSync(path)).digest('hex'));
  return all.digest('hex');
}
