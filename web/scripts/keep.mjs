// The build empties dist/, and Go's embed needs the folder in a fresh checkout too: the tracked
// .keep goes back.
import { writeFileSync } from 'node:fs';

writeFileSync(new URL('../dist/.keep', import.meta.url), '');
