import { yamlCursor, type YamlCursor } from '../../yaml/yamlCursor';

/** What stands at an offset of an access-control file that is perhaps still being typed. */
export function ruleCursor(text: string, offset: number): YamlCursor | undefined {
  return yamlCursor(text, offset, (list) => list.join() === 'rules');
}
