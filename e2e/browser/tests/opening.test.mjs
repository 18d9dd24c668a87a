// The list as it was left is there before any script of the app, and goes with the session.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from '../lib/app.mjs';
import { open, phone } from '../lib/browser.mjs';
import { call, company, verbale } from '../lib/server.mjs';
import { stage } from '../lib/steps.mjs';

test('the list as it was left is shown before the app, and never after signing out', { timeout: 60_000 }, async (t) => {
	const { server, browser, step } = await stage(t);
	const { link } = await company(server);
	const at = ['--data', server.data, '--json'];
	const { token } = JSON.parse(await verbale('token', 'create', '--person', 'Anna Bianchi', '--name', 'test', ...at));
	await call(server, 'POST', '/conversations', { token, body: { kind: 'group', title: 'Cantiere <b>nord</b>', members: [] } });
	// The shell's scripts are asked of the network, so that they can be withheld.
	const { context, wrong } = await open(browser, { size: phone, serviceWorkers: 'block' });
	const app = new App(await context.newPage());
	const { page } = app;
	const rows = page.locator('#picture nav a.row');
	const withoutScripts = async (path) => {
		await page.route('**/*.js', (route) => route.abort());
		await page.goto(server.url + path);
		await page.locator('#app script').waitFor({ state: 'attached' });
	};

	await step('it is there while no script has come, left from within a conversation', async () => {
		await app.signIn(link);
		await app.openRow('Cantiere <b>nord</b>');
		await app.composer.waitFor();
		await withoutScripts('/chats');
		await rows.waitFor();
		assert.match(await rows.innerText(), /Cantiere <b>nord<\/b>/);
		assert.equal(await page.locator('#picture').evaluate((one) => one.inert), true);
		assert.equal(await page.locator('#picture .row .avatar').evaluate((one) => getComputedStyle(one).inlineSize), '46px');
	});

	await step('other addresses do not show it', async () => {
		await page.goto(`${server.url}/people`);
		await page.locator('#app script').waitFor({ state: 'attached' });
		assert.equal(await page.locator('#picture').count(), 0);
	});

	await step('the app stands in its place', async () => {
		await page.unroute('**/*.js');
		await page.goto(`${server.url}/chats`);
		await page.locator('#app nav a.row').waitFor();
		assert.equal(await page.locator('#picture').count(), 0);
		await app.openRow('Cantiere <b>nord</b>');
		await app.composer.waitFor();
	});

	await step('a device that is signed out keeps none', async () => {
		await page.goto(`${server.url}/chats`);
		await page.locator('#app nav a.row').waitFor();
		await context.clearCookies();
		await page.reload();
		await page.waitForURL('**/welcome');
		await withoutScripts('/chats');
		assert.equal(await page.locator('#picture').count(), 0);
		assert.equal(await page.evaluate(() => localStorage.getItem('verbale.picture')), null);
	});
	// The scripts that were withheld are missed by the page that asks for them, without a word.
	assert.deepEqual(wrong.filter((text) => text !== 'uncaught: '), []);
});
