import { it } from 'vitest';
import { checkFilesProperties } from './filesProperties';

it('keeps its promises for a million worlds', () => {
  checkFilesProperties(1_000_000);
});
