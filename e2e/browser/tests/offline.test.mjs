// Without a network: what was seen is readable, what is written waits, and is sent once.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { App } from '../lib/app.mjs';
import { launchKept, open, until, watch } from '../lib/browser.mjs';
import { call, company, folder, startServer, verbale } from '../lib/server.mjs';
import { stage } from '../lib/steps.mjs';

async function twoPeople(server) {
	const { link } = await company(server);
	const at = ['--data', server.data, '--json'];
	const luca = JSON.parse(await verbale('person', 'add', '--name', 'Luca Rossi', ...at));
	const { token } = JSON.parse(
		await verbale('token', 'create', '--person', 'Anna Bianchi', '--name', 'test', ...at)
	);
	const group = await call(server, 'POST', '/conversations', {
		token,
		body: { kind: 'group', title: 'Cantiere', members: [luca.id] }
	});
	for (let n = 1; n <= 3; n++)
		await call(server, 'POST', `/conversations/${group.id}/messages`, {
			token,
			body: { key: crypto.randomUUID(), text: `Nota numero ${n}` }
		});
	const texts = async () => {
		const page = await call(server, 'GET', `/conversations/${group.id}/messages?limit=200`, { token });
		return page.messages.map(({ text }) => text);
	};
	return { link, texts, group: group.id };
}

test('offline, what was seen is read and what is edited is refused', { timeout: 60_000 }, async (t) => {
	const { server, browser, step } = await stage(t);
	const { link, texts } = await twoPeople(server);
	const { context, wrong } = await open(browser);
	const app = new App(await context.newPage());

	await step('list and conversation open after a reload without a network', async () => {
		await app.signIn(link);
		await app.openRow('Cantiere');
		await app.bubble('Nota numero 3').waitFor();
		await app.shellKept();
		await context.setOffline(true);
		await app.page.reload();
		await app.bubble('Nota numero 1').waitFor();
		await app.row('Cantiere').waitFor();
		await app.page.getByText(app.t('app.offline')).waitFor();
		await app.page.goto(`${server.url}/chats`);
		await app.row('Cantiere').waitFor();
	});

	await step('a message is shown as waiting, and how many wait is said', async () => {
		await app.openRow('Cantiere');
		await app.say('Scritto senza rete');
		await app.ticked('Scritto senza rete', 'waiting').waitFor();
		await app.page.getByText(app.t('app.offline_waiting', { n: 1 })).waitFor();
	});

	await step('editing and deleting are refused with the reason', async () => {
		const menu = await app.menu('Nota numero 2');
		for (const key of ['chat.edit', 'chat.delete']) {
			const item = menu.getByRole('menuitem', { name: app.t(key) });
			assert.equal(await item.getAttribute('aria-disabled'), 'true');
			assert.match(await item.innerText(), new RegExp(app.t('chat.needs_line')));
		}
		await app.page.keyboard.press('Escape');
	});

	await step('what needs the server says so, and offers to try again', async () => {
		await app.page.goto(`${server.url}/import`);
		await app.page.getByText(app.t('errors.network')).first().waitFor();
		await app.button('ui.retry').first().waitFor();
	});

	await step('back on the network it is sent, once', async () => {
		await context.setOffline(false);
		await app.page.goto(`${server.url}/chats`);
		await app.openRow('Cantiere');
		await app.ticked('Scritto senza rete', 'stored').waitFor();
		assert.equal((await texts()).filter((text) => text === 'Scritto senza rete').length, 1);
	});
	assert.deepEqual(wrong, []);
});

test('what waits survives kill -9 of the browser and is sent exactly once', { timeout: 90_000 }, async (t) => {
	const server = await startServer();
	const profile = await folder();
	let context;
	t.after(async () => {
		await context?.close().catch(() => {});
		await server.end();
		await rm(profile, { recursive: true, force: true, maxRetries: 5 });
	});
	const { link, texts, group } = await twoPeople(server);
	const begin = async () => {
		context = await launchKept(profile);
		await watch(context);
		return new App(context.pages()[0] ?? (await context.newPage()));
	};
	/** The process itself, so that nothing in it can tidy up. */
	const kill = async () => {
		const session = await context.newCDPSession(context.pages()[0]);
		const browserWide = await context.browser()?.newBrowserCDPSession?.();
		const asked = browserWide ?? session;
		const { processInfo } = await asked.send('SystemInfo.getProcessInfo');
		const { id } = processInfo.find(({ type }) => type === 'browser');
		const gone = new Promise((resolve) => context.once('close', resolve));
		process.kill(id, 'SIGKILL');
		await gone;
	};

	let app = await begin();
	await app.signIn(link);
	await app.openRow('Cantiere');
	await app.bubble('Nota numero 3').waitFor();
	await app.shellKept();
	// A browser writes a new cookie down within half a minute, and at once when it is closed.
	await context.close();
	app = await begin();
	await app.page.goto(`${server.url}/chats/${group}`);
	await app.bubble('Nota numero 3').waitFor();
	await server.stop();
	const written = ['uno', 'due', 'tre', 'quattro', 'cinque'].map((word) => `in attesa ${word}`);
	for (const text of written) await app.say(text);
	await app.ticked('in attesa cinque', 'waiting').waitFor();
	await kill();

	app = await begin();
	await app.page.goto(`${server.url}/chats/${group}`);
	await app.ticked('in attesa cinque', 'waiting').waitFor();
	assert.equal(await app.bubbles.filter({ hasText: 'in attesa' }).count(), written.length);
	// Killed once more just as the server is back, with some sent and some not.
	const again = await startServer({ data: server.data, port: server.port });
	t.after(() => again.end());
	await until(async () => (await fetch(`${server.url}/healthz`)).ok);
	await app.page.reload();
	await kill();

	app = await begin();
	await app.page.goto(`${server.url}/chats/${group}`);
	await app.ticked('in attesa cinque', 'stored').waitFor({ timeout: 40_000 });
	const came = (await texts()).filter((text) => text.startsWith('in attesa'));
	assert.deepEqual(came, written, 'each once, in the order of writing');
});
