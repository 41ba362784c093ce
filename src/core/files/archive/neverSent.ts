/**
 * Why a path under the services directory never travels, in either direction, or undefined when it may (design.md
 * rule 6). Judged by name only and without regard to letter case, so that both ends come to the same answer.
 *
 * @param path relative to the services directory, with `/`
 */
export function neverSentReason(path: string): string | undefined {
  const components = path.toLowerCase().split('/');
  const name = components.at(-1) ?? '';
  if (components.includes('.git')) return 'Git data';
  if (components.includes('node_modules')) return 'installed packages';
  if (components.some((component) => component === '.env' || component.startsWith('.env.'))) {
    return 'environment variables';
  }
  if (name === 'secrets.json' || /\.secrets\.profile\.ya?ml$/u.test(name)) return 'secrets';
  if (/\.(pem|key|p12|pfx|keystore|jks)$/u.test(name)) return 'a private key';
  if (/^id_(rsa|dsa|ecdsa|ed25519)$/u.test(name)) return 'a private key';
  return undefined;
}
