import { describe, expect, it } from 'vitest';
import { httpEnvironmentFrom } from '../../../src/core/api/httpEnvironmentFrom';

describe('httpEnvironmentFrom', () => {
  it.each<[Record<string, string>, string | undefined, string | undefined]>([
    [{}, undefined, undefined],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'a,b' }, 'http://p:1', 'a,b'],
    [{ https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' }, 'http://lower:1', undefined],
    [{ ALL_PROXY: 'http://all:1' }, 'http://all:1', undefined],
    [{ HTTP_PROXY: 'http://plain:1' }, undefined, undefined],
    [{ HTTPS_PROXY: '' }, undefined, undefined],
  ])('reads %j', (env, proxyUrl, noProxy) => {
    expect(httpEnvironmentFrom(env)).toEqual({ proxyUrl, noProxy });
  });
});
