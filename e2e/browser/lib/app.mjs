// The client as a person uses it: by what is written on it. One App is one window.
import assert from 'node:assert/strict';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { words } from './words.mjs';

export class App {
	constructor(page, language = 'en') {
		this.page = page;
		this.t = words(language);
	}

	button(key, parameters) {
		return this.page.getByRole('button', { name: this.t(key, parameters), exact: true });
	}
	field(key, parameters) {
		return this.page.getByLabel(this.t(key, parameters), { exact: true });
	}
	heading(key, parameters) {
		return this.page.getByRole('heading', { name: this.t(key, parameters), exact: true });
	}
	dialog(key, parameters) {
		return this.page.getByRole('dialog', { name: this.t(key, parameters), exact: true });
	}

	/** The conversations of the list, as shown. */
	get rows() {
		return this.page.getByRole('navigation', { name: this.t('chat.list') }).locator('a');
	}
	row(title) {
		return this.rows.filter({ hasText: title }).first();
	}
	get composer() {
		return this.field('chat.compose');
	}
	/** Those in sight: what other conversations left behind stays in the page, unseen. */
	get bubbles() {
		return this.page.locator('article[data-key]').filter({ visible: true });
	}
	bubble(text) {
		return this.bubbles.filter({ hasText: text }).last();
	}
	/** A message of mine in this state: waiting, stored, delivered, read, failed. */
	ticked(text, state) {
		return this.bubble(text).locator(`.ticks.${state}`);
	}

	/** Writes and sends; `shown` is how it then reads, where the text has markdown. */
	async say(text, shown = text) {
		await this.composer.fill(text);
		await this.button('chat.send').click();
		await this.bubble(shown).waitFor();
	}

	/** Opens the menu of a message, as a right click does. */
	async menu(text) {
		await this.bubble(text).click({ button: 'right' });
		return this.page.getByRole('menu');
	}
	async act(text, key) {
		const menu = await this.menu(text);
		await menu.getByRole('menuitem', { name: this.t(key) }).click();
	}

	async openRow(title) {
		const open = await this.row(title).getAttribute('aria-current');
		await this.row(title).click();
		// The composer of the last one may still be there; the row and it change together.
		const row = this.page.locator('nav a[aria-current=true]').filter({ hasText: title });
		await row.waitFor({ state: 'attached' });
		await this.composer.waitFor();
		// What is shown is followed by the address, and with a keyboard by the focus.
		await this.page.waitForURL(`**${await row.getAttribute('href')}`);
		if (!open) await this.page.waitForFunction(() => matchMedia('(pointer: coarse)').matches || document.activeElement?.matches('textarea'));
	}

	/** Makes the company behind a start link, and answers the invite that is offered next. */
	async makeCompany(link, { title, name, language }) {
		await this.page.goto(link);
		await this.field('start.company').fill(title);
		await this.field('start.your_name').fill(name);
		if (language) await this.page.getByText(language === 'it' ? 'Italiano' : 'English').click();
		await this.button('start.make').click();
		await this.heading('start.invite_title').waitFor();
		return this.page.getByRole('textbox', { name: this.t('people.invite_link') }).inputValue();
	}

	/** Follows an invite; answers the number of screens until in. */
	async join(link, name) {
		await this.page.goto(link);
		await this.field('join.your_name').fill(name);
		await this.button('join.enter').click();
		await this.page.waitForURL('**/chats');
	}

	/** Signs in by a link that a signed-in device or the program made. */
	async signIn(link) {
		await this.page.goto(link);
		await this.button('join.add_this_device').click();
		await this.page.waitForURL('**/chats');
	}

	/** The local copies on this device: each one's name, and how many rows its stores have. */
	copies() {
		return this.page.evaluate(async () => {
			const found = {};
			for (const { name } of await indexedDB.databases()) {
				const db = await new Promise((resolve) => {
					const opening = indexedDB.open(name);
					// One that was deleted this very moment must not be made anew by looking at it.
					opening.onupgradeneeded = () => opening.transaction.abort();
					opening.onsuccess = () => resolve(opening.result);
					opening.onerror = () => resolve(undefined);
				});
				if (!db) continue;
				found[name] = {};
				for (const store of db.objectStoreNames) {
					const counting = db.transaction(store).objectStore(store).count();
					await new Promise((resolve) => (counting.onsuccess = resolve));
					found[name][store] = counting.result;
				}
				db.close();
			}
			return found;
		});
	}

	/** What a phone's camera would read from the QR code in sight. */
	async scan(name) {
		const picture = await this.page.getByRole('img', { name, exact: true }).screenshot();
		const { data, width, height } = PNG.sync.read(picture);
		const found = jsQR(new Uint8ClampedArray(data), width, height);
		assert.ok(found, 'there is no readable QR code');
		return found.data;
	}

	/** The service worker has the shell, so that the next opening needs no network. */
	async shellKept() {
		await this.page.evaluate(async () => {
			await navigator.serviceWorker.ready;
		});
	}
}
