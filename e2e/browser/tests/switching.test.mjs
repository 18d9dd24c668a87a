// Going from one conversation to another: what is being written stays where it was begun.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from '../lib/app.mjs';
import { open, phone, until } from '../lib/browser.mjs';
import { call, company, verbale } from '../lib/server.mjs';
import { stage } from '../lib/steps.mjs';

test('what belongs to one conversation never comes into another', { timeout: 90_000 }, async (t) => {
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
		await app.composer.and(page.locator(':focus')).waitFor(); // which follows by a moment
		await keyboard.press('Enter');
		await app.ticked('Qui no', 'stored').waitFor();
		await app.openRow('Cantiere nord');
		await app.ticked('Anche la gru', 'stored').waitFor();
		assert.equal(await app.composer.inputValue(), '');
	});

	await step('what arrives behind another conversation is unread, is shown on coming back, and marked then', async () => {
		const other = JSON.parse(await verbale('person', 'add', '--name', 'Luca Rossi', ...at));
		const luca = JSON.parse(await verbale('token', 'create', '--person', 'Luca Rossi', '--name', 'test', ...at)).token;
		const { id } = await call(server, 'POST', '/conversations', { token, body: { kind: 'group', title: 'Cantiere est', members: [other.id] } });
		const send = (text) => call(server, 'POST', `/conversations/${id}/messages`, { token: luca, body: { key: crypto.randomUUID(), text } });
		const readTo = async () => (await call(server, 'GET', `/conversations/${id}`, { token })).read_n;
		for (let n = 1; n <= 40; n++) await send(`Consegna numero ${n}`);
		await app.row('Cantiere est').locator('.badge').filter({ hasText: '40' }).waitFor();
		await app.openRow('Cantiere est');
		await app.button('chat.to_latest').click();
		await app.bubble('Consegna numero 40').waitFor();
		await page.locator('nav a', { hasText: 'Cantiere est' }).locator('.badge').waitFor({ state: 'detached' });
		while ((await readTo()) < 40);
		await app.openRow('Cantiere sud');
		for (let n = 41; n <= 60; n++) await send(`Consegna numero ${n}`);
		await page.locator('nav a', { hasText: 'Cantiere est' }).locator('.badge').filter({ hasText: '20' }).waitFor();
		assert.equal(await readTo(), 40, 'it is marked as read behind another conversation');
		assert.equal(await app.bubbles.filter({ hasText: 'Consegna' }).count(), 0);
		await app.openRow('Cantiere est');
		await page.getByText(app.t('chat.new_messages', { n: 20 })).waitFor();
		await page.waitForFunction(() => {
			const line = [...document.querySelectorAll('.fresh')].find((one) => one.checkVisibility());
			const top = line?.getBoundingClientRect().top;
			return top > 0 && top < innerHeight / 2;
		});
		await app.button('chat.to_latest').click();
		await page.locator('nav a', { hasText: 'Cantiere est' }).locator('.badge').waitFor({ state: 'detached' });
		// Scrolled away, gone and come back: where reading goes on.
		await app.bubbles.last().focus();
		for (let n = 0; n < 30; n++) await keyboard.press('ArrowUp');
		await app.button('chat.to_latest').waitFor();
		await app.openRow('Cantiere sud');
		await app.openRow('Cantiere est');
		await app.bubble('Consegna numero 60').waitFor();
		await app.button('chat.to_latest').waitFor({ state: 'detached' });
	});

	await step('the last four stay in the page, and those before them are built anew', async () => {
		for (let n = 1; n <= 6; n++) await call(server, 'POST', '/conversations', { token, body: { kind: 'group', title: `Squadra ${n}`, members: [] } });
		for (let n = 1; n <= 6; n++) {
			await app.openRow(`Squadra ${n}`);
			await app.say(`Qui squadra ${n}`);
		}
		assert.equal(await page.locator('.frame').count(), 4, 'the last four stay in the page, and no more');
		for (const n of [1, 6, 2, 5, 1]) {
			await app.openRow(`Squadra ${n}`);
			await app.bubble(`Qui squadra ${n}`).waitFor();
			assert.equal(await app.bubbles.count(), 1);
		}
	});

	await step('whoever is taken out of the conversation that is open is told so', async () => {
		const { id } = await call(server, 'POST', '/conversations', { token, body: { kind: 'group', title: 'Cantiere ovest', members: [] } });
		await app.openRow('Cantiere ovest');
		const me = (await call(server, 'GET', '/me', { token })).id;
		await call(server, 'DELETE', `/conversations/${id}/members/${me}`, { token });
		await page.getByText(app.t('chat.gone')).waitFor();
		await app.row('Cantiere ovest').waitFor({ state: 'detached' });
		await app.button('chat.back').click();
		await page.waitForURL('**/chats');
	});

	await step('the way back, the way on and a reload show what the address says', async () => {
		const shown = async (title) => {
			await page.getByRole('heading', { name: title }).waitFor();
			await page.locator('nav a[aria-current=true]').filter({ hasText: title }).waitFor();
			await page.waitForURL(`**${await app.row(title).getAttribute('href')}`);
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

test('on a phone, what one left for the list is there again, and nothing happened to it behind', { timeout: 90_000 }, async (t) => {
	const { server, browser, step } = await stage(t);
	const { link } = await company(server);
	const at = ['--data', server.data, '--json'];
	const tokenOf = async (person) => JSON.parse(await verbale('token', 'create', '--person', person, '--name', 'test', ...at)).token;
	const token = await tokenOf('Anna Bianchi');
	const luca = JSON.parse(await verbale('person', 'add', '--name', 'Luca Rossi', ...at)).id;
	const other = await tokenOf('Luca Rossi');
	const group = async (title) => (await call(server, 'POST', '/conversations', { token, body: { kind: 'group', title, members: [luca] } })).id;
	const id = await group('Cantiere nord');
	for (let n = 1; n <= 20; n++) await group(`Squadra ${n}`);
	const send = (text) => call(server, 'POST', `/conversations/${id}/messages`, { token: other, body: { key: crypto.randomUUID(), text } });
	const readTo = async () => (await call(server, 'GET', `/conversations/${id}`, { token })).read_n;
	const { context, wrong } = await open(browser, { size: phone });
	const app = new App(await context.newPage());
	const { page } = app;
	await app.signIn(link);
	const back = page.getByRole('link', { name: app.t('chat.back') });
	const list = page.getByRole('navigation', { name: app.t('chat.list') });
	const bar = page.getByRole('navigation', { name: app.t('app.sections') });

	await step('the list stands where it was scrolled to, and the bar below comes back with it', async () => {
		await list.evaluate((one) => (one.scrollTop = one.scrollHeight));
		await app.row('Cantiere nord').waitFor();
		const place = await list.evaluate((one) => one.scrollTop);
		assert.ok(place > 0);
		await app.openRow('Cantiere nord');
		await list.waitFor({ state: 'hidden' });
		await bar.waitFor({ state: 'hidden' });
		assert.match(await page.title(), /^Cantiere nord/);
		await back.click();
		await list.waitFor();
		await bar.waitFor();
		assert.equal(await list.evaluate((one) => one.scrollTop), place);
		assert.equal(await page.title(), 'Verbale');
		assert.equal(new URL(page.url()).pathname, '/chats');
	});

	await step('what arrives behind the list is unread, is shown on coming back, and marked then', async () => {
		for (let n = 1; n <= 40; n++) await send(`Consegna numero ${n}`);
		await list.evaluate((one) => (one.scrollTop = 0));
		await app.row('Cantiere nord').locator('.badge').filter({ hasText: '40' }).waitFor();
		await app.openRow('Cantiere nord');
		await app.button('chat.to_latest').click();
		await app.bubble('Consegna numero 40').waitFor();
		await until(async () => (await readTo()) === 40);
		await app.composer.fill('Arrivo fra poco');
		await back.click();
		await list.waitFor();
		assert.equal(await app.composer.isVisible(), false);
		assert.equal(await app.bubbles.count(), 0);
		await list.getByText('Arrivo fra poco').waitFor();
		for (let n = 41; n <= 60; n++) await send(`Consegna numero ${n}`);
		await app.row('Cantiere nord').locator('.badge').filter({ hasText: '20' }).waitFor();
		assert.equal(await readTo(), 40, 'it is marked as read behind the list');
		await app.openRow('Cantiere nord');
		await page.getByText(app.t('chat.new_messages', { n: 20 })).waitFor();
		assert.equal(await app.composer.inputValue(), 'Arrivo fra poco');
		await app.button('chat.to_latest').click();
		await until(async () => (await readTo()) === 60);
	});

	await step('the arrow leads one step back, so that the next one leads out of the list', async () => {
		await back.click();
		await list.waitFor();
		const steps = await page.evaluate(() => history.length);
		for (let n = 0; n < 3; n++) {
			await app.openRow('Cantiere nord');
			await back.click();
			await list.waitFor();
		}
		assert.equal(await page.evaluate(() => history.length), steps);
		await app.openRow('Cantiere nord');
	});

	await step('the details of a conversation are closed by going to the list', async () => {
		await app.button('chat.details').click();
		await app.heading('chat.details').waitFor();
		await page.goBack();
		await list.waitFor();
		await app.openRow('Cantiere nord');
		await app.bubble('Consegna numero 60').waitFor();
		await app.heading('chat.details').waitFor({ state: 'detached' });
	});

	await step('the way back and the way on, and a step back before the address has followed', async () => {
		await page.goBack();
		await list.waitFor();
		await page.goForward();
		await app.bubble('Consegna numero 60').waitFor();
		await list.waitFor({ state: 'hidden' });
		await page.reload();
		await app.bubble('Consegna numero 60').waitFor();
		await back.click();
		await list.waitFor();
		await page.evaluate(() => {
			[...document.querySelectorAll('nav a.row')].find((row) => row.textContent.includes('Squadra 20')).click();
			document.querySelector('a.back').click();
		});
		await list.waitFor();
		// As long as the address takes to follow, and more.
		await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
		assert.equal(new URL(page.url()).pathname, '/chats');
		await list.waitFor();
	});

	assert.deepEqual(wrong, []);
});
