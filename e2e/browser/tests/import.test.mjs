// An export that is brought into a conversation that is there already, and taken back out of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from '../lib/app.mjs';
import { scan } from '../lib/axe.mjs';
import { launch, open, phone, desktop } from '../lib/browser.mjs';
import { drop, line, zipOf } from '../lib/export.mjs';
import { call, company, startServer, verbale } from '../lib/server.mjs';
import { story } from '../lib/steps.mjs';

for (const [shape, size, language] of [['desktop', desktop, 'en'], ['phone', phone, 'it']])
	test(`an export goes into a conversation of mine, on a ${shape}`, { timeout: 60_000 }, async (t) => {
		const server = await startServer();
		const browser = await launch();
		t.after(async () => {
			await browser.close();
			await server.end();
		});
		const step = story(t, browser);
		const { link } = await company(server, { language });
		const at = ['--data', server.data, '--json'];
		const luca = JSON.parse(await verbale('person', 'add', '--name', 'Luca Rossi', ...at));
		const { token } = JSON.parse(
			await verbale('token', 'create', '--person', 'Anna Bianchi', '--name', 'test', ...at)
		);
		const make = (title) =>
			call(server, 'POST', '/conversations', { token, body: { kind: 'group', title, members: [luca.id] } });
		const yard = await make('Cantiere');
		await call(server, 'POST', `/conversations/${yard.id}/messages`, {
			token,
			body: { key: crypto.randomUUID(), text: 'Scritto qui' }
		});
		await make('Ufficio');
		const { context, wrong } = await open(browser, { size, language });
		const app = new App(await context.newPage(), language);

		await step('the keyboard chooses one of mine, and who may read it is not asked', async () => {
			await app.signIn(link);
			await app.page.goto(`${server.url}/import`);
			await app.button('import.choose').waitFor();
			await drop(app.page, [
				zipOf([
					line('03', '09:01', 'Anna B.', 'Il capitolato del lotto sette'),
					line('03', '09:02', 'Luca Rossi', 'Lo leggo stasera')
				])
			]);
			await app.heading('import.who').waitFor();
			await app.field('import.conversation_title').waitFor();
			await app.page.getByRole('radio', { name: app.t('import.place_new') }).focus();
			await app.page.keyboard.press('ArrowRight');
			await app.field('import.place_which').selectOption('Cantiere');
			await app.page.getByText(app.t('import.place_hint', { n: 2 })).waitFor();
			assert.equal(await app.field('import.conversation_title').count(), 0);
			assert.equal(await app.page.getByRole('group', { name: app.t('import.members') }).count(), 0);
			assert.deepEqual(await scan(app.page), []);
		});

		await step('the messages come after what was there, and no conversation is made', async () => {
			await app.button('import.run', { n: 2 }).click();
			await app.page.getByRole('link', { name: app.t('import.open') }).click();
			await app.page.waitForURL(`**/chats/${yard.id}`);
			await app.bubble('Lo leggo stasera').waitFor();
			const texts = await app.bubbles.allInnerTexts();
			const places = ['Scritto qui', 'capitolato', 'Lo leggo'].map((text) =>
				texts.findIndex((one) => one.includes(text))
			);
			assert.deepEqual(places, [0, 1, 2]);
			const { conversations } = await call(server, 'GET', '/conversations', { token });
			assert.equal(conversations.length, 2);
		});

		await step('taken back, the conversation and what was written in it stay', async () => {
			await app.page.goto(`${server.url}/import`);
			await app.page.getByRole('link', { name: /Cantiere Lotto 7/ }).click();
			await app.button('import.undo').click();
			await app.dialog('import.undo_title').getByRole('button', { name: app.t('import.undo') }).click();
			await app.page.getByText(app.t('import.state_undone_text')).waitFor();
			await app.page.goto(`${server.url}/chats/${yard.id}`);
			await app.bubble('Scritto qui').waitFor();
			await app.bubble('capitolato').waitFor({ state: 'detached' });
		});
		assert.deepEqual(wrong, []);
	});
