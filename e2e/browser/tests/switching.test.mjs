// Going from one conversation to another: what is being written stays where it was begun.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from '../lib/app.mjs';
import { open } from '../lib/browser.mjs';
import { call, company, verbale } from '../lib/server.mjs';
import { stage } from '../lib/steps.mjs';

test('nothing that is written in one conversation comes into another', { timeout: 60_000 }, async (t) => {
	const { server, browser, step } = await stage(t);
	const { link } = await company(server);
	const at = ['--data', server.data, '--json'];
	const { token } = JSON.parse(await verbale('token', 'create', '--person', 'Anna Bianchi', '--name', 'test', ...at));
	for (const title of ['Cantiere nord', 'Cantiere sud'])
		await call(server, 'POST', '/conversations', { token, body: { kind: 'group', title, members: [] } });
	const { context, wrong } = await open(browser);
	const app = new App(await context.newPage());
	const { page } = app;
	const { keyboard } = page;
	await app.signIn(link);

	await step('a draft stays with its conversation, and one writes on at once', async () => {
		await app.openRow('Cantiere nord');
		await keyboard.type('Domani alle sette');
		await app.openRow('Cantiere sud');
		assert.equal(await app.composer.inputValue(), '');
		await keyboard.press('Control+z');
		assert.equal(await app.composer.inputValue(), '', 'undo brings what was written elsewhere');
		await keyboard.type('Qui no');
		await app.openRow('Cantiere nord');
		assert.equal(await app.composer.inputValue(), 'Domani alle sette');
		await keyboard.press('Enter');
		await app.ticked('Domani alle sette', 'stored').waitFor();
		await app.openRow('Cantiere sud');
		assert.equal(await app.composer.inputValue(), 'Qui no');
		assert.equal(await app.bubbles.count(), 0);
	});

	await step('an answer and an edit stay with theirs', async () => {
		await app.openRow('Cantiere nord');
		await app.act('Domani alle sette', 'chat.reply');
		await page.getByText(app.t('chat.replying_self')).waitFor();
		await app.openRow('Cantiere sud');
		await page.getByText(app.t('chat.replying_self')).waitFor({ state: 'detached' });
		await app.openRow('Cantiere nord');
		await page.getByText(app.t('chat.replying_self')).waitFor();
		await keyboard.press('Escape');
		await keyboard.press('ArrowUp');
		await page.getByText(app.t('chat.editing')).waitFor();
		await app.openRow('Cantiere sud');
		await page.getByText(app.t('chat.editing')).waitFor({ state: 'detached' });
		assert.equal(await app.composer.inputValue(), 'Qui no');
		await app.openRow('Cantiere nord');
		assert.equal(await app.composer.inputValue(), '', 'an edit that was left is taken for a draft');
	});

	await step('a message that is put on the disk while one goes on is sent where it was written', async () => {
		// The row is pressed in the same moment as Enter, before the disk can have answered.
		await keyboard.type('Anche la gru');
		await page.evaluate(() => {
			const enter = { key: 'Enter', bubbles: true, cancelable: true };
			document.activeElement.dispatchEvent(new KeyboardEvent('keydown', enter));
			[...document.querySelectorAll('nav a.row')].find((row) => row.textContent.includes('Cantiere sud')).click();
		});
		await page.locator('nav a[aria-current=true]').filter({ hasText: 'Cantiere sud' }).waitFor();
		await page.locator('nav a', { hasText: 'Anche la gru' }).waitFor();
		assert.equal(await app.composer.inputValue(), 'Qui no');
		assert.equal(await app.bubbles.count(), 0);
		await keyboard.press('Enter');
		await app.ticked('Qui no', 'stored').waitFor();
		await app.openRow('Cantiere nord');
		await app.ticked('Anche la gru', 'stored').waitFor();
		assert.equal(await app.composer.inputValue(), '');
	});

	await step('the way back, the way on and a reload show what the address says', async () => {
		const shown = async (title) => {
			await page.getByRole('heading', { name: title }).waitFor();
			await page.locator('nav a[aria-current=true]').filter({ hasText: title }).waitFor();
			const path = await app.row(title).getAttribute('href');
			assert.equal(new URL(page.url()).pathname, path);
			// Said to who does not see it.
			await page.getByRole('status').filter({ hasText: title }).waitFor({ state: 'attached' });
		};
		await page.goto(`${server.url}/chats`);
		for (const title of ['Cantiere sud', 'Cantiere nord', 'Cantiere sud']) {
			await app.openRow(title);
			await shown(title);
		}
		await page.goBack();
		await shown('Cantiere nord');
		await page.goBack();
		await shown('Cantiere sud');
		await page.goForward();
		await shown('Cantiere nord');
		await page.reload();
		await shown('Cantiere nord');
		await page.goBack();
		await shown('Cantiere sud');
		await app.openRow('Cantiere nord');
		await shown('Cantiere nord');
		await page.goto(`${server.url}/people`);
		await page.goBack();
		await shown('Cantiere nord');
		await page.getByRole('link', { name: app.t('app.people') }).first().click();
		await page.waitForURL('**/people');
		await page.goBack();
		await shown('Cantiere nord');
	});

	assert.deepEqual(wrong, []);
});
