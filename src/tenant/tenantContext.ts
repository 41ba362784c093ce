import type { OperatorAuth } from './auth/operatorAuth';
import type { ServiceGateSettings } from './auth/serviceGate';
import type { TokenEndpoint } from './auth/tokenExchange';
import type { EnvelopeContext } from './envelopes';
import type { TenantFiles } from './files/tenantFiles';
import type { TenantSettings } from './tenantOptions';

/** What the routes share. */
export interface TenantContext {
  readonly settings: TenantSettings;
  readonly files: TenantFiles;
  readonly operators: OperatorAuth;
  readonly gate: ServiceGateSettings;
  readonly tokenEndpoint: TokenEndpoint;
  readonly envelopes: EnvelopeContext;
  /** Fires when the server stops. */
  readonly closing: AbortSignal;
}
