import { test } from 'node:test';
import { desktop } from '../lib/browser.mjs';
import { visitScreens } from '../lib/screens.mjs';

test('no screen of a desktop has an accessibility violation or is wider than the window', { timeout: 240_000 }, (t) =>
	visitScreens(t, 'desktop', desktop));
