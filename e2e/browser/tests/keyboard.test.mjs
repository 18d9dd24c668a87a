// The main flow without a mouse: nothing here clicks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from '../lib/app.mjs';
import { open, until } from '../lib/browser.mjs';
import { verbale } from '../lib/server.mjs';
import { stage } from '../lib/steps.mjs';

test('the main flow needs no mouse', { timeout: 90_000 }, async (t) => {
	const { server, browser, step } = await stage(t);
	const window = await open(browser);
	const page = await window.context.newPage();
	const app = new App(page);
	const { keyboard } = page;

	/** Walks with Tab until `what` has the focus; visible focus is part of being there. */
	async function tabTo(what, most = 40) {
		for (let n = 0; n < most; n++) {
			const there = await what
				.first()
				.evaluate((element) => element === document.activeElement)
				.catch(() => false);
			if (there) return;
			await keyboard.press('Tab');
		}
		assert.fail(`Tab does not reach ${what}`);
	}
	/** A key is pressed only when what it is meant for has the focus. */
	const focusOn = (what) => what.and(page.locator(':focus')).waitFor();
	const focusOnFirstLine = () => focusOn(page.getByLabel(/Prima riga/));
	/** The composer has this text, and the caret stands behind it. */
	const composerHas = (text) =>
		until(
			() => app.composer.evaluate((field, text) => field.value === text && field.selectionStart === text.length, text),
			{ message: `the composer has "${text}"` }
		);

	await step('a company is made', async () => {
		await page.goto(server.start);
		await app.field('start.company').waitFor();
		await tabTo(app.field('start.company'));
		await keyboard.type('Officine Neri');
		await tabTo(app.field('start.your_name'));
		await keyboard.type('Marta Neri');
		await keyboard.press('Enter');
		await app.button('start.go_to_chats').waitFor();
		await tabTo(app.button('start.go_to_chats'));
		await keyboard.press('Enter');
		await page.waitForURL('**/chats');
		for (const name of ['Luca Rossi', 'Giulia Conti'])
			await verbale('person', 'add', '--data', server.data, '--name', name, '--json');
		await page.reload();
	});

	await step('a group is begun', async () => {
		await app.heading('chat.title').waitFor();
		const plus = page.getByRole('button', { name: app.t('chat.new') }).first();
		await tabTo(plus);
		await keyboard.press('Enter');
		const asking = app.dialog('chat.new_title');
		await asking.waitFor();
		for (const name of ['Giulia Conti', 'Luca Rossi']) {
			await tabTo(asking.getByRole('checkbox', { name }));
			await keyboard.press('Space');
		}
		await tabTo(asking.getByLabel(app.t('chat.new_name')));
		await keyboard.type('Consegne');
		await keyboard.press('Enter');
		await app.composer.waitFor();
	});

	await step('what is written is sent by Enter, and Shift+Enter makes a line', async () => {
		await tabTo(app.composer);
		await keyboard.type('Prima riga');
		await keyboard.press('Shift+Enter');
		await keyboard.type('seconda riga');
		await keyboard.press('Enter');
		await app.ticked('seconda riga', 'stored').waitFor();
		await keyboard.type('Il furgone parte alle sette');
		await keyboard.press('Enter');
		await app.ticked('alle sette', 'stored').waitFor();
	});

	await step('the last message is edited by arrow-up', async () => {
		await keyboard.press('ArrowUp');
		await page.getByText(app.t('chat.editing')).waitFor();
		await composerHas('Il furgone parte alle sette');
		await keyboard.type(' e mezza');
		await keyboard.press('Enter');
		await app.bubble('alle sette e mezza').getByText(app.t('chat.edited')).waitFor();
		// The socket may have told of it before the answer that ends the edit.
		await page.getByText(app.t('chat.editing')).waitFor({ state: 'detached' });
	});

	await step('an edit is left by Escape, and nothing is changed', async () => {
		await keyboard.press('ArrowUp');
		await composerHas('Il furgone parte alle sette e mezza');
		await keyboard.type(' di sera');
		await keyboard.press('Escape');
		await page.getByText(app.t('chat.editing')).waitFor({ state: 'detached' });
		await composerHas('');
	});

	await step('a message is reached, answered from its menu, and the answer quotes it', async () => {
		const onFirstAction = page.locator('[role=menuitem]:first-child:focus');
		await page.keyboard.press('Shift+Tab');
		await tabBackTo(app.bubbles.last());
		await keyboard.press('ArrowUp');
		await focusOnFirstLine();
		await keyboard.press('Enter');
		await onFirstAction.waitFor();
		await keyboard.press('Escape');
		await page.getByRole('menu').waitFor({ state: 'detached' });
		await focusOnFirstLine(); // it is not lost when the menu closes
		await keyboard.press('Enter');
		await onFirstAction.waitFor();
		await keyboard.press('Enter');
		await page.getByText(app.t('chat.replying_self')).waitFor();
		await focusOn(app.composer);
		await keyboard.type('Ricevuto');
		await keyboard.press('Enter');
		await app.ticked('Ricevuto', 'stored').waitFor();
		assert.match(await app.bubble('Ricevuto').innerText(), /Prima riga/);
	});

	/** Backwards, since the messages stand before the composer. */
	async function tabBackTo(what) {
		for (let n = 0; n < 20; n++) {
			if (await what.evaluate((element) => element === document.activeElement)) return;
			await keyboard.press('Shift+Tab');
		}
		assert.fail('Shift+Tab does not reach the messages');
	}

	await step('Ctrl+K finds a message from anywhere, and Enter opens it', async () => {
		await page.goto(`${server.url}/people`);
		await app.heading('people.title').waitFor();
		await keyboard.press('Control+k');
		await focusOn(app.dialog('search.title').getByRole('combobox'));
		await keyboard.type('furgone');
		await page.getByRole('option', { name: /furgone/ }).waitFor();
		await keyboard.press('ArrowDown');
		await page.getByRole('option', { name: /furgone/, selected: true }).waitFor();
		await keyboard.press('Enter');
		await app.bubble('alle sette e mezza').waitFor();
		assert.match(page.url(), /\/chats\/\d+\?n=2/);
	});

	await step('Escape steps back to the list', async () => {
		await app.composer.focus();
		await keyboard.press('Escape');
		await page.waitForURL('**/chats');
	});

	await step('a conversation of the list is opened with the arrows and Enter', async () => {
		await tabTo(app.rows);
		await keyboard.press('ArrowDown');
		await keyboard.press('Home');
		await keyboard.press('Enter');
		await app.composer.waitFor();
	});

	assert.deepEqual(window.wrong, []);
});
