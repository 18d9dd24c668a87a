// The main job as a newcomer does it, from the printed link to a receipt that holds without the
// server; once on a phone in Italian and dark, once on a desktop in English and light.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from '../lib/app.mjs';
import { desktop, launch, open, phone, until } from '../lib/browser.mjs';
import { drop, line, sample, zipOf } from '../lib/export.mjs';
import { story } from '../lib/steps.mjs';
import { startServer, verbale } from '../lib/server.mjs';

const shapes = [
	{ name: 'phone, Italian, dark', size: phone, language: 'it', theme: 'dark' },
	{ name: 'desktop, English, light', size: desktop, language: 'en', theme: 'light' }
];

for (const shape of shapes) {
	test(`a newcomer does the main job (${shape.name})`, { timeout: 120_000 }, async (t) => {
		const server = await startServer();
		const browser = await launch();
		t.after(async () => {
			await browser.close();
			await server.end();
		});
		const step = story(t, browser);
		const { language } = shape;
		const small = shape.size === phone;
		const hers = await open(browser, shape);
		const his = await open(browser, shape);
		const anna = new App(await hers.context.newPage(), language);
		const luca = new App(await his.context.newPage(), language);
		const inSight = (app) => app.page.bringToFront();
		// One window at a time is in front, as on a table; on a phone the list is a step back.
		const toList = async (app) => {
			await inSight(app);
			if (small && (await app.composer.isVisible()))
				await app.page.getByRole('link', { name: app.t('chat.back') }).click();
		};
		let invite = '';

		await step('the printed link makes a company, and offers an invite as link and QR', async () => {
			invite = await anna.makeCompany(server.start, {
				title: 'Bianchi Costruzioni S.r.l.',
				name: 'Anna Bianchi'
			});
			assert.match(invite, /\/join#/);
			assert.equal(await anna.scan(anna.t('people.invite_qr')), invite);
			await anna.button('start.go_to_chats').click();
			await anna.heading('chat.empty_title').waitFor();
		});

		await step('a colleague is in after at most three screens', async () => {
			const screens = new Set();
			luca.page.on('framenavigated', (frame) => screens.add(new URL(frame.url()).pathname));
			await luca.join(invite, 'Luca Rossi');
			await luca.heading('chat.empty_title').waitFor();
			assert.ok(screens.size <= 3, `screens: ${[...screens]}`);
		});

		await step('a conversation is begun with the colleague who has just come in', async () => {
			await inSight(anna);
			await anna.page.getByRole('button', { name: anna.t('chat.new') }).first().click();
			const asking = anna.dialog('chat.new_title');
			await asking.getByText('Luca Rossi').click();
			await asking.getByRole('button', { name: anna.t('chat.new_start') }).click();
			await anna.composer.waitFor();
		});

		await step('the ticks tell stored from delivered from read, and the badge counts', async () => {
			await luca.page.goto('about:blank');
			await anna.say('Buongiorno Luca, il cemento arriva alle 10?');
			await anna.ticked('il cemento', 'stored').waitFor();
			await luca.page.goto(`${server.url}/chats`);
			await luca.row('Anna Bianchi').waitFor();
			await anna.ticked('il cemento', 'delivered').waitFor();
			const badge = luca.t('chat.unread_messages', { n: 1 });
			await luca.row('Anna Bianchi').getByText(badge).waitFor();
			await luca.openRow('Anna Bianchi');
			await inSight(luca);
			await luca.bubble('il cemento').waitFor();
			await anna.ticked('il cemento', 'read').waitFor();
			await toList(luca);
			await luca.row('Anna Bianchi').waitFor();
			await luca.row('Anna Bianchi').getByText(badge).waitFor({ state: 'detached' });
		});

		await step('each sees the other write, and the answer arrives by itself', async () => {
			await luca.openRow('Anna Bianchi');
			await luca.composer.pressSequentially('Sì, ');
			await anna.page.getByText(anna.t('chat.typing')).filter({ visible: true }).first().waitFor();
			await luca.say('Sì, **alle 10** in punto', 'alle 10 in punto');
			await anna.bubble('alle 10 in punto').waitFor();
			assert.equal(await anna.bubble('alle 10 in punto').locator('strong').innerText(), 'alle 10');
			await inSight(anna);
			await luca.ticked('alle 10 in punto', 'read').waitFor();
		});

		await step('unread counts are right for several, and end with reading', async () => {
			await toList(luca);
			if (!small) await luca.page.goto(`${server.url}/people`);
			await inSight(anna);
			for (const word of ['uno', 'due', 'tre']) await anna.say(`conteggio ${word}`);
			await inSight(luca);
			if (!small) await luca.page.goto(`${server.url}/chats`);
			const three = luca.t('chat.unread_messages', { n: 3 });
			await luca.row('Anna Bianchi').getByText(three).waitFor();
			await luca.openRow('Anna Bianchi');
			await luca.bubble('conteggio tre').waitFor();
			await anna.ticked('conteggio tre', 'read').waitFor();
			await luca.page.getByText(three).waitFor({ state: 'detached' });
		});

		await step('a WhatsApp text dropped onto the page is analysed, and nothing is written yet', async () => {
			await inSight(anna);
			await anna.page.goto(`${server.url}/import`);
			await anna.page.getByText(anna.t('import.drop'), { exact: true }).waitFor();
			await drop(anna.page, [sample('englishandroid24h.txt')]);
			await anna.heading('import.found').waitFor();
			await anna.page.getByText(anna.t('import.state_analysed_text')).waitFor();
			await anna.page.getByText('Mallory').first().waitFor();
			await anna.page.goto(`${server.url}/chats`);
			await anna.row('Luca Rossi').waitFor();
			assert.equal(await anna.rows.count(), 1);
		});

		await step('a zip with media is imported under the right names and found by search', async () => {
			await anna.page.goto(`${server.url}/import`);
			await anna.page.getByText(anna.t('import.drop'), { exact: true }).waitFor();
			const zip = zipOf([
				line('03', '09:01', 'Anna B.', 'Il capitolato del lotto sette è pronto'),
				line('03', '09:02', 'Luca Rossi', 'Perfetto, ecco la foto del basamento'),
				line('03', '09:03', 'Luca Rossi', 'IMG-20251103-WA0001.jpg (file attached)'),
				line('14', '18:30', 'Geometra Verdi', 'Domani collaudo alle otto')
			]);
			await drop(anna.page, [zip]);
			await anna.heading('import.who').waitFor();
			await anna.button('import.change_who', { name: 'Anna B.' }).click();
			const who = anna.dialog('import.who_is', { name: 'Anna B.' });
			await who.getByRole('button', { name: 'Anna Bianchi' }).click();
			await anna.button('import.run', { n: 4 }).click();
			await anna.page.getByRole('link', { name: anna.t('import.open') }).click();
			const past = anna.bubble('capitolato del lotto sette');
			await past.waitFor();
			await past.getByText(anna.t('chat.imported'), { exact: true }).waitFor();
			const picture = anna.page.locator('article img').first();
			await until(() => picture.evaluate((image) => image.complete && image.naturalWidth > 0));

			await until(async () => {
				await anna.page.goto(`${server.url}/search`);
				await anna.page.getByRole('combobox').fill('capitolati');
				return anna.page
					.getByRole('option', { name: /capitolato/ })
					.waitFor({ timeout: 2_000 })
					.then(() => true, () => false);
			});
			await anna.page.getByRole('option', { name: /capitolato/ }).click();
			await anna.bubble('capitolato del lotto sette').waitFor();
			// Luca is named in it, so it is in his list too.
			await toList(luca);
			await luca.row('Cantiere Lotto 7').waitFor();
		});

		await step('an import is undone as one', async () => {
			await anna.page.goto(`${server.url}/import`);
			await anna.page.getByRole('link', { name: /Cantiere Lotto 7/ }).click();
			await anna.button('import.undo').click();
			await anna.dialog('import.undo_title').getByRole('button', { name: anna.t('import.undo') }).click();
			await anna.page.getByText(anna.t('import.state_undone_text')).waitFor();
			await luca.row('Cantiere Lotto 7').waitFor({ state: 'detached' });
			await anna.page.goto(`${server.url}/search`);
			await anna.page.getByRole('combobox').fill('capitolato');
			await anna.page.getByText(anna.t('search.nothing', { query: 'capitolato' })).waitFor();
		});

		await step('a session is listed, ended, and signed out at once', async () => {
			await anna.page.goto(`${server.url}/settings`);
			await anna.button('devices.add').click();
			const adding = anna.dialog('devices.add');
			const link = await adding.getByRole('textbox').inputValue();
			assert.equal(await anna.scan(anna.t('devices.qr')), link);
			const further = await open(browser, shape);
			const tablet = new App(await further.context.newPage(), language);
			await tablet.signIn(link);
			await tablet.row('Luca Rossi').waitFor();
			await adding.getByText(anna.t('devices.added')).waitFor();
			await adding.getByRole('button', { name: anna.t('ui.close') }).last().click();
			const name = /Chrom/;
			await anna.page.getByRole('button', { name: anna.t('devices.end_one', { name: '' }).trim() }).first().click();
			const asking = anna.page.getByRole('dialog', { name });
			await asking.getByRole('button', { name: anna.t('devices.end'), exact: true }).click();
			await tablet.page.waitForURL('**/welcome');
			const left = await tablet.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
			assert.deepEqual(left, [], 'a signed-out device keeps a copy');
			assert.deepEqual(further.wrong, []);
			await further.context.close();
		});

		await step('a receipt taken from a message is verified with the server stopped', async () => {
			await toList(anna);
			await anna.page.goto(`${server.url}/chats`);
			await anna.openRow('Luca Rossi');
			await anna.act('il cemento', 'chat.info');
			const info = anna.dialog('info.title');
			const [download] = await Promise.all([
				anna.page.waitForEvent('download'),
				info.getByRole('link', { name: anna.t('info.receipt') }).click()
			]);
			const file = await download.path();
			await server.stop();
			assert.match(await verbale('verify', file), /^VERIFIED: /);
		});

		assert.deepEqual(hers.wrong, []);
		assert.deepEqual(his.wrong, []);
	});
}
