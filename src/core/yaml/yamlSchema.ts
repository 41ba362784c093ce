import yaml from 'js-yaml';
import { plainScalar } from './plainScalar';

/** Plain scalars as the server reads them; the order of the types does not matter, they exclude each other. */
export const yamlSchema = yaml.FAILSAFE_SCHEMA.extend({
  implicit: [
    new yaml.Type('tag:yaml.org,2002:null', {
      kind: 'scalar',
      resolve: (text: string | null) => text === null || plainScalar(text) === null,
      construct: () => null,
    }),
    new yaml.Type('tag:yaml.org,2002:bool', {
      kind: 'scalar',
      resolve: (text: string | null) => text !== null && typeof plainScalar(text) === 'boolean',
      construct: (text: string) => plainScalar(text),
    }),
    new yaml.Type('tag:yaml.org,2002:float', {
      kind: 'scalar',
      resolve: (text: string | null) => text !== null && typeof plainScalar(text) === 'number',
      construct: (text: string) => plainScalar(text),
    }),
  ],
});
