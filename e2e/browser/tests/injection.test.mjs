// Hostile text in every field that others get to see: it must come out as text, in the real browser,
// under the policy that the server sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from '../lib/app.mjs';
import { open } from '../lib/browser.mjs';
import { drop, line } from '../lib/export.mjs';
import { call, company, verbale } from '../lib/server.mjs';
import { stage } from '../lib/steps.mjs';

// Each tries to run hit(); wherever one does, the canary says so.
const corpus = [
	`<script>hit()</script>`,
	`"><script>hit()</script>`,
	`</title></style></textarea><script>hit()</script>`,
	`<img src=x onerror=hit()>`,
	`<img src=x\tonerror\n=\thit()>`,
	`<svg/onload=hit()>`,
	`<svg><animate onbegin=hit() attributeName=x dur=1s>`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=hit()&gt;">`,
	`<form><math><mtext></form><form><mglyph><style></math><img src onerror=hit()>`,
	`<details open ontoggle=hit()>`,
	`<iframe srcdoc="<script>parent.hit()</script>"></iframe>`,
	`<iframe src=javascript:parent.hit()>`,
	`<object data="data:text/html,<script>hit()</script>"></object>`,
	`<base href=//example.invalid/><meta http-equiv=refresh content="0;url=javascript:hit()">`,
	`<form action=javascript:hit()><button>x</button></form>`,
	`<div style="background:url(javascript:hit());width:expression(hit())">`,
	`<a href="javascript:hit()" id=x tabindex=1 autofocus onfocus=hit()>a</a>`,
	`" onmouseover="hit()" autofocus onfocus="hit()" x="`,
	`' onmouseover='hit()' autofocus onfocus='hit()' x='`,
	'` onmouseover=hit() autofocus onfocus=hit() x=`',
	`{{7*7}} \${hit()} <%= hit() %> #{hit()} {@html hit()} {hit()}`,
	`&lt;script&gt;hit()&lt;/script&gt; &#60;img src=x onerror=hit()&#62;`,
	`+ADw-script+AD4-hit()+ADw-/script+AD4-`
];

// These only mean anything where links are made out of text.
const links = [
	`[a](javascript:hit())`,
	`[a](JaVaScRiPt:hit())`,
	`[a](java\tscript:hit())`,
	`[a](&#106;avascript:hit())`,
	`[a](\u00a0javascript:hit())`,
	`[a](data:text/html;base64,PHNjcmlwdD5oaXQoKTwvc2NyaXB0Pg==)`,
	`[a](vbscript:hit())`,
	`![a](x" onerror="hit())`,
	`![a](javascript:hit())`,
	`[a][b]\n\n[b]: javascript:hit()`,
	`<javascript:hit()>`,
	`[a](https://example.invalid/"onmouseover="hit())`,
	`https://example.invalid/"onmouseover=hit()//`,
	`[<img src=x onerror=hit()>](https://example.invalid)`,
	`| <img src=x onerror=hit()> |\n|---|\n| x |`,
	'```html\n<script>hit()</script>\n```',
	'```"><script>hit()</script>\nx\n```',
	'`<img src=x onerror=hit()>`',
	`${'['.repeat(8000)}a${']'.repeat(8000)}`,
	`${'*'.repeat(9000)}a`,
	`${'> '.repeat(2000)}a`,
	`\u202egnp.exe\u202c \u200b\u200d\ufeff раураl.example`,
	`Z${'\u0310\u0323\u0334'.repeat(300)}`,
	'👩‍👩‍👧‍👦'.repeat(200)
];

const policy = {
	'default-src': "'none'",
	'script-src': "'self'",
	'base-uri': "'none'",
	'frame-ancestors': "'none'",
	'form-action': /'(self|none)'/
};

test('hostile text in any field is shown as text and runs nothing', { timeout: 110_000 }, async (t) => {
	const { server, browser, step } = await stage(t);
	const image = corpus[3];
	const { link } = await company(server, { title: `${corpus[1]} S.r.l.`, owner: `Anna ${image}` });
	const at = ['--data', server.data, '--json'];
	const people = [];
	// A name is one line of at most 100 characters.
	for (const text of corpus.filter((text) => text.length <= 100 && !/[\t\n]/.test(text)))
		people.push(JSON.parse(await verbale('person', 'add', '--name', text, ...at)));
	const { token } = JSON.parse(
		await verbale('token', 'create', '--person', `Anna ${image}`, '--name', `token ${image}`, ...at)
	);
	const post = (path, body) => call(server, 'POST', path, { token, body });
	const group = await post('/conversations', {
		kind: 'group',
		title: `Gruppo ${image}`,
		members: people.map(({ id }) => id)
	});
	await post('/conversations', { kind: 'direct', title: '', members: [people[0].id] });
	const payloads = [...corpus, ...links];
	for (const text of payloads)
		await post(`/conversations/${group.id}/messages`, { key: crypto.randomUUID(), text });

	const { context, wrong } = await open(browser);
	const hits = [];
	await context.exposeBinding('noteHit', (_source, where) => hits.push(where));
	await context.addInitScript(() => {
		window.hit = () => window.noteHit(location.href);
	});
	const page = await context.newPage();
	const app = new App(page);
	const nothingRan = async () => {
		await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
		assert.deepEqual(hits, []);
		assert.deepEqual(wrong, []);
		const strange = await page.evaluate(() =>
			[...document.querySelectorAll('#app *, body > *')]
				.filter(
					(element) =>
						element.matches('iframe, object, embed, base, math, form[action]') ||
						[...element.attributes].some(({ name, value }) => /^on/i.test(name) || /^\s*(javascript|vbscript|data):/i.test(value))
				)
				.map((element) => element.outerHTML.slice(0, 200))
		);
		assert.deepEqual(strange, []);
	};

	await step('every page comes with a strict policy', async () => {
		for (const path of ['/', '/chats', '/join', '/no/such/page', '/api/v1/hello']) {
			const { headers } = await fetch(server.url + path);
			const given = headers.get('content-security-policy') ?? '';
			if (!path.startsWith('/api')) {
				for (const [name, value] of Object.entries(policy)) {
					const found = given.split(';').map((part) => part.trim()).find((part) => part.startsWith(`${name} `));
					assert.ok(found && (value instanceof RegExp ? value : { test: (text) => text.includes(value) }).test(found), `${path}: ${name} is ${found}`);
				}
			}
			assert.doesNotMatch(given, /unsafe-inline|unsafe-eval|\*|https?:/);
			assert.equal(headers.get('x-content-type-options'), 'nosniff');
		}
	});

	await step('a link with hostile names in it', async () => {
		await page.goto(link);
		await page.getByText(`Anna ${image}`).first().waitFor();
		await nothingRan();
		await app.button('join.add_this_device').click();
		await page.waitForURL('**/chats');
	});

	await step('list, conversation and every message', async () => {
		await page.getByText(`Gruppo ${image}`).first().waitFor();
		await nothingRan();
		await app.openRow(`Gruppo ${image}`);
		const feed = page.getByRole('feed');
		// From the end to the beginning, so that every message is drawn once.
		for (let n = payloads.length; n > 0; n -= 4) {
			await page.goto(`${server.url}/chats/${group.id}?n=${n}`);
			await feed.locator('article').first().waitFor();
			await nothingRan();
		}
		assert.equal(await page.getByText(app.t('chat.broken')).count(), 0, 'a message cannot be shown');
		await page.goto(`${server.url}/chats/${group.id}?n=1`);
		await page.locator('article .text').getByText(corpus[0], { exact: true }).waitFor();
	});

	await step('links lead to the web and nowhere else', async () => {
		for (let n = corpus.length + 1; n <= payloads.length; n += 4) {
			await page.goto(`${server.url}/chats/${group.id}?n=${n}`);
			await page.locator('article').first().waitFor();
			const found = await page.locator('article a').evaluateAll((all) => all.map(({ protocol, rel }) => ({ protocol, rel })));
			for (const { protocol, rel } of found) {
				assert.match(protocol, /^(https?|mailto|tel):$/);
				assert.match(rel, /noopener/);
			}
		}
	});

	await step('details, message info, quote', async () => {
		await page.goto(`${server.url}/chats/${group.id}?n=4`);
		await app.bubble(image).waitFor();
		await app.act(image, 'chat.reply');
		await nothingRan();
		await app.act(image, 'chat.info');
		await app.dialog('info.title').waitFor();
		await nothingRan();
		await page.locator('[role=dialog]:focus, [role=dialog] :focus').waitFor(); // who presses Escape is in it
		await page.keyboard.press('Escape');
		await app.dialog('info.title').waitFor({ state: 'detached' });
		await app.button('chat.details').click();
		await page.getByText(app.t('chat.who_sees'), { exact: true }).first().waitFor();
		await nothingRan();
	});

	await step('a file name', async () => {
		const name = `${image.replaceAll('/', '')}.txt`;
		await page.goto(`${server.url}/chats/${group.id}`);
		await app.composer.waitFor();
		await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/html', buffer: Buffer.from('<script>hit()</script>') });
		await nothingRan();
		await app.button('chat.send').click();
		await app.bubble(name).locator('.ticks.stored, .ticks.delivered').waitFor();
		await nothingRan();
		const href = await app.bubble(name).locator('a').first().getAttribute('href');
		const { headers, status } = await fetch(new URL(href, server.url), { headers: { Authorization: `Bearer ${token}` } });
		assert.equal(status, 200);
		assert.match(headers.get('content-disposition'), /^attachment/);
		assert.match(headers.get('content-security-policy'), /sandbox|default-src 'none'/);
	});

	await step('people, search, devices', async () => {
		await page.goto(`${server.url}/people`);
		await page.getByText(image).first().waitFor();
		await nothingRan();
		await page.goto(`${server.url}/search`);
		await page.getByRole('combobox').fill('onerror');
		await page.getByRole('option').first().waitFor();
		await nothingRan();
		await page.goto(`${server.url}/settings`);
		await page.getByText(`token ${image}`).first().waitFor();
		await nothingRan();
	});

	await step('who wrote in an imported file, and its name', async () => {
		await page.goto(`${server.url}/import`);
		await app.button('import.choose').waitFor();
		const lines = [image, corpus[1], corpus[5], corpus[11]].map((who, n) =>
			line('03', `09:0${n}`, who.replaceAll(':', ''), `testo ${corpus[n]}`)
		);
		await drop(page, [{ name: `WhatsApp Chat with ${image.replaceAll('/', '')}.txt`, bytes: Buffer.from(lines.join('\n')) }]);
		await app.heading('import.who').waitFor();
		await page.getByText(image).first().waitFor();
		await nothingRan();
		await page.getByRole('button', { name: /^Import \d/ }).click();
		await page.getByRole('link', { name: app.t('import.open') }).click();
		await app.bubble('testo').waitFor();
		await nothingRan();
	});

	await step('a name taken at the door', async () => {
		const { url } = await post('/invites', { uses: 1, expires_in: 3600, role: 'member' });
		const other = await open(browser);
		const guest = new App(await other.context.newPage());
		await guest.join(url, `Eva ${image}`);
		await page.goto(`${server.url}/people`);
		await page.getByText(`Eva ${image}`).first().waitFor();
		await nothingRan();
		assert.deepEqual(other.wrong, []);
	});
});
