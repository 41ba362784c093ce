import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  contentDigest,
  contentDigestSql,
  digestOfFile,
  linksSql,
  linksText,
  publishedAtSql,
  versionHash,
} from '../../../src/core/content/contentDigest';
import { sha256 } from '../../../src/core/digest';
import { contentFieldNames, type ContentFields } from '../../../src/core/models/content';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { anyFields, anyText, sampleFields } from './contentSamples';

describe('digestOfFile', () => {
  const whole = Buffer.from('---\na: 1\n---\n\nBody\n\n');
  const bodyAt = whole.indexOf('Body');
  const digest = sha256('Body');
  const split = (bytes: Buffer, at: number) => digestOfFile(bytes, bytes.subarray(at, at + 4), digest);

  it('changes with every byte before and after the body, and with the item', () => {
    const others = [...whole.keys()]
      .filter((at) => at < bodyAt || at >= bodyAt + 4)
      .map((at) => {
        const other = Buffer.from(whole);
        other[at] = (other[at] ?? 0) ^ 1;
        return split(other, bodyAt);
      });
    const item = digestOfFile(whole, whole.subarray(bodyAt, bodyAt + 4), sha256('body'));
    const all = [split(whole, bodyAt), item, ...others];
    expect(new Set(all).size).toBe(whole.length - 4 + 2);
    expect(split(Buffer.from(whole), bodyAt)).toBe(all[0]);
  });

  it('tells white space before the body from the same after it', () => {
    expect(split(Buffer.from('\n\nBody\n'), 2)).not.toBe(split(Buffer.from('\nBody\n\n'), 1));
  });
});

describe('versionHash', () => {
  it('gives the hash that the reference writes', () => {
    // data.md 8: computed independently.
    expect(versionHash(sampleFields())).toBe(
      '8378323dedc3abfd778331e8a5d23ba692f14caeaab805baf944f712578f9683',
    );
  });

  // data.md 8: the values of the hashes that the reference makes of a title and a body alone, in the order given there.
  it.each([
    ['', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['Hello World', 'Body text', '10fde886673215232e9c5ecd5420a8624dcde8634837d97368091f385c192401'],
    ['Same title', 'Same content', '453f88174da122042cb3a43f2c8f7aec7ab3b5bcb0ff5fe88ad36fd7026f5ab2'],
    ['ab', 'c', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['a', 'bc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('is another than the diff hash of %j and %j, and so is the digest', (title, body, vector) => {
    expect(sha256(title + body)).toBe(vector);
    const fields = sampleFields({ title, body });
    expect([versionHash(fields), contentDigest(fields)]).not.toContain(vector);
  });

  it('is another than the hash of a prepared item, which leaves author, date and public out', () => {
    const { title, body, description } = sampleFields();
    const vector = '7877671b3067419d4fa5680af29e0eb3b8278e9e0fcdc303d6a52e50eb127254';
    expect(sha256(title + body + description)).toBe(vector);
    expect(versionHash(sampleFields())).not.toBe(vector);
  });

  it('takes no notice of fields outside the six', () => {
    const other = sampleFields({
      keywords: 'x',
      kind: 'y',
      image: 'z',
      category_id: 'c',
      links: [{ title: 't', url: 'u' }],
    });
    expect(versionHash(other)).toBe(versionHash(sampleFields()));
  });

  it.each([
    ['2024-01-15T08:09:10.000000', '2024-01-15 08:09:10 UTC'],
    ['2024-01-15T08:09:10.120000', '2024-01-15 08:09:10.120 UTC'],
    ['2024-01-15T08:09:10.120001', '2024-01-15 08:09:10.120001 UTC'],
  ])('writes the time of %s as %s', (published_at, text) => {
    const row = sampleFields({ title: '', body: '', description: '', author: '', published_at });
    expect(versionHash(row)).toBe(sha256(`${text}true`));
  });
});

describe('contentDigest', () => {
  const variants: Partial<ContentFields>[] = [
    { title: 'Other' },
    { description: 'Other' },
    { body: 'Other' },
    { author: 'Other' },
    { published_at: '2024-01-16' },
    { keywords: 'other' },
    { kind: 'other' },
    { image: '' },
    { category_id: null },
    { public: false },
    { links: [{ title: 't', url: 'u' }] },
  ];

  it('changes with every synced field', () => {
    const digests = variants.map((variant) => contentDigest(sampleFields(variant)));
    expect(new Set([...digests, contentDigest(sampleFields())]).size).toBe(contentFieldNames.length + 1);
  });

  it('tells fields apart that run together when joined', () => {
    const left = contentDigest(sampleFields({ title: 'ab', description: 'c' }));
    expect(left).not.toBe(contentDigest(sampleFields({ title: 'a', description: 'bc' })));
    // data.md 8, the collision of the reference (C-2).
    expect(contentDigest(sampleFields({ title: 'ab', body: 'c' }))).not.toBe(
      contentDigest(sampleFields({ title: 'a', body: 'bc' })),
    );
  });

  it('takes no notice of white space around the body, and of how midnight is written', () => {
    const spaced = sampleFields({
      body: '\u0085\n Body text\u3000\n',
      published_at: '2024-01-15T00:00:00.000000',
    });
    expect(contentDigest(spaced)).toBe(contentDigest(sampleFields()));
  });

  it('keeps U+FEFF as part of the body', () => {
    expect(contentDigest(sampleFields({ body: '\ufeffBody text' }))).not.toBe(contentDigest(sampleFields()));
  });
});

describe('contentDigestSql on a real Postgres', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase({ schema: ['content'] });
  });
  afterAll(() => db.drop());

  async function digestOfRow(fields: ContentFields, links: string, body = fields.body): Promise<string> {
    const rows = await db.query<{ digest: string }>(
      `SELECT ${contentDigestSql} AS digest FROM (SELECT $1::text AS title, $2::text AS description, $3::text AS body,
         $4::text AS author, $5::timestamptz AS published_at, $6::text AS keywords, $7::text AS kind, $8::text AS image,
         $9::text AS category_id, $10::boolean AS public, $11::jsonb AS links) AS row`,
      [
        fields.title,
        fields.description,
        body,
        fields.author,
        `${fields.published_at}Z`,
        fields.keywords,
        fields.kind,
        fields.image,
        fields.category_id,
        fields.public,
        links,
      ],
    );
    return rows[0]!.digest;
  }

  it('gives the digest that the disk side gives, for any row', async () => {
    const space = fc.string({
      unit: fc.constantFrom(...' \t\r\n\u0085\u00a0\u1680\u2003\u2028\u3000'),
      maxLength: 3,
    });
    const time = fc.tuple(
      fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
      fc.integer({ min: 0, max: 999 }),
    );
    const anyTime = time.map(
      ([date, micros]) => `${date.toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}`,
    );
    await fc.assert(
      fc.asyncProperty(
        anyFields,
        space,
        space,
        fc.option(anyTime),
        fc.option(anyText),
        async (fields, before, after, at, category_id) => {
          const row = {
            ...fields,
            published_at: at ?? `${fields.published_at}T00:00:00.000000`,
            category_id,
          };
          const onDisk = contentDigest({ ...row, published_at: at ?? fields.published_at });
          expect(await digestOfRow(row, JSON.stringify(row.links), before + row.body + after)).toBe(onDisk);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['JSON null counts as no links', 'null', true],
    ['an empty list counts as no links', '[]', true],
    ['a link with a further key is not the same link', '[{"url":"u","title":"t","x":1}]', false],
    ['links that are no list differ', '{}', false],
  ])('%s', async (_, links, same) => {
    const digest = await digestOfRow(sampleFields({ published_at: '2024-01-15T00:00:00.000000' }), links);
    expect(digest === contentDigest(sampleFields())).toBe(same);
  });

  it('reads a stored row in its canonical form', async () => {
    await db.query(
      `INSERT INTO markdown_content (id, slug, title, description, body, author, published_at, keywords, source_id, version_hash, links)
       VALUES ('1', 's', 't', '', '', 'a', '2024-01-15T02:00:00+02:00', '', 'x', '', '[{"title": "t", "url": "u"}]'),
              ('2', 's2', 't', '', '', 'a', '2024-01-15T00:00:00.000001Z', '', 'x', '', 'null'),
              ('3', 's3', 't', '', '', 'a', 'infinity', '', 'x', '', '[]'),
              ('4', 's4', 't', '', '', 'a', '0044-03-15 00:00:00+00 BC', '', 'x', '', '[]')`,
    );
    const rows = await db.query<{ at: string; links: string }>(
      `SELECT ${publishedAtSql} AS at, ${linksSql} AS links FROM markdown_content ORDER BY id`,
    );
    expect(rows.map(({ at }) => at)).toEqual([
      '2024-01-15',
      '2024-01-15T00:00:00.000001',
      'infinity',
      '0044-03-15T00:00:00.000000 BC',
    ]);
    expect(rows.map(({ links }) => links)).toEqual([linksText([{ title: 't', url: 'u' }]), '[]', '[]', '[]']);
  });
});
