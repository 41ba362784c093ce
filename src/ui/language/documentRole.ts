import { isAbsolute, relative, sep } from 'node:path';
import type { AccessFilesPlace } from '../../core/accessControl/readAccessFiles';
import type { ContentConfig } from '../../core/content/config/contentConfig';
import type { ContentConfigPlace, ContentSource } from '../../core/content/config/contentSource';

/** What a document is to the project. */
export type DocumentRole =
  | {
      readonly kind: 'markdown';
      /** Relative to the project's root, with `/`. */
      readonly path: string;
      readonly source: ContentSource;
      readonly config: ContentConfig;
    }
  | {
      readonly kind: 'config';
      readonly place: ContentConfigPlace;
      readonly config: ContentConfig | undefined;
    }
  | {
      readonly kind: 'access';
      /** As for Markdown. */
      readonly path: string;
      readonly place: AccessFilesPlace;
    };

/**
 * @param file absolute, without symbolic links in its directory
 * @returns undefined for what takes no part: other files, and those of sources that are switched off or hold skills
 */
export function documentRole(
  file: string,
  place: ContentConfigPlace,
  config: ContentConfig | undefined,
): DocumentRole | undefined {
  const path = pathInside(place.projectRoot, file);
  if (path === undefined) return undefined;
  if (path === place.path) return { kind: 'config', place, config };
  if (/^access-control\/(?:config|roles)\.yaml$/.test(pathInside(place.servicesDir, file) ?? '')) {
    const { servicesDir, projectRoot } = place;
    return { kind: 'access', path, place: { servicesDir, projectRoot } };
  }
  if (config === undefined || !/[^/]\.md$/.test(path)) return undefined;
  const source = innermostSource(file, config);
  const takesPart = source?.enabled === true && !source.allowedKinds?.includes('skill');
  return source && takesPart ? { kind: 'markdown', path, source, config } : undefined;
}

function innermostSource(file: string, { sources }: ContentConfig): ContentSource | undefined {
  const holding = sources.filter(({ directory }) => {
    const path = pathInside(directory, file);
    return path !== undefined && !/(?:^|\/)(?:\.git|node_modules)\//.test(path);
  });
  return holding.sort((left, right) => right.directory.length - left.directory.length)[0];
}

function pathInside(directory: string, file: string): string | undefined {
  const path = relative(directory, file);
  const isInside = path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
  return isInside ? path.split(sep).join('/') : undefined;
}
