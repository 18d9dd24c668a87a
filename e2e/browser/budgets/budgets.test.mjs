// What UX.md allows, measured on the built client from the real server with the processor throttled
// as a good desktop's would be to a quarter: see lib/slow.mjs. Medians are asserted, since the
// machine may be doing other things; the table says the 95th percentile too.
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { App } from '../lib/app.mjs';
import { desktop, launch, open, phone } from '../lib/browser.mjs';
import { call, company, folder, startServer, verbale } from '../lib/server.mjs';
import { slowdown, speedOf } from '../lib/slow.mjs';

const CONVERSATIONS = 200;
const MESSAGES = 100_000;
const figures = [];
let server, browser, rate, token, cookies, big, others, scratch;

const at = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

function note(what, values, budget, unit = 'ms') {
	const median = at(values, 0.5);
	figures.push({ what, median: +median.toFixed(1), p95: +at(values, 0.95).toFixed(1), budget, unit, n: values.length });
	return median;
}

/** Notes the figures and holds the median against the budget. */
function hold(what, values, budget, unit = 'ms') {
	const median = note(what, values, budget, unit);
	assert.ok(median <= budget, `${what}: the median is ${median.toFixed(1)} ${unit}, ${budget} are allowed`);
}

/** A 100,000 line export: two years of a busy site, in words that differ. */
function exported() {
	const words = 'cemento ferro soletta pilastro gru turno consegna bolla fattura collaudo casco trave pompa malta ponteggio verbale rilievo quota scavo getto'.split(' ');
	const lines = [];
	let when = Date.UTC(2024, 0, 8, 7);
	for (let n = 0; n < MESSAGES; n++) {
		when += 120_000 + ((n * 7919) % 600) * 1000;
		const time = new Date(when).toISOString();
		const text = Array.from({ length: 3 + ((n * 31) % 22) }, (_, k) => words[(n * 17 + k * 13) % words.length]).join(' ');
		lines.push(`${time.slice(8, 10)}/${time.slice(5, 7)}/${time.slice(0, 4)}, ${time.slice(11, 16)} - ${['Luca Rossi', 'Giulia Conti', 'Marco Verdi'][n % 3]}: ${text} ${n}`);
	}
	return lines.join('\n');
}

before(async () => {
	server = await startServer();
	browser = await launch();
	scratch = await folder();
	const { link } = await company(server);
	const json = ['--data', server.data, '--json'];
	token = JSON.parse(await verbale('token', 'create', '--person', 'Anna Bianchi', '--name', 'budgets', ...json)).token;
	const luca = JSON.parse(await verbale('person', 'add', '--name', 'Luca Rossi', ...json));
	others = JSON.parse(await verbale('token', 'create', '--person', 'Luca Rossi', '--name', 'busy', ...json)).token;
	const file = join(scratch, 'WhatsApp Chat with Cantiere grande.txt');
	await writeFile(file, exported());
	const { imports } = JSON.parse(await verbale('import', 'whatsapp', file, '--order', 'dmy', '--member', 'Luca Rossi', ...json));
	big = imports[0].conversation;
	for (let n = 0; n < CONVERSATIONS - 1; n++) {
		const { id } = await call(server, 'POST', '/conversations', { token, body: { kind: 'group', title: `Squadra ${n}`, members: [luca.id] } });
		for (let m = 0; m < 3; m++)
			await call(server, 'POST', `/conversations/${id}/messages`, { token: others, body: { key: crypto.randomUUID(), text: `Messaggio ${m} della squadra ${n}` } });
	}
	const { context } = await open(browser);
	const app = new App(await context.newPage());
	const speed = await speedOf(app.page);
	rate = slowdown(speed);
	figures.push({ what: 'this machine (a good desktop: 1,500 to 2,000)', median: Math.round(speed), unit: '' }, { what: 'slowed down', median: +rate.toFixed(2), unit: 'x' });
	await app.signIn(link);
	cookies = await context.cookies();
	await context.close();
});

after(async () => {
	console.table(figures);
	await browser?.close();
	await server?.end();
	if (scratch) await rm(scratch, { recursive: true, force: true });
});

/** A window that is signed in and has seen nothing yet, on a slow machine. */
async function fresh(more = {}) {
	const { context, wrong } = await open(browser, more);
	await context.addCookies(cookies);
	await context.addInitScript(() => {
		// When the list is painted: two frames after its first row is there.
		const look = () => {
			const row = document.querySelector('nav a.row');
			if (!row?.offsetHeight) return requestAnimationFrame(look);
			requestAnimationFrame(() => setTimeout(() => (window.painted = performance.now())));
		};
		requestAnimationFrame(look);
		// The list may be a picture of what was left; when the app itself stands, it can be used.
		const stand = () => {
			if (!document.querySelector('#app nav a.row')) return requestAnimationFrame(stand);
			requestAnimationFrame(() => setTimeout(() => (window.stands = performance.now())));
		};
		requestAnimationFrame(stand);
	});
	const page = await context.newPage();
	const line = await context.newCDPSession(page);
	await line.send('Emulation.setCPUThrottlingRate', { rate });
	return { context, page, line, app: new App(page), wrong };
}
const painted = (page) => page.waitForFunction(() => window.painted).then((handle) => handle.jsonValue());
const stands = (page) => page.waitForFunction(() => window.stands).then((handle) => handle.jsonValue());

test('the scripts before a usable conversation weigh at most 160 kB', async () => {
	const { context, page, app } = await fresh({ serviceWorkers: 'block' });
	await page.goto(`${server.url}/chats/${big}`);
	await app.composer.waitFor();
	await app.bubbles.first().waitFor();
	const scripts = await page.evaluate(() =>
		performance
			.getEntriesByType('resource')
			.filter(({ name }) => name.endsWith('.js'))
			.map(({ encodedBodySize }) => encodedBodySize)
	);
	await context.close();
	assert.ok(scripts.length > 0 && scripts.every((size) => size > 0));
	const bytes = scripts.reduce((sum, one) => sum + one, 0);
	hold('scripts before a usable conversation', [bytes / 1000], 160, 'kB');
});

test(`a cold open paints a list of ${CONVERSATIONS} in at most 1.5 s`, async () => {
	const times = [];
	for (let n = 0; n < 7; n++) {
		const { context, page } = await fresh();
		await page.goto(`${server.url}/chats`);
		times.push(await painted(page));
		await context.close();
	}
	hold('cold open to list painted', times, 1500);
});

test('a warm open paints the list in at most 400 ms, offline too', async () => {
	const { context, page, app } = await fresh();
	await page.goto(`${server.url}/chats`);
	await painted(page);
	await app.shellKept();
	await page.waitForFunction(() => navigator.serviceWorker.controller);
	for (const [offline, name] of [[false, 'warm open'], [true, 'warm open, offline']]) {
		await context.setOffline(offline);
		const times = [];
		const usable = [];
		for (let n = 0; n < 9; n++) {
			await page.goto(`${server.url}/chats`);
			usable.push(await stands(page));
			times.push(await painted(page));
		}
		note(`${name} to list in reach`, usable);
		hold(`${name} to list painted`, times, 400);
	}
	await context.close();
});

for (const [where, size] of [['', desktop], [', by the list of a phone', phone]]) test(`going from one seen conversation to another${where} takes at most 50 ms`, async () => {
	const { context, page, app } = await fresh({ size });
	const list = async () => {
		if (size !== phone) return;
		await page.getByRole('link', { name: app.t('chat.back') }).click();
		await app.rows.first().waitFor();
	};
	await page.goto(`${server.url}/chats`);
	await painted(page);
	// As much in each as a window shows and a little more.
	const names = ['Squadra 197', 'Squadra 196'];
	for (const name of names) {
		await app.openRow(name);
		const id = Number(new URL(page.url()).pathname.split('/').pop());
		for (let n = 0; n < 30; n++)
			await call(server, 'POST', `/conversations/${id}/messages`, { token: others, body: { key: crypto.randomUUID(), text: `Ancora **${n}** per la ${name}` } });
		await app.bubble('Ancora 29').waitFor();
		await list();
	}
	await page.evaluate(() => {
		addEventListener('click', async ({ timeStamp, target }) => {
			const title = target.closest('a.row')?.querySelector('.title').textContent;
			if (!title) return;
			const there = () =>
				document.querySelector('#conversation-title')?.textContent === title &&
				[...document.querySelectorAll('article')].some((one) => one.checkVisibility() && one.textContent.includes(`29 per la ${title}`));
			// Looked at before each frame; what is there then is painted by the task's end.
			do await new Promise(requestAnimationFrame);
			while (!there());
			await new Promise((done) => setTimeout(done));
			window.switched = performance.now() - timeStamp;
		}, true);
	});
	const times = [];
	for (let n = 0; n < 40; n++) {
		await page.evaluate(() => (window.switched = 0));
		// As long as a person holds a button.
		await app.row(names[n % 2]).click({ delay: 80 });
		times.push(await (await page.waitForFunction(() => window.switched)).jsonValue());
		await list();
	}
	await context.close();
	hold(`switch between two seen conversations${where}`, times, 50);
});

const KEYS = 80;

/** Types, and answers how long after each key the frame that shows it was drawn. */
async function typed(page) {
	await page.evaluate(() => {
		window.keys = [];
		addEventListener('keydown', (event) => {
			// After the frame that shows it: a task behind the next frame's drawing.
			requestAnimationFrame(() => setTimeout(() => window.keys.push(performance.now() - event.timeStamp)));
		}, true);
	});
	for (let n = 0; n < KEYS; n++) await page.keyboard.press('a', { delay: 20 });
	await page.waitForFunction((all) => window.keys.length >= all, KEYS);
	return page.evaluate(() => window.keys);
}

test('a key is on the screen in at most 50 ms while 20 messages a second arrive', async () => {
	const { context, page, app } = await fresh();
	await page.goto(`${server.url}/chats`);
	await painted(page);
	await app.openRow('Squadra 198');
	const id = Number(new URL(page.url()).pathname.split('/').pop());
	let going = true;
	const busy = (async () => {
		for (let n = 0; going; n++) {
			void call(server, 'POST', `/conversations/${id}/messages`, { token: others, body: { key: crypto.randomUUID(), text: `Arriva il messaggio **${n}**, e non è l’ultimo` } });
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	})();
	await app.bubble('Arriva il messaggio').waitFor();
	await app.composer.focus();
	const times = await typed(page);
	going = false;
	await busy;
	assert.equal((await app.composer.inputValue()).length, KEYS);
	// What the browser takes for itself, here and now.
	await page.goto('about:blank');
	await page.setContent('<textarea autofocus></textarea>');
	await page.locator('textarea').focus();
	const bare = await typed(page);
	await context.close();
	note('key to character on a page with nothing else', bare);
	hold('key to character, 20 messages a second', times, 50);
});

/** A person's quick scroll: the wheel, 4,000 pixels a second. */
const SPEED = 4000;
const FAR = 12_000;
const ROUNDS = 6;

test(`scrolling up through ${MESSAGES.toLocaleString('en')} messages keeps memory flat and frames coming`, { timeout: 240_000 }, async () => {
	const { context, page, line, app } = await fresh();
	await page.goto(`${server.url}/chats/${big}`);
	await app.bubbles.first().waitFor();
	const heap = async () => {
		await line.send('HeapProfiler.collectGarbage');
		return (await line.send('Runtime.getHeapUsage')).usedSize / 2 ** 20;
	};
	const box = await page.getByRole('feed').boundingBox();
	const scroll = () =>
		line.send('Input.synthesizeScrollGesture', {
			x: box.x + box.width / 2,
			y: box.y + box.height / 2,
			yDistance: FAR,
			speed: SPEED,
			preventFling: true,
			gestureSourceType: 'mouse'
		});
	const first = async () => Number(/(\d+)\s*$/.exec((await app.bubbles.first().locator('.text').innerText()).trim())?.[1]);
	await scroll();
	await page.evaluate(() => {
		window.main = [];
		window.bare = 0;
		const feed = document.querySelector('[role=feed]');
		let last = performance.now();
		const look = (now) => {
			window.main.push(now - last);
			last = now;
			// Nothing but the spinner is above the first message that is there.
			const top = document.querySelector('article[data-key]').getBoundingClientRect().top;
			if (top > feed.getBoundingClientRect().top + 40) window.bare++;
			requestAnimationFrame(look);
		};
		requestAnimationFrame(look);
	});
	const before = await heap();
	const began = await first();
	const heaps = [];
	const shown = [];
	const holes = [];
	for (let round = 0; round < ROUNDS; round++) {
		const frames = await traceFrames(browser, scroll);
		shown.push(frames.shown / (FAR / SPEED));
		holes.push((100 * frames.holes) / frames.shown);
		heaps.push((await heap()) - before);
	}
	const passed = began - (await first());
	const { main, bare } = await page.evaluate(() => ({ main: window.main, bare: window.bare }));
	const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
	assert.ok(passed > 500, `only ${passed} messages went by`);
	assert.ok(nodes < 4000, `${nodes} elements are on the page`);
	figures.push({ what: 'messages scrolled past', median: passed, unit: '' }, { what: 'elements on the page', median: nodes, budget: 4000, unit: '' });
	await context.close();
	hold('heap growth while scrolling', heaps, 8, 'MiB');
	note('the page\'s own frame while scrolling', main);
	hold('frames that want messages', [(100 * bare) / main.length], 1, '%');
	hold('frames that want a part of their picture', holes, 5, '%');
	const median = note('frames shown a second while scrolling', shown, '>= 59', '');
	assert.ok(median >= 59, `${median.toFixed(1)} frames a second are shown, 60 are due`);
});

/**
 * What the browser tells of the frames that it showed meanwhile: scrolling is done beside the page's
 * own thread, so frames counted in the page would be others than those that are seen.
 */
async function traceFrames(browser, run) {
	const line = await browser.newBrowserCDPSession();
	const events = [];
	line.on('Tracing.dataCollected', ({ value }) => events.push(...value));
	await line.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['benchmark'] } });
	await run();
	const complete = new Promise((resolve) => line.once('Tracing.tracingComplete', resolve));
	await line.send('Tracing.end');
	await complete;
	await line.detach();
	const shown = new Map();
	for (const { name, ph, args } of events) {
		const frame = name === 'PipelineReporter' && ph === 'b' && args.frame_reporter;
		if (!frame || frame.scroll_state === 'SCROLL_NONE' || !frame.state.startsWith('STATE_PRESENTED')) continue;
		const hole = frame.has_missing_content || shown.get(frame.frame_sequence);
		shown.set(frame.frame_sequence, hole);
	}
	return { shown: shown.size, holes: [...shown.values()].filter(Boolean).length };
}
