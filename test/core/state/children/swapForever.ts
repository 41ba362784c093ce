import { openStateDirectory } from '../../../../src/core/state/stateDirectory';
import { swapToNextVersion } from '../versionedFiles';

/** Takes the files from version to version until the process is ended. */
const state = openStateDirectory(process.argv[2] ?? '');
process.stdout.write('ready\n');
for (;;) await swapToNextVersion(state);
