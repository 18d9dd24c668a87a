// Signed out without having asked for it: what waited to be sent outlives a session that was lost, for
// its writer alone; a device that somebody ended keeps nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from '../lib/app.mjs';
import { open, until } from '../lib/browser.mjs';
import { call, company, verbale } from '../lib/server.mjs';
import { stage } from '../lib/steps.mjs';

test('what waited outlives a lost session, and nothing outlives an ended one', { timeout: 90_000 }, async (t) => {
	const { server, browser, step } = await stage(t);
	const { link } = await company(server);
	const at = ['--data', server.data, '--json'];
	const luca = JSON.parse(await verbale('person', 'add', '--name', 'Luca Rossi', ...at));
	const token = JSON.parse(
		await verbale('token', 'create', '--person', 'Anna Bianchi', '--name', 'test', ...at)
	).token;
	const group = await call(server, 'POST', '/conversations', {
		token,
		body: { kind: 'group', title: 'Cantiere', members: [luca.id] }
	});
	const linkOf = async (name) =>
		JSON.parse(await verbale('person', 'link', name, ...at)).link;
	const texts = async () => {
		const page = await call(server, 'GET', `/conversations/${group.id}/messages?limit=200`, { token });
		return page.messages.map(({ text }) => text);
	};
	const { context, wrong } = await open(browser);
	const app = new App(await context.newPage());
	const signedIn = async (by) => {
		await app.signIn(by);
		await app.openRow('Cantiere');
	};
	const writeOffline = async (text) => {
		await context.setOffline(true);
		await app.say(text);
		await app.ticked(text, 'waiting').waitFor();
	};
	const thrownOut = async () => {
		await context.setOffline(false);
		await app.page.waitForURL('**/welcome');
	};

	await step('a browser that lost its cookie keeps what waited, and nothing else', async () => {
		await signedIn(link);
		await app.say('Arrivata');
		await app.ticked('Arrivata', 'stored').waitFor();
		await writeOffline('Aspetta la sua autrice');
		await context.clearCookies();
		await thrownOut();
		await until(async () => {
			const [copy] = Object.values(await app.copies());
			return copy?.messages === 0;
		});
		const [copy] = Object.values(await app.copies());
		for (const [store, rows] of Object.entries(copy)) assert.equal(rows, store === 'outbox' ? 1 : 0, store);
	});

	await step('it is sent, once, when the same person is back', async () => {
		await signedIn(await linkOf('Anna Bianchi'));
		await app.ticked('Aspetta la sua autrice', 'stored').waitFor();
		assert.deepEqual(await texts(), ['Arrivata', 'Aspetta la sua autrice']);
	});

	await step('somebody else who comes neither sees nor sends it, and it is gone', async () => {
		await writeOffline('Di Anna soltanto');
		await context.clearCookies();
		await thrownOut();
		await signedIn(luca.link);
		await app.say('Sono Luca');
		await app.ticked('Sono Luca', 'stored').waitFor();
		assert.equal(await app.bubbles.filter({ hasText: 'Di Anna soltanto' }).count(), 0);
		await until(async () => `${Object.keys(await app.copies())}` === `verbale.acme.${luca.id}`);
		assert.deepEqual(await texts(), ['Arrivata', 'Aspetta la sua autrice', 'Sono Luca']);
	});

	await step('a device that was ended meanwhile keeps nothing, not even what waited', async () => {
		await writeOffline('Mai spedita');
		const tokenOfLuca = JSON.parse(
			await verbale('token', 'create', '--person', 'Luca Rossi', '--name', 'test', ...at)
		).token;
		const { devices } = await call(server, 'GET', '/devices', { token: tokenOfLuca });
		for (const { id, kind } of devices)
			if (kind === 'browser') await call(server, 'DELETE', `/devices/${id}`, { token: tokenOfLuca });
		await thrownOut();
		await until(async () => Object.keys(await app.copies()).length === 0);
		assert.ok(!(await texts()).includes('Mai spedita'));
	});
	assert.deepEqual(wrong, []);
});
