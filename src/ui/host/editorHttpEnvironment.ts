import type { HttpEnvironment } from '../../core/api/httpEnvironment';
import { httpEnvironmentFrom } from '../../core/api/httpEnvironmentFrom';
import type { Environment } from '../../core/project/project';

/** The `http.*` settings of the editor as they are: anything can stand in them. */
export type ReadHttpSetting = (
  name: 'proxy' | 'proxySupport' | 'proxyStrictSSL' | 'noProxy' | 'systemCertificates',
) => unknown;

/** Certificates in PEM of the named store; newer versions of Node have this (`tls.getCACertificates`). */
export type ReadCertificates = (store: 'system' | 'extra') => readonly string[];

/**
 * How the editor reaches the network: `http.proxy`, else the environment's proxy; `http.noProxy` and `NO_PROXY` together;
 * `http.proxyStrictSSL`; and the certificates of the system unless `http.systemCertificates` is off. `http.proxySupport:
 * off` means no proxy at all, as it does everywhere in the editor.
 *
 * @param readCertificates undefined where this version of Node cannot list them
 */
export function editorHttpEnvironment(
  setting: ReadHttpSetting,
  env: Environment,
  readCertificates: ReadCertificates | undefined,
): HttpEnvironment {
  const shell = httpEnvironmentFrom(env);
  const proxy = setting('proxy');
  const proxyUrl = typeof proxy === 'string' && proxy.trim() !== '' ? proxy.trim() : shell.proxyUrl;
  const noProxy = setting('noProxy');
  const spared = Array.isArray(noProxy) ? noProxy.filter((host) => typeof host === 'string') : [];
  const trustsSystem = setting('systemCertificates') !== false;
  return {
    ...(setting('proxySupport') !== 'off' && { proxyUrl }),
    noProxy: [...spared, shell.noProxy].filter(Boolean).join(','),
    rejectUnauthorized: setting('proxyStrictSSL') !== false,
    ...(trustsSystem &&
      readCertificates !== undefined && {
        // A list of our own replaces the one that Node has extended by NODE_EXTRA_CA_CERTS.
        ca: [...readCertificates('system'), ...readCertificates('extra')],
      }),
  };
}
