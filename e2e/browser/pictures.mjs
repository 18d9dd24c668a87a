// The two pictures of the README, from the demonstration: node pictures.mjs SIGN-IN-LINK TITLE TITLE
import { App } from './lib/app.mjs';
import { desktop, launch, open, phone } from './lib/browser.mjs';

const [link, title, other] = process.argv.slice(2);
const browser = await launch();
const into = new URL('../../docs/images/', import.meta.url).pathname;
const { context } = await open(browser, { size: desktop, language: 'en' });
const app = new App(await context.newPage());
await app.signIn(link);
await app.openRow(title);
await app.bubbles.last().waitFor();
await app.act('who signs for it', 'chat.reply');
await app.composer.fill('Thanks both. For the driver:\n- gate code **4471**, until Friday\n- unload at *bay 2*, not at the hoist');
await app.button('chat.send').click();
await app.ticked('bay 2', 'stored').waitFor();
await app.say('👷');
await app.ticked('👷', 'stored').waitFor();
await app.page.waitForLoadState('networkidle');
await app.page.screenshot({ path: `${into}desktop.png` });
const state = await context.storageState();
const small = await open(browser, { size: phone, language: 'en', theme: 'dark', storageState: state });
const hand = new App(await small.context.newPage());
await hand.page.goto(new URL('/chats', app.page.url()).href);
await hand.openRow(other);
await hand.bubbles.last().waitFor();
await hand.page.waitForLoadState('networkidle');
await hand.page.screenshot({ path: `${into}phone.png` });
await browser.close();
