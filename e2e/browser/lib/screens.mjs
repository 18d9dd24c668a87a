// Every screen in one size, in both languages and themes: no accessibility violation, nothing wider
// than the window, and a picture in test-results/screens/ for whoever wants to look.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { App } from './app.mjs';
import { scan } from './axe.mjs';
import { launch, open } from './browser.mjs';
import { drop, sample } from './export.mjs';
import { lively } from './lively.mjs';
import { call, startServer } from './server.mjs';
import { results } from './steps.mjs';

/** Each screen by name: how to get there, and what shows that it is there. */
const screens = [
	['chats', async (app, { url }) => {
		await app.page.goto(`${url}/chats`);
		await app.row('Cantiere Porta Nuova').waitFor();
	}],
	['conversation', async (app, { url, site }) => {
		await app.page.goto(`${url}/chats/${site}`);
		await app.bubble('12:30').waitFor();
	}],
	['menu', async (app, { url, site }) => {
		await app.page.goto(`${url}/chats/${site}`);
		await (await app.menu('12:30')).waitFor();
	}],
	['replying', async (app, { url, site }) => {
		await app.page.goto(`${url}/chats/${site}`);
		await app.act('12:30', 'chat.reply');
		await app.composer.fill('Va bene, alle 12:30.\nPorto io le chiavi del magazzino.');
	}],
	['details', async (app, { url, site }) => {
		await app.page.goto(`${url}/chats/${site}`);
		await app.button('chat.details').click();
		await app.page.getByText(app.t('chat.members_n', { n: 8 })).first().waitFor();
	}],
	['info', async (app, { url, site }) => {
		await app.page.goto(`${url}/chats/${site}`);
		await app.act('12:30', 'chat.info');
		await app.dialog('info.title').getByText(app.t('info.versions')).waitFor();
	}],
	['delete', async (app, { url, site }) => {
		await app.page.goto(`${url}/chats/${site}`);
		await app.act('12:30', 'chat.delete');
		await app.dialog('chat.delete_title').waitFor();
	}],
	['empty-conversation', async (app, { url, empty }) => {
		await app.page.goto(`${url}/chats/${empty}`);
		await app.page.getByText(app.t('chat.first_group')).waitFor();
	}],
	['gone', async (app, { url }) => {
		await app.page.goto(`${url}/chats/999999`);
		await app.page.getByText(app.t('chat.gone')).waitFor();
	}],
	['new', async (app, { url }) => {
		await app.page.goto(`${url}/chats`);
		await app.row('Cantiere Porta Nuova').waitFor();
		await app.page.getByRole('button', { name: app.t('chat.new') }).first().click();
		const asking = app.dialog('chat.new_title');
		await asking.getByText('Luca Rossi').click();
		await asking.getByText('Giulia Conti').click();
		await asking.getByLabel(app.t('chat.new_name')).waitFor();
	}],
	['people', async (app, { url }) => {
		await app.page.goto(`${url}/people`);
		await app.page.getByText('Øyvind').first().waitFor();
	}],
	['person', async (app, { url, ids }) => {
		await app.page.goto(`${url}/people?person=${ids.get('Giulia Conti')}`);
		await app.page.getByRole('dialog').getByText('Giulia Conti').first().waitFor();
	}],
	['invite', async (app, { url }) => {
		await app.page.goto(`${url}/people`);
		await app.button('people.invite').first().click();
		const asking = app.dialog('people.invite_title');
		await asking.getByRole('button', { name: app.t('people.make_link') }).click();
		await app.page.getByRole('img', { name: app.t('people.invite_qr') }).waitFor();
	}],
	['search', async (app, { url }) => {
		await app.page.goto(`${url}/search`);
		await app.page.getByRole('combobox').fill('soletta');
		await app.page.getByRole('option', { name: /soletta/i }).first().waitFor();
	}],
	['search-nothing', async (app, { url }) => {
		await app.page.goto(`${url}/search`);
		await app.page.getByRole('combobox').fill('zzzzqqq');
		await app.page.getByText(app.t('search.nothing', { query: 'zzzzqqq' })).waitFor();
	}],
	['settings', async (app, { url }) => {
		await app.page.goto(`${url}/settings`);
		await app.page.getByText(app.t('devices.this'), { exact: true }).waitFor();
	}],
	['device', async (app, { url }) => {
		await app.page.goto(`${url}/settings`);
		await app.page.getByText(app.t('devices.this'), { exact: true }).waitFor();
		await app.button('devices.add').click();
		await app.page.getByRole('img', { name: app.t('devices.qr') }).waitFor();
	}],
	['import', async (app, { url }) => {
		await app.page.goto(`${url}/import`);
		await app.button('import.choose').waitFor();
	}],
	['import-found', async (app, { url }) => {
		await app.page.goto(`${url}/import`);
		await app.button('import.choose').waitFor();
		await drop(app.page, [sample('germanandroid24h.txt')]);
		await app.heading('import.found').waitFor();
	}],
	['import-into', async (app, { url }) => {
		await app.page.goto(`${url}/import`);
		await app.button('import.choose').waitFor();
		await drop(app.page, [sample('germanandroid24h.txt')]);
		await app.heading('import.found').waitFor();
		await app.page.getByText(app.t('import.place_mine'), { exact: true }).click();
		await app.field('import.place_which').scrollIntoViewIfNeeded();
	}],
	['import-refused', async (app, { url }) => {
		await app.page.goto(`${url}/import`);
		await app.button('import.choose').waitFor();
		await drop(app.page, [{ name: 'Lista della spesa.txt', bytes: Buffer.from('pane\nlatte\n') }]);
		await app.page.getByText(app.t('errors.import.not_an_export')).waitFor();
	}],
	['nowhere', async (app, { url }) => {
		await app.page.goto(`${url}/no/such/page`);
		await app.page.getByText(app.t('app.no_such_page')).first().waitFor();
	}]
];

/** What somebody sees who is not in. */
const doors = [
	['door-welcome', async (app, { url }) => {
		await app.page.goto(`${url}/welcome`);
		await app.page.getByRole('heading', { level: 1 }).waitFor();
	}],
	['door-join', async (app, { as, url }) => {
		const { url: link } = await as('Anna Bianchi').post('/invites', { uses: 0, expires_in: 3600, role: 'member' });
		await app.page.goto(`${url}/welcome`);
		await app.page.goto(link);
		await app.field('join.your_name').waitFor();
		await app.button('join.enter').click();
		await app.page.getByText(app.t('start.name_empty')).waitFor();
	}],
	['door-dead', async (app, { url }) => {
		await app.page.goto(`${url}/welcome`);
		await app.page.goto(`${url}/join#acme.zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz`);
		await app.heading('join.dead_unknown_title').waitFor();
	}],
	['door-taken', async (app, { url }) => {
		await app.page.goto(`${url}/start`);
		await app.heading('start.taken_title').waitFor();
	}]
];

/** Visits every screen in windows of this shape. */
export async function visitScreens(t, size, shape) {
	const server = await startServer();
	const young = await startServer();
	const browser = await launch();
	t.after(async () => {
		await browser.close();
		await server.end();
		await young.end();
	});
	const world = { ...(await lively(server)), url: server.url };
	const token = world.tokens.get('Anna Bianchi');
	await mkdir(`${results}screens`, { recursive: true });

	for (const language of ['it', 'en']) {
		const name = `${language === 'it' ? 'Italian' : 'English'}, light and dark`;
		await t.test(name, async () => {
			const found = [];
			const { context, wrong } = await open(browser, { size: shape, language, reducedMotion: 'reduce' });
			const app = new App(await context.newPage(), language);
			const look = async (screen, get) => {
				await app.page.emulateMedia({ colorScheme: 'light' });
				try {
					await get(app, world);
				} catch (error) {
					found.push(`${screen}: ${error.message}`);
				}
				const wide = await app.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
				if (wide > 0) found.push(`${screen}: ${wide} px wider than the window`);
				for (const theme of ['light', 'dark']) {
					await app.page.emulateMedia({ colorScheme: theme });
					await app.page.locator(`html[data-theme=${theme}]`).waitFor();
					await app.page.screenshot({ path: `${results}screens/${screen}.${size}.${language}.${theme}.png` });
					// The two languages have the same elements: the scan needs to read only one.
					if (language === 'en')
						for (const violation of await scan(app.page)) found.push(`${screen}, ${theme}: ${violation}`);
				}
			};
			for (const [screen, get] of doors) await look(screen, get);
			await look('door-start', async () => {
				await app.page.goto(young.start);
				await app.field('start.company').waitFor();
			});
			await call(server, 'PATCH', '/me', { token, body: { language } });
			const link = await call(server, 'POST', '/links', { token, body: {} });
			await app.signIn(link.url);
			for (const [screen, get] of screens) await look(screen, get);
			await context.close();
			assert.deepEqual(found, []);
			assert.deepEqual(wrong, []);
		});
	}
}
