import { test } from 'node:test';
import { phone } from '../lib/browser.mjs';
import { visitScreens } from '../lib/screens.mjs';

test('no screen of a phone has an accessibility violation or is wider than the window', { timeout: 240_000 }, (t) =>
	visitScreens(t, 'phone', phone));
