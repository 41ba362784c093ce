import { it } from 'vitest';
import { checkFilesProperties } from './filesProperties';

it('keeps its promises for two hundred thousand worlds', () => {
  checkFilesProperties(200_000);
});
