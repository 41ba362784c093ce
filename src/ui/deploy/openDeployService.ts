import type { CrateDeployService } from '../../core/deploy/crateDeployService';
import type { RunContext } from '../../core/ports';
import type { Project } from '../../core/project/project';
import { tenantConnectOptions } from '../host/tenantConnectOptions';
import type { Services } from '../services';

/** Works with the deploy of a project, reached as this editor reaches its tenant; closed when `run` has ended. */
export async function withDeployService<T>(
  services: Services,
  project: Project,
  context: RunContext,
  run: (service: CrateDeployService) => Promise<T>,
): Promise<T> {
  const [{ CrateDeployService: Service }, options] = await Promise.all([
    import('../../core/deploy/crateDeployService'),
    tenantConnectOptions(services, project),
  ]);
  const service = new Service({ project, context, ...options });
  try {
    return await run(service);
  } finally {
    await service.close();
  }
}
